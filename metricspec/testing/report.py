"""What people and machines see of a test run: differences in words, a table of indicators, annotations, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from metricspec.model import Scalar
from metricspec.problems import Place, Problem
from metricspec.reading.formats import as_github, as_text, shown
from metricspec.testing.comparing import Difference
from metricspec.testing.runner import CaseResult

if TYPE_CHECKING:
    from rich.table import Table

MOST_ROWS = 8


def written(value: Scalar) -> str:
    """A value as it is written in a test."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def difference_text(difference: Difference) -> str:
    """The place, then the columns side by side or the rows that there are."""
    lines = [f"  {shown(difference.place)}: {difference.says}"]
    if difference.cells:
        rows = [("column", "expected", "got")]
        rows += [(c.column, written(c.expected), written(c.got)) for c in difference.cells]
        widths = [max(len(row[at]) for row in rows) for at in range(3)]
        lines += [
            "      " + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
    elif difference.there:
        lines.append("      rows that there are:")
        lines += [f"        {key}" for key in difference.there[:MOST_ROWS]]
        if len(difference.there) > MOST_ROWS:
            lines.append(f"        and {len(difference.there) - MOST_ROWS} more")
    elif difference.says.startswith("no row"):
        lines.append("      there are no rows at all")
    return "\n".join([*lines, f"      {difference.hint}"] if difference.hint else lines)


def case_text(result: CaseResult) -> str:
    """A failed case in words."""
    parts = [f"FAILED {result.indicator}: {result.case.name}"]
    parts += [difference_text(difference) for difference in result.differences]
    if result.problems:
        parts.append(as_text(result.problems))
    return "\n".join(parts)


def case_problems(result: CaseResult) -> list[Problem]:
    """A failed case as problems, for formats that know nothing of expected and got."""
    found = list(result.problems)
    for difference in result.differences:
        what = "; ".join(f"{c.column}: expected {written(c.expected)}, got {written(c.got)}" for c in difference.cells)
        there = f"rows that there are: {', '.join(difference.there[:MOST_ROWS])}" if difference.there else ""
        says = f"{difference.says}: {what}" if what else difference.says
        hint = difference.hint or there
        found.append(Problem("MS650", f"{result.indicator}: {result.case.name}: {says}", difference.place, hint))
    return found


def summary(results: Iterable[CaseResult]) -> Table:
    """Cases, passed and failed for each indicator."""
    from rich.table import Table

    counts: dict[str, list[int]] = {}
    for result in results:
        count = counts.setdefault(result.indicator, [0, 0])
        count[0 if result.passed else 1] += 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("indicator", no_wrap=True)
    for name in ("cases", "passed", "failed"):
        table.add_column(name, justify="right")
    for indicator, (passed, failed) in sorted(counts.items()):
        shown_failed = f"[red]{failed}[/red]" if failed else "0"
        table.add_row(indicator, str(passed + failed), str(passed), shown_failed)
    return table


def github_text(results: Iterable[CaseResult], problems: Sequence[Problem]) -> str:
    return as_github([*problems, *(p for result in results for p in case_problems(result))])


def json_text(results: Iterable[CaseResult], problems: Sequence[Problem]) -> str:
    """One object: `cases` with what differs, and `problems` of the specs."""
    cases = [
        {
            "indicator": result.indicator,
            "case": result.case.name,
            "passed": result.passed,
            "file": shown(Place(result.case.place.file)),
            "line": result.case.place.line,
            "differences": [_difference(difference) for difference in result.differences],
            "problems": [_problem(problem) for problem in result.problems],
        }
        for result in results
    ]
    return json.dumps({"cases": cases, "problems": [_problem(p) for p in problems]}, ensure_ascii=False, indent=2)


def _difference(difference: Difference) -> dict[str, Any]:
    cells = [{"column": c.column, "expected": c.expected, "got": c.got} for c in difference.cells]
    return {
        "message": difference.says,
        "line": difference.place.line,
        "columns": cells,
        "rows": list(difference.there),
        "hint": difference.hint,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    about = {"code": problem.code, "message": problem.message, "hint": problem.hint}
    return {**about, "file": shown(Place(problem.place.file)), "line": problem.place.line}
