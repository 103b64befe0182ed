"""`metricspec explain`: the audit trail of one number."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from metricspec.model import Catalog
from metricspec.reporting.figures import console
from metricspec.reporting.headlines import print_headlines
from metricspec.reporting.marks import HIDDEN, Marks
from metricspec.reporting.results import group_titles
from metricspec.reporting.show import marked

if TYPE_CHECKING:
    from metricspec.running.explain import Explanation


def print_explanation(found: Explanation, catalog: Catalog, *, sql: bool = False, to: Console | None = None) -> None:
    """Who was left out by which rule, what came of it, and every step on the way; with `sql` each step's query."""
    to = to or console()
    one, indicator = found.subject, found.indicator
    group = group_titles(catalog, indicator).get(one.group, one.group)
    to.print(Text.assemble((str(indicator.title), "bold"), f"  {indicator.id} {indicator.version}"))
    to.print(Text(f"{one.name or one.org} ({one.level} {one.org}), {one.year}, {group}", style="dim"))
    if found.steps:
        _trail(to, found)
    else:
        to.print()
        to.print(Text("It is made of results that are there already: explain those for who counts."))
    marks = Marks()
    if len(found.result):
        print_headlines(found.result, catalog, {one.org: one.name or one.org}, marks, to)
    else:
        to.print(Text("\nNo result: nobody is counted."))
    _stages(to, found, sql)
    marks.legend(to)
    if found.steps:
        legend = f"<{found.least} and {HIDDEN} stand for numbers that the policy hides, or that would tell one it hides"
        to.print(Text(legend, style="dim"))


def _trail(to: Console, found: Explanation) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="underline")
    table.add_column("rule", overflow="fold")
    table.add_column("removes", justify="right", no_wrap=True)
    table.add_column("students left", justify="right", no_wrap=True)
    for step in found.steps:
        table.add_row(marked(step.text), step.removed, step.remaining)
    if found.met is not None:
        table.add_row(Text("of these, students who meet the numerator's condition"), "", found.met)
    to.print()
    to.print(Text("Who counts", style="bold underline"))
    to.print(table)


def _stages(to: Console, found: Explanation, sql: bool) -> None:
    to.print()
    to.print(Text("Steps", style="bold underline"))
    for number, stage in enumerate(found.stages, 1):
        where = "here" if stage.at_org else "in all"
        rows = "1 row" if stage.rows == "1" else f"{stage.rows} rows"
        to.print(Text.assemble(f"{number:>2} ", (stage.name, "cyan"), (f"  {rows} {where}", "dim")))
        to.print(Padding(marked(stage.says), (0, 0, 0, 3), expand=False))
        if sql:
            to.print(Text(indent(stage.sql, " " * 6) + "\n", style="dim"), soft_wrap=True)
    if not sql:
        to.print(Text("with --sql each step's query is shown in full", style="dim"))
