"""Many indicators at a glance: one row each, for one org, year and group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from metricspec.model import Catalog
from metricspec.reporting import figures
from metricspec.reporting.figures import known
from metricspec.reporting.grids import Heading, fitted
from metricspec.reporting.marks import HIDDEN, Marks

if TYPE_CHECKING:
    import pandas as pd

SUFFIX = {"points": " pts", "days": " days"}
COLUMNS = (
    Heading("indicator", right=False), Heading("students"), Heading("value"), Heading("prior"), Heading("change"),
    Heading("status", right=False), Heading("rating", right=False),
)  # fmt: skip


def is_headline(rows: pd.DataFrame) -> bool:
    """Whether several indicators have one row each, of one and the same org."""
    ids = rows["indicator"]
    return len(rows) > 1 and ids.is_unique and rows["org_id"].nunique() == 1 and rows["school_year"].nunique() == 1


def print_headlines(rows: pd.DataFrame, catalog: Catalog, names: Mapping[str, str], marks: Marks, to: Console) -> None:
    """One table of rows that `is_headline` holds for; the indicators in the order of their rows."""
    records: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in rows.to_dict("records")]
    first = records[0]
    org = names.get(first["org_id"], str(first["org_id"]))
    to.print()
    to.print(Text.assemble((org, "bold"), f"  {first['school_year']}"))
    cells = [_cells(record, catalog, marks) for record in records]
    to.print(fitted(COLUMNS, cells, to.width, wrap=True))


def _cells(record: Mapping[str, Any], catalog: Catalog, marks: Marks) -> list[Text]:
    indicator = catalog.in_force(str(record["indicator"]))[-1]
    digits, unit = indicator.digits, indicator.unit
    title = Text(str(indicator.title))
    hidden, prior_hidden = known(record["suppressed"]), known(record["prior_suppressed"])

    def value(column: str, suffix: str) -> Text:
        return Text(figures.figure(record[column], digits, unit) + (suffix if known(record[column]) else ""))

    if prior_hidden:
        marks.hidden(record["prior_suppressed"])
    prior = Text(HIDDEN) if prior_hidden else value("prior_value", "")
    if hidden:
        marks.hidden(record["suppressed"])
        return [title, Text(HIDDEN), Text(HIDDEN), prior, Text(""), Text(""), Text("")]
    return [
        title,
        Text(figures.count(record["n"])),
        value("value", SUFFIX.get(unit, "")),
        prior,
        Text("" if prior_hidden else figures.figure(record["change"], digits, unit, sign=True)),
        marks.status(record["status"], record["notes"]),
        Text("") if prior_hidden else figures.rating_word(record["rating"]),
    ]
