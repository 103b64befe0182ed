"""A Result as tables: one for each indicator, the latest year, all students first; hidden numbers as a star."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metricspec.compiler.tail import HIDES_WITH_PRIOR
from metricspec.model import Catalog, Indicator
from metricspec.reporting import figures
from metricspec.reporting.figures import known, plural
from metricspec.reporting.grids import Heading, fitted
from metricspec.reporting.headlines import is_headline, print_headlines
from metricspec.reporting.marks import Marks
from metricspec.running.orgs import all_students

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("network", "district", "school")
HEADINGS = {"network": "Network", "district": "Districts", "school": "Schools"}
FEW, MANY = 40, 12  # rows of a table where few indicators are shown, and where many are


@dataclass(frozen=True)
class View:
    """Which rows to show of a Result: empty means all students, and every org and level; `statistics`: not only each
    indicator's own value, but the further numbers of its measure."""

    groups: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    level: str | None = None
    limit: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    statistics: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the table: `width` is the terminal's width from which it is shown."""

    name: str
    heading: str
    right: bool = True
    width: int = 0


def print_results(frame: pd.DataFrame, catalog: Catalog, view: View | None = None, to: Console | None = None) -> None:
    """Show a Result: for each indicator the latest year's rows that the view asks for, and how to see the others."""
    view = view or View()
    to = to or figures.console()
    chosen = selected(frame, catalog, view)
    ids = list(dict.fromkeys(frame["indicator"]))
    limit = view.limit or (FEW if len(ids) <= 3 else MANY)
    marks = Marks()
    if is_headline(chosen):
        print_headlines(chosen, catalog, view.names, marks, to)
        marks.legend(to)
        return
    for name in ids:
        whole = frame[frame["indicator"] == name]
        rows = chosen[chosen["indicator"] == name]
        indicator = catalog.find(name)
        if indicator is None:
            continue
        if not len(rows):
            to.print(f"\n{indicator.title} ({name}): no rows for this choice", markup=False)
            continue
        _indicator(to, indicator, whole, rows, catalog, view, limit, marks)
    marks.legend(to)


def selected(frame: pd.DataFrame, catalog: Catalog, view: View) -> pd.DataFrame:
    """The rows of a view; of each indicator only its latest year, and all students where no groups are named (every
    group, where an indicator has no row of all students: gaps between groups)."""
    rows = frame
    if len(rows):
        rows = rows[rows["school_year"] == rows.groupby("indicator")["school_year"].transform("max")]
    if not view.statistics:
        rows = rows[rows["statistic"].isna()]
    if view.level is not None:
        rows = rows[rows["org_level"] == view.level]
    if view.orgs:
        rows = rows[rows["org_id"].isin(view.orgs)]
    if view.groups:
        return rows if "*" in view.groups else rows[rows["student_group"].isin(view.groups)]
    everyone = {name: all_students(catalog, catalog.in_force(name)[-1]) for name in set(rows["indicator"])}
    for name in set(rows.loc[rows["student_group"] == "ALL", "indicator"]):
        everyone[name] = everyone[name] or "ALL"
    for name, group in everyone.items():
        if not ((rows["indicator"] == name) & (rows["student_group"] == group)).any():
            everyone[name] = None
    wanted = rows["indicator"].map(everyone)
    return rows[wanted.isna() | (rows["student_group"] == wanted)]


def _sorted(rows: pd.DataFrame, names: Mapping[str, str], groups: Sequence[str]) -> list[dict[str, Any]]:
    rank = {level: at for at, level in enumerate(LEVELS)}
    place = {group: at for at, group in enumerate(groups)}
    records: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in rows.to_dict("records")]
    return sorted(
        records,
        key=lambda r: (
            rank.get(r["org_level"], len(rank)),
            names.get(r["org_id"], r["org_id"]),
            r["org_id"],
            place.get(r["student_group"], len(place)),
            str(r["student_group"]),
            *_category_order(r, names),
            str(r["statistic"]) if known(r["statistic"]) else "",
        ),
    )


def _category_order(record: Mapping[str, Any], names: Mapping[str, str]) -> tuple[float, str]:
    """Categories by their names; where they are orgs, the nearest first."""
    if not known(record["category"]):
        return 0.0, ""
    category = str(record["category"])
    return float(record["value"]) if category in names and known(record["value"]) else 0.0, category


def _indicator(
    to: Console,
    indicator: Indicator,
    whole: pd.DataFrame,
    rows: pd.DataFrame,
    catalog: Catalog,
    view: View,
    limit: int,
    marks: Marks,
) -> None:
    """One indicator's heading, table, and what was left out."""
    titles = group_titles(catalog, indicator)
    records = _sorted(rows, view.names, list(titles))
    shown = records[:limit]
    one_group = len(set(rows["student_group"])) == 1
    one_org = len(set(rows["org_id"])) == 1
    year = str(rows["school_year"].iloc[0])
    to.print()
    about = [year]
    if one_group:
        group = str(records[0]["student_group"])
        about.append(titles.get(group, group))
    if one_org:
        about.append(view.names.get(records[0]["org_id"], str(records[0]["org_id"])))
    students = indicator.unit == "percent" and indicator.measure_type in ("rate", "progress", "cohort_rate")
    about.append("percent of students" if students else indicator.unit)
    if indicator.better in ("higher", "lower"):
        about.append(f"{indicator.better} is better")
    to.print(Text.assemble((str(indicator.title), "bold"), f"  {indicator.id} {records[0]['version']}"))
    to.print(Text("; ".join(about), style="dim"))
    columns = _columns(rows, to.width, one_org, one_group)
    first = columns[0].name
    several = first == "org_id" and len({r["org_level"] for r in shown}) > 1
    look = Look(indicator, view.names, titles, several, first != "org_id" or to.width >= 120, to.width)
    to.print(_table(shown, columns, look, marks))
    _notes(to, shown)
    _left_out(to, whole, records, shown, year)


def _columns(rows: pd.DataFrame, width: int, one_org: bool, one_group: bool) -> list[Column]:
    """The columns that say something: those without a value in any row are left out, some wait for a wide terminal."""
    columns = [] if one_org and not one_group else [Column("org_id", "", right=False)]
    if not one_group:
        columns.append(Column("student_group", "group", right=False))
    optional = [
        Column("category", "category", right=False), Column("statistic", "statistic", right=False),
        Column("n", "students"), Column("value", "value"), Column("interval", "95% interval", width=96),
        Column("prior_value", "prior", width=66), Column("change", "change"), Column("status", "status", right=False),
        Column("change_level", "change is", right=False, width=130), Column("rating", "rating", right=False),
    ]  # fmt: skip
    for column in optional:
        source = "low" if column.name == "interval" else column.name
        if width >= column.width and (column.name in ("n", "value") or rows[source].notna().any()):
            columns.append(column)
    return columns


@dataclass(frozen=True)
class Look:
    """What a cell needs besides its row."""

    indicator: Indicator
    names: Mapping[str, str]
    titles: Mapping[str, str]
    indent: bool
    long_groups: bool
    width: int


def _table(records: Sequence[Mapping[str, Any]], columns: Sequence[Column], look: Look, marks: Marks) -> Table:
    rows: list[list[Text]] = []
    level = None
    for record in records:
        if look.indent and record["org_level"] != level:
            level = record["org_level"]
            heading = Text(HEADINGS.get(str(level), str(level)), style="italic dim")
            rows.append([heading, *(Text("") for _ in columns[1:])])
        rows.append([_cell(c.name, record, look, marks) for c in columns])
    return fitted([Heading(c.heading, c.right) for c in columns], rows, look.width, empty=True)


def _cell(name: str, record: Mapping[str, Any], look: Look, marks: Marks) -> Text:
    if name == "org_id":
        org = str(record["org_id"])
        return Text(("  " if look.indent else "") + look.names.get(org, org))
    if name == "student_group":
        group = str(record["student_group"])
        return Text(look.titles.get(group, group) if look.long_groups else group)
    if name in ("category", "statistic"):
        own = "(the indicator's own)" if name == "statistic" else ""
        text = str(record[name]) if known(record[name]) else own
        return Text(look.names.get(text, text))
    hidden, prior_hidden = known(record["suppressed"]), known(record["prior_suppressed"])
    if (hidden and name in ("n", "value")) or (prior_hidden and name == "prior_value"):
        return marks.hidden(record["prior_suppressed" if name == "prior_value" else "suppressed"])
    if (hidden and name != "prior_value") or (prior_hidden and name in HIDES_WITH_PRIOR):
        return Text("")
    if name == "rating":
        return figures.rating_word(record["rating"])
    if name in ("status", "change_level"):
        return marks.status(record[name], record["notes"])
    if name == "n":
        return Text(figures.count(record["n"]))
    if known(record["statistic"]) and name in ("value", "interval"):
        low, high = (figures.plain(record[c]) for c in ("low", "high"))
        interval = Text(f"{low} to {high}" if low and high else "", style="dim")
        return interval if name == "interval" else Text(figures.plain(record["value"]))
    if name == "interval":
        return Text(figures.interval(record["low"], record["high"], look.indicator.digits), style="dim")
    unit = look.indicator.unit
    return Text(figures.figure(record[name], look.indicator.digits, unit, sign=name == "change"))


def group_titles(catalog: Catalog, indicator: Indicator) -> dict[str, str]:
    """Each student group's title, in the order of the group set; of published groups, the title they have elsewhere."""
    groups = catalog.groups[indicator.groups]
    if not groups.column:
        return {group.id: str(group.title) or group.id for group in groups.groups}
    titled = [group for one in catalog.groups.values() for group in one.groups if str(group.title)]
    return {group.id: str(group.title) for group in reversed(titled)}


def _notes(to: Console, records: Sequence[Mapping[str, Any]]) -> None:
    said: dict[str, int] = {}
    for record in records:
        if not known(record["notes"]) or (known(record["suppressed"]) and record["suppressed"] != "input"):
            continue
        for note in str(record["notes"]).split("; "):
            if "unverified" not in note:
                said[note] = said.get(note, 0) + 1
    for note, times in said.items():
        to.print(Text(f"{note}: {plural(times, 'row')}", style="dim"))


def _left_out(
    to: Console, whole: pd.DataFrame, records: Sequence[Mapping[str, Any]], shown: Sequence[object], year: str
) -> None:
    """What this table does not show, in one line."""
    cut = records[len(shown) :]
    parts = []
    for level in LEVELS:
        number = sum(r["org_level"] == level for r in cut)
        if number:
            parts.append(f"{number:,} of {plural(sum(r['org_level'] == level for r in records), f'{level} row')}")
    if parts:
        to.print(Text(f"not shown: {', '.join(parts)} (--level, --org, --rows; --out writes all)", style="dim"))
    other = sorted({str(y) for y in whole["school_year"]} - {year})
    if other:
        listed = other[0] if len(other) == 1 else f"{other[0]} to {other[-1]}"
        to.print(Text(f"also computed: {listed} (--year)", style="dim"))
