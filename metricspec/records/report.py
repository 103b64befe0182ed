"""What verifying a file found, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from metricspec.records.compare import HIDDEN, NUMERIC, WITHIN
from metricspec.records.touched import TOUCHED
from metricspec.reporting import figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from metricspec.records.compare import Changed, Name
    from metricspec.records.verify import Verdict

SKIPPED = ("framework", "group_set", "org_level", "copy")
ROUNDED = ("value", "prior_value", "change")  # to the digits of the indicator


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
        to.print(Text(_unmoved(verdict)))
    if rows.changed:
        _print_changed(verdict, limit, to)
    for names, what in (
        (rows.gone, "in the file and not in the results now"),
        (rows.new, "in the results now and not in the file"),
    ):
        if names:
            to.print(Text(f"{figures.plural(len(names), 'row')} {what}, such as: {_said(names[0])}"))


def _unmoved(verdict: Verdict) -> str:
    """What stands where the file or the project changed, and no number with it."""
    count = figures.plural(verdict.rows.rows, "row")
    if any(one.says == TOUCHED for one in verdict.differences):
        why = "a number is written in another way, or the record is not the one that was written"
        return f"nothing in its {count} differs from what the project computes now: {why}"
    if verdict.altered:
        return f"nothing else in its {count} differs from what the project computes now"
    return f"its rows are those of the project now: {count}, no number differs"


def _print_changed(verdict: Verdict, limit: int, to: Console) -> None:
    changed = verdict.rows.changed
    told = [one for one in changed if (one.then, one.now) != (HIDDEN, HIDDEN)]
    count = figures.plural(len(changed), "row")
    to.print(Text(f"{count} with other numbers or words, the largest differences of the value first:"))
    if told:
        to.print(_table(told[:limit], verdict.digits))
    if len(told) > limit:
        to.print(Text(f"and {len(told) - limit:,} more (--rows)", style="dim"))
    if few := len(changed) - len(told):
        to.print(Text(f"{figures.plural(few, 'row')} not shown: hidden, or too few students make the difference"))


def _table(changed: Sequence[Changed], digits: Mapping[str, int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="none")
    for heading in ("row", "column", "file", "now", "difference"):
        table.add_column(heading, justify="left" if heading in ("row", "column") else "right")
    for one in changed:
        size = "" if one.size is None else repr(one.size)
        places = digits.get(dict(one.name).get("indicator", "").partition("@")[0]) if one.column in ROUNDED else None
        told = (one.then or "-", one.now or "-", size)
        shown = (figure(text, places) if one.column in NUMERIC else text for text in told)
        table.add_row(*map(Text, (_said(one.name), one.column, *shown)))
    return table


def figure(text: str, places: int | None) -> str:
    """A number as people read it: to so many decimal places, or as many as it has; anything else as it is.

    >>> figure("3014.0", None), figure("38.0", 1), figure("0.40000000000000213", 1), figure("38.25", 1), figure("hidden", 1)
    ('3,014', '38.0', '0.4', '38.25', 'hidden')
    """
    try:
        number = float(text)
    except ValueError:
        return text
    if places is not None and abs(number - round(number, places)) <= WITHIN * max(1.0, abs(number)):
        return f"{number:,.{places}f}"
    return f"{number:,.0f}" if number.is_integer() else f"{number:.10g}"


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
