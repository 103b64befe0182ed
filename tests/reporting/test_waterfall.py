"""The audit trail gives no small number away, even to someone who knows the rule by which numbers are left out."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations_with_replacement

import pytest

from metricspec.running.waterfall import STAR, met_shown, rows_shown, shown_counts, small, trail

LEAST, HIGHEST = 4, 24


def trails(length: int, *, hidden: bool, rounded: bool) -> dict[tuple[str, ...], list[tuple[int, ...]]]:
    """All falling counts up to HIGHEST, by what is printed of them."""
    found = defaultdict(list)
    for rising in combinations_with_replacement(range(HIGHEST + 1), length):
        counts = rising[::-1]
        if not hidden and small(counts[-1], LEAST):
            continue  # the Result hides such a count
        steps = trail([str(at) for at in range(length)], counts, LEAST, hidden=hidden, rounded=rounded)
        found[tuple(cell for step in steps for cell in (step.removed, step.remaining))].append(counts)
    return found


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("length", [2, 3, 4])
def test_no_small_number_can_be_worked_out(length: int, hidden: bool, rounded: bool) -> None:
    """Every small count and removal could also have been another number, for all that was printed."""
    told = []
    for printed, possible in trails(length, hidden=hidden, rounded=rounded).items():
        if min(c[0] for c in possible) > HIGHEST - 2 * LEAST:
            continue  # what else it could have been may lie above HIGHEST
        for at in range(length):
            counts = {c[at] for c in possible}
            removals = {c[at - 1] - c[at] for c in possible} if at else set()
            told += [(printed, at) for values in (counts, removals) if len(values) == 1 and small(values.pop(), LEAST)]
    assert told == []


@pytest.mark.parametrize("hidden", [False, True])
def test_counts_shown_lie_apart(hidden: bool) -> None:
    for rising in combinations_with_replacement(range(HIGHEST + 1), 4):
        counts = rising[::-1]
        shown = [c for c, one in zip(counts, shown_counts(counts, LEAST, hidden=hidden), strict=True) if one]
        assert not any(small(c, LEAST) for c in shown)
        assert not any(small(a - b, LEAST) for at, a in enumerate(shown) for b in shown[at + 1 :])


def test_a_count_that_the_result_hides_is_not_printed() -> None:
    """15 students, hidden so that another group's number cannot be worked out: not told by those before them either."""
    steps = trail(["at the org", "of age", "counted"], [40, 15, 15], 11, hidden=True, rounded=False)
    assert [(s.removed, s.remaining) for s in steps] == [("", "40"), (STAR, STAR), (STAR, STAR)]


def test_large_numbers_are_printed_as_they_are() -> None:
    steps = trail(["at the org", "of age", "counted"], [2815, 1998, 1982], 11, hidden=False, rounded=False)
    assert [(s.removed, s.remaining) for s in steps] == [("", "2,815"), ("817", "1,998"), ("16", "1,982")]


def test_a_small_removal_hides_the_count_before_it() -> None:
    steps = trail(["at the org", "enrolled long enough"], [100, 96], 11, hidden=False, rounded=False)
    assert [(s.removed, s.remaining) for s in steps] == [("", STAR), ("<11", "96")]


def test_two_small_removals_do_not_meet_between_two_counts() -> None:
    """30 less 10 less 10: were both printed as fewer than 11 between 30 and 10, each would be known to be 10."""
    steps = trail(["at the org", "one", "two"], [40, 30, 20], 11, hidden=False, rounded=False)
    assert sum(s.removed == "<11" for s in steps) < 2 or steps[0].remaining == STAR


@pytest.mark.parametrize(
    ("met", "counted", "hidden", "printed"),
    [
        (3, 200, False, "<11"),
        (0, 200, False, "0"),
        (20, 200, False, "20"),
        (195, 200, False, STAR),  # five did not meet it
        (50, 200, True, STAR),
        (7, 200, True, "*"),
    ],
)
def test_the_numerator(met: int, counted: int, hidden: bool, printed: str) -> None:
    assert met_shown(met, counted, 11, hidden=hidden) == printed


@pytest.mark.parametrize(
    ("rows", "students", "shown", "printed"),
    [
        (0, 0, False, "0"),
        (7, 900, True, "<11"),
        (94, 94, False, STAR),
        (94, 94, True, "about 90"),
        (9412, 94, False, "about 9,410"),
    ],
)
def test_rows_of_students(rows: int, students: int, shown: bool, printed: str) -> None:
    assert rows_shown(rows, students, 11, students_shown=shown) == printed
