"""Differentiated assistance by hand: one student group, two different priority areas."""

from __future__ import annotations

import pytest

from .made import Row, composed, decided, hidden, row

CHRONIC, SUSPENSION, ELA, MATH = "ca.chronic_absenteeism", "ca.suspension_rate", "ca.ela_dfs", "ca.math_dfs"
ELPI, GRADUATION, CCI = "ca.elpi", "ca.graduation_rate", "ca.cci_prepared"
NAME = "differentiated_assistance"


def red(indicator: str, group: str, rating: str = "Red", **about: object) -> Row:
    return row(indicator, group, rating=rating, **{"level": "district", **about})


def assisted(*rows: Row, **given: object) -> tuple[bool | None, str]:
    """A district with these ratings, and a rating without any consequence so that it is there."""
    return decided(composed("ca_dashboard", [red(SUSPENSION, "ALL", "Green"), *rows], **given), NAME)


def test_two_areas_by_one_group() -> None:
    assert assisted(red(CHRONIC, "SWD"), red(SUSPENSION, "SWD")) == (
        True,
        "SWD: Priority 5 (Chronic absenteeism Red) and Priority 6 (Suspension Red)",
    )


def test_two_areas_by_two_groups_are_not_enough() -> None:
    assert assisted(red(CHRONIC, "SWD"), red(SUSPENSION, "EL")) == (False, "")


def test_one_area_twice_is_one_area() -> None:
    assert assisted(red(CHRONIC, "SWD"), red(GRADUATION, "SWD"))[0] is False
    assert assisted(red(CHRONIC, "SWD"), red(GRADUATION, "SWD"), red(CCI, "SWD"))[0] is True


def test_all_students_are_no_student_group() -> None:
    assert assisted(red(CHRONIC, "ALL"), red(GRADUATION, "ALL"), red(CCI, "ALL"))[0] is False


@pytest.mark.parametrize(
    ("ela", "math", "met"),
    [
        ("Red", "Red", True), ("Red", "Orange", True), ("Orange", "Red", True), ("Orange", "Orange", False),
        ("Red", "Yellow", False), ("Yellow", "Red", False), ("Red", None, False),
    ],
)  # fmt: skip
def test_achievement(ela: str, math: str | None, met: bool) -> None:
    """Red in both, or Red in one and Orange in the other."""
    assert assisted(red(ELA, "HOM", ela), red(MATH, "HOM", math), red(SUSPENSION, "HOM"))[0] is met


@pytest.mark.parametrize(
    ("group", "rating", "year", "met"),
    [
        ("EL", "Red", "2023-24", True), ("EL", "Orange", "2023-24", False), ("LTEL", "Orange", "2023-24", True),
        ("LTEL", "Red", "2024-25", True), ("LTEL", "Orange", "2022-23", False),
    ],
)  # fmt: skip
def test_english_learner_progress(group: str, rating: str, year: str, met: bool) -> None:
    """Red; of long-term English learners Red or Orange, since 2024."""
    rows = [red(ELPI, group, rating, year=year), red(SUSPENSION, group, year=year)]
    assert decided(composed("ca_dashboard", rows), NAME, year=year)[0] is met


def test_language_arts_and_mathematics_are_not_used_for_long_term_english_learners() -> None:
    assert assisted(red(ELA, "LTEL"), red(MATH, "LTEL"), red(SUSPENSION, "LTEL"))[0] is False


def test_a_year_of_statuses() -> None:
    """2022: Very Low in both ELA and math, or Very Low ELPI; Very Low graduation or Very High chronic; Very High suspension."""

    def status(indicator: str, value: str, n: float = 100.0) -> Row:
        return row(indicator, "SWD", "2021-22", level="district", status=value, n=n)

    def met(*rows: Row) -> bool | None:
        return decided(composed("ca_dashboard", list(rows)), NAME, year="2021-22")[0]

    low = status(ELA, "Very Low"), status(MATH, "Very Low")
    assert met(*low, status(SUSPENSION, "Very High")) is True
    assert met(*low, status(CHRONIC, "Very High")) is True
    assert met(*low, status(GRADUATION, "Very Low")) is True
    assert met(*low, status(SUSPENSION, "High")) is False
    assert met(low[0], status(MATH, "Low"), status(SUSPENSION, "Very High")) is False
    assert met(*low, status(SUSPENSION, "Very High", n=29.0)) is False  # too few for a level that counts
    assert met(*low, status(SUSPENSION, "Very High", n=30.0)) is True


def test_local_indicators() -> None:
    """One of each, or two of them; not met for less than two years does not count."""
    two = {("A", "2023-24", "3"): "not_met_two_years"}
    assert assisted(red(CHRONIC, "AA"), local=two) == (
        True,
        "AA: Priority 3 (local indicator of priority 3) and Priority 5 (Chronic absenteeism Red)",
    )
    assert assisted(red(CHRONIC, "AA"), local={("A", "2023-24", "3"): "not_met"})[0] is False
    assert assisted(red(CHRONIC, "AA"), local={("B", "2023-24", "3"): "not_met_two_years"})[0] is False
    assert assisted(local={**two, ("A", "2023-24", "1"): "not_met_two_years"})[0] is True
    assert assisted(red(SUSPENSION, "AA"), local={("A", "2023-24", "6"): "not_met_two_years"})[0] is False  # one area
    assert assisted(red(CHRONIC, "AA"))[0] is False  # nothing reported is met


def test_a_group_too_small_has_no_colour() -> None:
    """Hidden for fewer than 11 students: a colour needs 30 (15 for some), so it is no secret that there is none."""
    assert assisted(red(CHRONIC, "AI"), hidden(SUSPENSION, "AI", level="district"))[0] is False
    prior = red(SUSPENSION, "AI", None, prior_suppressed="primary")
    assert assisted(red(CHRONIC, "AI"), prior)[0] is False


@pytest.mark.parametrize("values", [{"suppressed": "complementary", "n": None}, {"prior_suppressed": "complementary"}])
def test_what_is_hidden_to_protect_another_cannot_be_said(values: dict[str, object]) -> None:
    protected = red(SUSPENSION, "AI", None, **values)
    holds, undecided = assisted(red(CHRONIC, "AI"), protected)
    assert holds is None and "of AI in 2023-24 is hidden" in undecided
    assert assisted(protected)[0] is False  # it could not make two areas
    assert assisted(red(CHRONIC, "AI"), red(CCI, "AI"), protected)[0] is True  # two without it


def test_an_indicator_that_was_not_computed_cannot_be_said() -> None:
    rows = [red(CHRONIC, "AA"), red(SUSPENSION, "AA", "Green")]
    found = composed("ca_dashboard", rows, ran=frozenset([CHRONIC, SUSPENSION, ELA, MATH, ELPI, GRADUATION]))
    assert decided(found, NAME) == (None, "College and career: ca.cci_prepared or ca.published.cci was not computed")


def test_a_year_that_an_indicator_lacks_cannot_be_said() -> None:
    """College and career has results for another year; that this one has none at all is no result of zero."""
    rows = [red(CHRONIC, "AA"), red(CCI, "AA", "Green", year="2022-23"), red(SUSPENSION, "AA", "Green")]
    assert decided(composed("ca_dashboard", rows), NAME) == (
        None,
        "College and career: there are no results for 2023-24",
    )


def charter(rows: list[Row], **given: object) -> tuple[bool | None, str]:
    return decided(composed("ca_dashboard", rows, **given), f"{NAME}_charter")


def test_charter_schools_in_two_years_on_end() -> None:
    """Of 2022-23 and 2023-24 both, by whichever group; other schools are not asked about."""
    now = [red(CHRONIC, "SWD", level="school"), red(SUSPENSION, "SWD", level="school")]
    before = [red(CHRONIC, "EL", level="school", year="2022-23"), red(SUSPENSION, "EL", level="school", year="2022-23")]
    calm = [red(CHRONIC, "EL", "Blue", level="school", year="2022-23")]
    orgs = {("A", year): {"charter": True} for year in ("2022-23", "2023-24")}
    others = [
        red(name, "AA", "Green", org="B", level="school", year="2022-23") for name in (ELA, MATH, SUSPENSION, CCI)
    ]
    assert charter([*now, *before, *others], orgs=orgs)[0] is True
    assert charter([*now, *calm, *others], orgs=orgs)[0] is False
    assert charter(now, orgs=orgs) == (None, "there are no results for 2022-23")
    assert charter([*now, *others], orgs=orgs)[0] is False  # not there the year before
    assert charter([*now, *before, *others]) == (None, "whether it is a charter school is not known")
    found = composed("ca_dashboard", [*now, *before, *others], orgs={("A", "2023-24"): {"charter": False}})
    assert not ((found["org_id"] == "A") & (found["school_year"] == "2023-24")).any()
