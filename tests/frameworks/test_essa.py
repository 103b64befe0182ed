"""Federal support by hand: three years' graduates together, all Red and the like, groups in two years on end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .made import CATALOG, Row, composed, decided, hidden, row

GRADUATION = "ca.graduation_rate"
YEARS = ("2021-22", "2022-23", "2023-24")
SEVEN = (
    "ca.chronic_absenteeism", "ca.suspension_rate", "ca.ela_dfs", "ca.math_dfs", "ca.elpi", GRADUATION, "ca.cci_prepared",
)  # fmt: skip
TITLE_I = {("A", year): {"title_i": True} for year in (*YEARS, "2024-25")}


def counts(*of: tuple[float, float] | None, years: tuple[str, ...] = YEARS) -> list[Row]:
    """Graduates and cohorts by year; None is hidden."""
    return [
        hidden(GRADUATION, year=year)
        if one is None
        else row(GRADUATION, year=year, numerator=one[0], denominator=one[1])
        for year, one in zip(years, of, strict=True)
    ]


def low_graduation(rows: list[Row]) -> tuple[bool | None, str]:
    return decided(composed("essa", rows), "csi_low_graduation")


def test_three_years_together() -> None:
    """(60 + 30 + 40) / (80 + 60 + 60) = 130 / 200 = 65 %, though 2021-22 alone had 75."""
    assert low_graduation(counts((60, 80), (30, 60), (40, 60))) == (
        True,
        "Low graduation rate (Graduation of 3 years 65.00 %, below 68)",
    )


def test_the_sum_counts_and_not_the_mean_of_rates() -> None:
    """Rates 90, 50 and 50 average 63.3; the sum is (900 + 5 + 5) / (1000 + 10 + 10) = 89.2."""
    assert low_graduation(counts((900, 1000), (5, 10), (5, 10)))[0] is False


def test_exactly_68_is_not_low() -> None:
    """170 / 250 = 68; one graduate fewer is 67.6."""
    assert low_graduation(counts((68, 100), (68, 100), (34, 50)))[0] is False
    assert low_graduation(counts((68, 100), (68, 100), (33, 50)))[0] is True


def test_almost_68_is_not_written_as_68() -> None:
    """67999 / 100000 = 67.999."""
    holds, why = low_graduation(counts((67_999, 100_000), (0, 0), (0, 0)))
    assert holds is True and "67.99 %" in why


def test_a_hidden_year_cannot_be_said() -> None:
    holds, undecided = low_graduation(counts((60, 80), None, (40, 60)))
    assert (holds, "Graduation: the result of ALL in 2022-23 is hidden" in undecided) == (None, True)


def test_a_year_without_results_cannot_be_said() -> None:
    """Two years of data; that a year is missing is no year without students."""
    holds, undecided = low_graduation(counts((30, 60), (40, 60), years=YEARS[1:]))
    assert holds is None and "Graduation: there are no results for 2021-22" in undecided


def test_a_year_in_which_nobody_was_in_the_cohort_adds_nothing() -> None:
    other = [row(GRADUATION, year=year, org="B", numerator=90.0, denominator=100.0) for year in YEARS]
    rows = counts((30, 60), (40, 60), years=YEARS[1:])
    there = row("ca.suspension_rate", year="2021-22", rating="Green")
    assert low_graduation([*rows, there, *other])[0] is True  # 70 of 120


def test_a_school_without_graduates_is_not_designated() -> None:
    rows = [row("ca.suspension_rate", rating="Red"), *(row(GRADUATION, year=year, org="B") for year in YEARS)]
    assert low_graduation(rows) == (False, "")


def test_exit() -> None:
    """Below 68 in 2022-23; the next year the sum reaches 68 and the school leaves."""
    years = ("2020-21", "2021-22", "2022-23", "2023-24")
    rows = [
        row(GRADUATION, year=y, numerator=n, denominator=100.0) for y, n in zip(years, (60, 60, 60, 84), strict=True)
    ]
    found = composed("essa", rows)
    assert decided(found, "csi_low_graduation", year="2022-23")[0] is True
    assert decided(found, "csi_low_graduation", year="2023-24")[0] is False  # 204 / 300 = 68.0
    rows[-1] = {**rows[-1], "numerator": 83.0}
    assert decided(composed("essa", rows), "csi_low_graduation", year="2023-24")[0] is True  # 203 / 300


def test_a_designation_stands_until_its_exit() -> None:
    """With an exit at 80 instead, 68.0 is neither low nor good enough to leave."""
    spec = CATALOG.frameworks["essa"]
    criteria = []
    for one in spec.criteria:
        if one.name == "graduation_reached":
            (condition,) = one.conditions
            one = replace(one, conditions=(replace(condition, rule=replace(condition.rule, at_least=80)),))
        criteria.append(one)
    later = replace(spec, criteria=tuple(criteria))
    years = ("2020-21", "2021-22", "2022-23", "2023-24")
    rows = [
        row(GRADUATION, year=y, numerator=n, denominator=100.0) for y, n in zip(years, (60, 60, 60, 84), strict=True)
    ]
    assert decided(composed(later, rows), "csi_low_graduation", year="2023-24")[0] is True


def rated(*ratings: str | None, group: str = "ALL", year: str = "2023-24", org: str = "A") -> list[Row]:
    """Ratings of the seven indicators in their order; English learner progress is that of English learners."""
    rows = []
    for name, rating in zip(SEVEN, ratings, strict=False):
        own = "EL" if name == "ca.elpi" and group == "ALL" else group
        rows.append(row(name, own, year=year, org=org, rating=rating))
    return rows


R, Y = "Red", "Yellow"
ORANGE = "Orange"


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ((R, R), "All Red"),
        ((R, None), ""),  # a single colour
        ((R, R, R), "All Red"),
        ((R, R, Y), "All Red but one"),
        ((R, Y), ""),
        ((R, R, Y, Y), ""),
        ((R, R, R, Y, Y), "Five or more, most of them Red"),
        ((R, R, Y, Y, Y), ""),
        ((R, R, R, Y, Y, Y), ""),  # half is not most
        ((R, R, R, R, Y, Y, Y), "Five or more, most of them Red"),
        ((R, R, Y, None, None, None, None), "All Red but one"),
        ((R, ORANGE, ORANGE), "All Red and Orange"),
        ((R, ORANGE, ORANGE, Y), ""),
        ((None, None, None), ""),
    ],
)  # fmt: skip
def test_low_performance(ratings: tuple[str | None, ...], why: str) -> None:
    holds, said = decided(composed("essa", rated(*ratings), orgs=TITLE_I), "csi_low_performing")
    assert holds is bool(why)
    assert said.startswith(f"{why} (") if why else said == ""


def test_only_title_i_schools() -> None:
    rows = rated(R, R, R)
    found = composed("essa", rows, orgs={("A", "2023-24"): {"title_i": False}})
    assert not (found["name"] == "csi_low_performing").any()
    assert decided(composed("essa", rows), "csi_low_performing") == (
        None,
        "whether it is a Title I school is not known",
    )
    assert decided(composed("essa", rated(Y, Y)), "csi_low_performing")[0] is False


def test_a_hidden_colour_leaves_open_what_it_could_change() -> None:
    """Four of six or seven are most of them, whatever the seventh is. Red, Yellow and a third: it could be Red."""

    def low(*ratings: str | None) -> bool | None:
        secret = hidden("ca.cci_prepared", reason="complementary")
        return decided(composed("essa", [*rated(*ratings), secret], orgs=TITLE_I), "csi_low_performing")[0]

    assert low(R, R, R, R, Y, Y) is True  # 4 of 6 or 7; without it 4 of 6
    assert low(R, R, R, Y, Y, Y) is None  # 3 of 6, 3 of 7 or 4 of 7
    assert low(R, Y) is None
    assert low(Y, Y) is False


def atsi(rows: list[Row], year: str) -> tuple[bool | None, str]:
    return decided(composed("essa", rows), "atsi", year=year)


def statuses(group: str) -> list[Row]:
    worst = {"ca.chronic_absenteeism": "Very High", "ca.suspension_rate": "Very High"}
    return [row(name, group, "2021-22", status=worst.get(name, "Very Low")) for name in SEVEN[:3]]


def test_a_group_in_two_years_on_end() -> None:
    """Entry is in 2022-23, from the statuses of 2021-22 and the colours of 2022-23, by one and the same group."""
    holds, why = atsi([*statuses("SWD"), *rated(R, R, R, group="SWD", year="2022-23")], "2022-23")
    assert holds is True
    assert why.startswith("2022-23 SWD: All Red") and "2021-22 SWD: All Red" in why
    assert atsi([*statuses("EL"), *rated(R, R, R, group="SWD", year="2022-23")], "2022-23")[0] is False
    assert atsi(rated(R, R, R, group="SWD", year="2022-23"), "2022-23") == (None, "there are no results for 2021-22")


def test_between_entries_the_choice_stands() -> None:
    """Chosen in 2022-23: still so in 2023-24 and 2024-25, whatever the colours; chosen anew in 2025-26."""
    later = [r for year in ("2023-24", "2024-25", "2025-26") for r in rated(Y, Y, Y, group="SWD", year=year)]
    rows = [*statuses("SWD"), *rated(R, R, R, group="SWD", year="2022-23"), *later]
    for year in ("2023-24", "2024-25"):
        holds, why = atsi(rows, year)
        assert holds is True and why.startswith("since 2022-23: 2022-23 SWD: All Red")
    assert atsi(rows, "2025-26")[0] is False
    never = [
        *(r for y in ("2021-22", "2022-23") for r in rated(Y, Y, Y, group="SWD", year=y)),
        *rated(R, R, R, group="SWD"),
    ]
    assert atsi(never, "2023-24")[0] is False
    assert atsi(rated(R, R, R, group="SWD"), "2023-24") == (None, "there are no results for 2022-23")
