"""Results against expectations: which rows there should be, and each column that is not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metricspec.model import Scalar, TestCase
from metricspec.problems import Place

Row = Mapping[str, Scalar]
KEYS = ("org_level", "org_id", "student_group", "school_year", "category", "statistic")


@dataclass(frozen=True)
class Cell:
    """A column whose value is not the expected one."""

    column: str
    expected: Scalar
    got: Scalar


@dataclass(frozen=True)
class Difference:
    """One expectation that was not met. `cells` differ in a row that is there; `there` are the keys of the rows
    that there are where none, or more than one, matched."""

    says: str
    place: Place
    cells: tuple[Cell, ...] = ()
    there: tuple[str, ...] = ()
    hint: str = ""


def key_text(row: Row) -> str:
    """The key of a result, or of an expectation, in words."""
    return " ".join(str(row[name]) for name in KEYS if row.get(name) is not None)


def same(expected: Scalar, got: Scalar, tolerance: float) -> bool:
    """Whether a value is the expected one; empty equals only empty."""
    if expected is None or got is None:
        return expected is got
    if _is_number(expected) and _is_number(got):
        return abs(float(got) - float(expected)) <= tolerance
    return expected == got


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def differences(case: TestCase, results: Sequence[Row]) -> Iterator[Difference]:
    """What a case expects and did not get, in the order of the case."""
    if case.year is not None:
        results = [row for row in results if row["school_year"] == case.year]
    latest = max((str(row["school_year"]) for row in results), default=None)
    for at, expected in enumerate(case.expect):
        place = case.expect_places[at] if at < len(case.expect_places) else case.place
        own = {"student_group": "ALL", "statistic": None}  # of all students, the indicator's own value
        key = {**own, **{name: expected[name] for name in KEYS if name in expected}}
        year = case.year or latest
        if year is not None:
            key.setdefault("school_year", year)
        yield from _expected(case, expected, key, results, place)
    for absent in case.expect_absent:
        for row in results:
            if all(same(value, row.get(name), case.tolerance) for name, value in absent.items()):
                yield Difference(f"a row that must not be there: {key_text(row)}", case.place)
                break


def _expected(case: TestCase, expected: Row, key: Row, results: Sequence[Row], place: Place) -> Iterator[Difference]:
    found = [row for row in results if all(row.get(name) == value for name, value in key.items())]
    if len(found) != 1:
        near = sorted(results, key=lambda row: -sum(row.get(name) == value for name, value in key.items()))
        there = tuple(key_text(row) for row in (found or near))
        says = f"no row {key_text(key)}" if not found else f"{len(found)} rows match {key_text(key)}"
        yield Difference(says, place, there=there, hint="name org_level and org_id" if found else "")
        return
    row = found[0]
    cells = tuple(
        Cell(name, value, row.get(name))
        for name, value in expected.items()
        if name not in KEYS and not same(value, row.get(name), case.tolerance)
    )
    if cells:
        yield Difference(f"row {key_text(row)}", place, cells, hint=_hidden(cells, row))


def _hidden(cells: Sequence[Cell], row: Row) -> str:
    """What to do where a number was expected that the policy hides."""
    reason = row.get("suppressed") or row.get("prior_suppressed")
    if reason is None or all(cell.got is not None or cell.expected is None for cell in cells):
        return ""
    what = "the row" if row.get("suppressed") else "the year before"
    return f"{what} is hidden ({reason}); `stage: tally` tests the arithmetic with few students"
