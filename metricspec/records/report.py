"""What verifying a file found, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from metricspec.reporting import figures

if TYPE_CHECKING:
    from rich.console import Console

    from metricspec.records.compare import Changed, Name
    from metricspec.records.verify import Verdict

SKIPPED = ("framework", "group_set", "org_level", "copy")


def print_verdict(name: str, verdict: Verdict, limit: int, to: Console | None = None) -> None:
    """Whether a file is what the project gives now, and if not, why and where."""
    to = to or figures.console()
    record, rows = verdict.record, verdict.rows
    made = f"made {record['created'][:10]} by metricspec {record['metricspec']} on {record['engine']['name']}"
    to.print(Text(f"{name}: {figures.plural(rows.rows, 'row')}, {made}"))
    for one in verdict.differences:
        to.print(Text(f"  {one.about}{' ' * bool(one.name)}{one.name}: {one.says}"))
    for note in verdict.notes:
        to.print(Text(f"  ({note})", style="dim"))
    if verdict.same:
        to.print(Text(f"the same: {figures.plural(rows.rows, 'row')} computed again, no number differs"))
        return
    if rows.same:
        to.print(Text(f"its rows are those of the project now: {figures.plural(rows.rows, 'row')}, no number differs"))
    if rows.changed:
        to.print(
            Text(
                f"{figures.plural(len(rows.changed), 'row')} with other numbers or words; the largest difference first:"
            )
        )
        to.print(_table(rows.changed[:limit]))
    for names, what in (
        (rows.gone, "in the file and not in the results now"),
        (rows.new, "in the results now and not in the file"),
    ):
        if names:
            to.print(Text(f"{figures.plural(len(names), 'row')} {what}, such as: {_said(names[0])}"))


def _table(changed: tuple[Changed, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="none")
    for heading in ("row", "column", "file", "now", "difference"):
        table.add_column(heading, justify="left" if heading in ("row", "column") else "right")
    for one in changed:
        size = "" if one.size is None else f"{one.size:.10g}"
        table.add_row(*map(Text, (_said(one.name), one.column, one.then or "-", one.now or "-", size)))
    return table


def _said(name: Name) -> str:
    return " ".join(text for key, text in name if key not in SKIPPED)


def verdict_json(name: str, verdict: Verdict) -> str:
    """The same for programs; every row that differs is in it."""
    rows = verdict.rows
    found = {
        "file": name,
        "same": verdict.same,
        "differences": [asdict(one) for one in verdict.differences],
        "notes": list(verdict.notes),
        "rows": {
            "file": rows.rows,
            "changed": [{**asdict(one), "name": dict(one.name)} for one in rows.changed],
            "gone": [dict(one) for one in rows.gone],
            "new": [dict(one) for one in rows.new],
        },
    }
    return json.dumps(found, ensure_ascii=False, indent=2)
