"""The report of a binding against its warehouse: each dataset with what was found, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metricspec.reading.formats import shown
from metricspec.reporting import figures
from metricspec.running.live_words import few

if TYPE_CHECKING:
    from metricspec.running.live import Checked
    from metricspec.running.live_findings import Finding

MARKS = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "note": ("·", "dim")}


def print_live(checked: Iterable[Checked], to: Console | None = None) -> None:
    """A heading for each dataset, and one line for each finding with where the binding says so."""
    to = to or figures.console()
    for one in checked:
        to.print(_heading(one))
        table = Table.grid(padding=(0, 1))
        table.add_column(width=3, justify="right")
        table.add_column(overflow="fold")
        if all(finding.weight == "note" for finding in one.findings):
            table.add_row(Text("✓", style="green"), Text("fits", style="green"))
        for finding in one.findings:
            mark, style = MARKS[finding.weight]
            table.add_row(Text(mark, style=style), _sentence(finding, one.dataset))
        to.print(table)


def _heading(one: Checked) -> Text:
    said = [one.origin]
    if one.rows is not None:
        sample = "a sample of " if one.sampled else ""
        said.append(f"{sample}{few(one.rows)} rows" if one.rows else "no rows")
    if one.years:
        said.append(one.years[0] if len(one.years) == 1 else f"{one.years[0]} to {one.years[-1]}")
    if one.days:
        said.append(f"dates {one.days[0]} to {one.days[1]}")
    return Text.assemble((f"\n{one.dataset}", "bold"), (f"  {', '.join(said)}", "dim"))


def _sentence(finding: Finding, dataset: str) -> Text:
    problem = finding.problem
    text = Text(problem.message.removeprefix(f"{dataset}: "))
    if problem.hint:
        text.append(f"\n{problem.hint}", style="italic")
    if problem.place.file:
        text.append(f"\n{problem.code} {shown(problem.place)}", style="dim")
    return text


def summary(checked: Iterable[Checked]) -> str:
    """
    >>> summary([])
    '0 datasets checked: no problems'
    """
    found = list(checked)
    weights = [finding.weight for one in found for finding in one.findings]
    return checked_words(len(found), "dataset", weights.count("error"), weights.count("warning"))


def checked_words(number: int, what: str, errors: int, warnings: int) -> str:
    """
    >>> checked_words(1, "file", 0, 2)
    '1 file checked: no problems, 2 warnings'
    """
    words = [figures.plural(errors, "problem") if errors else "no problems"]
    if warnings:
        words.append(figures.plural(warnings, "warning"))
    return f"{figures.plural(number, what)} checked: {', '.join(words)}"
