"""Designations by the index: cuts, the lowest of the schools in question, a rise; and student groups by their levels."""

from __future__ import annotations

import pytest

from .made import Row, composed, decided, hidden, row

ELA, MATH = "sqii.academic_performance_ela", "sqii.academic_performance_math"
CULTURE = ("sqii.chronic_absence", "sqii.suspension_expulsion", "sqii.el_redesignation")


def school(level: int, org: str = "A", year: str = "2023-24") -> list[Row]:
    """A school all of whose metrics are at one level, so that its index is ten times as much."""
    return [row(name, status=str(level), value=50.0, org=org, year=year) for name in (ELA, MATH, *CULTURE)]


def schools(count: int) -> list[Row]:
    return [one for number in range(count) for one in school(1 + number % 10, f"S{number:02d}")]


def title_i(rows: list[Row], *without: str) -> dict[tuple[str, str], dict[str, bool]]:
    return {(r["org_id"], r["school_year"]): {"title_i": r["org_id"] not in without} for r in rows}


@pytest.mark.parametrize(("level", "holds"), [(7, False), (8, True), (10, True)])
def test_high_performance(level: int, holds: bool) -> None:
    """From 80 on."""
    found, why = decided(composed("core_sqii", school(level)), "reward_high_performance")
    assert found is holds
    assert why == (f"High index (index {level}0, at least 80)" if holds else "")


def test_high_progress() -> None:
    """By 10 points; without a year before it cannot be said, and a school that was not there then did not rise."""
    now, before = school(6), school(5, year="2022-23")
    assert decided(composed("core_sqii", [*now, *before]), "reward_high_progress") == (
        True,
        "Rising index (index 60 after 50)",
    )
    assert decided(composed("core_sqii", [*now, *school(6, year="2022-23")]), "reward_high_progress")[0] is False
    assert decided(composed("core_sqii", now), "reward_high_progress") == (None, "there are no results for 2022-23")
    assert decided(composed("core_sqii", [*now, *school(5, "B", "2022-23")]), "reward_high_progress")[0] is False


def test_the_lowest_five_percent_rounded_up_with_ties() -> None:
    """Of 20 schools one, of 21 two; two at the same lowest index belong to it together."""

    def lowest(rows: list[Row], *without: str) -> set[str]:
        found = composed("core_sqii", rows, orgs=title_i(rows, *without))
        return {org for org in {r["org_id"] for r in rows} - set(without) if decided(found, "priority", org)[0]}

    twenty = [one for number in range(20) for one in school(min(10, 2 + number), f"S{number:02d}")]
    assert lowest(twenty) == {"S00"}
    assert lowest([*twenty, *school(10, "T")]) == {"S00", "S01"}
    assert lowest([*twenty, *school(2, "T")]) == {"S00", "T"}
    assert lowest([*twenty, *school(1, "T")], "T") == {"S00"}  # no Title I funds: not among them


def test_the_lowest_cannot_be_said_where_it_is_not_known_who_is_among_them() -> None:
    rows = schools(10)
    orgs = title_i(rows)
    del orgs["S03", "2023-24"]
    found = composed("core_sqii", rows, orgs=orgs)
    assert decided(found, "priority", "S00") == (None, "whether it is a Title I school is not known")


def test_the_lowest_cannot_be_said_where_an_index_that_is_hidden_would_decide() -> None:
    """Of 21 schools two: the lowest known is one of them whatever the hidden one has, the next only if that is higher."""
    twenty = [one for number in range(20) for one in school(min(10, 2 + number), f"S{number:02d}")]
    rows = [*twenty, hidden(ELA, reason="complementary", org="T"), *school(10, "T")[1:]]
    found = composed("core_sqii", rows, orgs=title_i(rows))
    assert decided(found, "priority", "S00")[0] is True
    assert decided(found, "priority", "S01") == (None, "the index of 1 of the 21 compared cannot be said")
    assert decided(found, "priority", "S02")[0] is False


def test_low_graduation_of_one_year() -> None:
    rows = [
        *schools(20),
        *school(9, "H"),
        row("sqii.graduation", org="H", status="6", value=59.9, numerator=599.0, denominator=1000.0),
    ]
    found = composed("core_sqii", rows, orgs=title_i(rows))
    assert decided(found, "priority", "H") == (True, "Low graduation (Graduation 59.90 %, below 60)")


@pytest.mark.parametrize(
    ("levels", "holds"),
    [((3, 3, 4), True), ((3, 4, 4), False), ((1, 1), False), ((3, 3, 4, 4), False), ((1, 2, 3, 9), True)],
)
def test_a_group_behind(levels: tuple[int, ...], holds: bool) -> None:
    """At level 1 to 3 in more than half of three metrics or more."""
    names = (ELA, MATH, *CULTURE)
    rows = [
        *school(9),
        *(row(n, "SWD", status=str(level), value=50.0) for n, level in zip(names, levels, strict=False)),
    ]
    found = composed("core_sqii", rows, orgs=title_i(rows))
    assert decided(found, "focus")[0] is holds


def test_a_group_too_small_is_not_behind() -> None:
    rows = [*school(9), *(hidden(name, "SWD") for name in (ELA, MATH, *CULTURE))]
    assert decided(composed("core_sqii", rows, orgs=title_i(rows)), "focus")[0] is False


def test_an_index_that_cannot_be_said_decides_nothing() -> None:
    rows = [*school(9), hidden(ELA, "EL", "complementary")]
    holds, undecided = decided(composed("core_sqii", rows), "reward_high_performance")
    assert holds is None and "the result of EL in 2023-24 is hidden" in undecided
