"""Worked examples: the tests beside a spec, as tables of rows in and of what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from metricspec.model import Catalog, Scalar, TestCase
from metricspec.reporting.figures import plural
from metricspec.site.markup import NOTHING, Html, folded, joined, lines, paragraph, table, text

MOST = 30  # rows of one table that are shown
Row = Mapping[str, Scalar]
STAGES = {
    "released": "What the public sees: rounded, and hidden where there are too few.",
    "tally": "Before rounding and hiding.",
}


def cases(found: Sequence[TestCase], catalog: Catalog) -> Html:
    """Each case folded up under its name."""
    return lines(*(folded(text(case.name), _case(case, catalog), class_="case") for case in found))


def _case(case: TestCase, catalog: Catalog) -> Html:
    parts = [paragraph(joined([text(STAGES[case.stage]), text(f"School year {case.year}." if case.year else "")]))]
    for name, rows in case.rows.items():
        dataset = catalog.datasets.get(name)
        student = dataset.keys.get("student") if dataset else None
        parts.append(_rows(f"Rows of {name}", folded_rows(rows, student)))
    parts.append(_rows("Expected", list(case.expect)))
    parts.append(_rows("Must not be there", list(case.expect_absent)))
    return lines(*parts)


def _rows(caption: str, rows: Sequence[Row]) -> Html:
    if not rows:
        return NOTHING
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shown = [[_cell(row, name) for name in columns] for row in rows[:MOST]]
    left = len(rows) - MOST
    more = paragraph(text(f"And {plural(left, 'row')} more, in the file of the test.")) if left > 0 else NOTHING
    return lines(table([text(name) for name in columns], shown, text(caption)), more)


def _cell(row: Row, name: str) -> Html:
    """An empty cell where the row does not say; a value that is missing is called so."""
    if name not in row:
        return NOTHING
    value = row[name]
    return text("missing" if value is None else {True: "yes", False: "no"}[value] if isinstance(value, bool) else value)


def folded_rows(rows: Iterable[Row], student: str | None) -> list[Row]:
    """Rows that differ only in the student as one, which says how many they are.

    >>> folded_rows([{"student_id": "s1", "grade": "05"}, {"student_id": "s2", "grade": "05"}], "student_id")
    [{'student_id': 's1 ... s2 (2 rows)', 'grade': '05'}]
    """
    alike: dict[tuple[tuple[str, Scalar], ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple((name, row[name]) for name in row if name != student), []).append(row)
    found: list[Row] = []
    for members in alike.values():
        first, last = members[0], members[-1]
        if len(members) == 1 or student is None or student not in first:
            found += members
            continue
        whom = f"{first[student]} ... {last[student]} ({plural(len(members), 'row')})"
        found.append({name: whom if name == student else value for name, value in first.items()})
    return found
