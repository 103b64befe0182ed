"""The Result against the Tally: rounding, change, hiding and intervals, each worked out again in Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scipy import stats

INDICATORS = sorted(path.stem for path in (Path(__file__).parent / "sql").glob("*.sql") if path.stem != "prelude")
KEYS = ["org_level", "org_id", "school_year", "student_group"]
HIDDEN = [
    "numerator",
    "denominator",
    "n",
    "value",
    "standard_error",
    "low",
    "high",
    "change",
    "status",
    "change_level",
    "rating",
]
YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")

# Written from each authority's rules: published digits, unit, least n shown, years that show a change.
POINTS = {"ca.ela_dfs", "ca.math_dfs"}
WHOLE_PERCENT = {"ca.participation_ela", "ca.participation_math"}
COUNTS = {"dataquest.total_suspensions"}
DIGITS = {**dict.fromkeys((*WHOLE_PERCENT, *COUNTS), 0), "expulsion_rate": 2}
INDEX = {name for name in INDICATORS if name.startswith("sqii.")}
LEAST = dict.fromkeys(INDEX, 20)
CHANGES = {
    "edfacts.chronic_absenteeism": (),
    "chronic_absenteeism_daily": (),  # the network has single days of its last year only
    "ca.cci_prepared": ("2023-24", "2024-25"),
    **dict.fromkeys(("ca.chronic_absenteeism", "ca.suspension_rate", "ca.graduation_rate"), YEARS[1:]),
}
RATED = {
    "ca.chronic_absenteeism", "ca.suspension_rate", "ca.graduation_rate", "ca.cci_prepared", "ca.ela_dfs", "ca.math_dfs",
    "ca.elpi",
}  # fmt: skip
STATUS_ONLY = {"chronic_absenteeism_daily", *INDEX}  # with cut scores, and no year to compare with or no change levels
FEW = {
    "sqii.hs_readiness",
    "sqii.el_redesignation",
    "sqii.graduation",
    "dataquest.total_suspensions",
}  # shown for few orgs of so small a network
AT_FIFTEEN = {"HOM", "FOS", "LTEL"}


def rounded(exact: Fraction, digits: int) -> Fraction:
    """Half away from zero, in whole numbers."""
    units = abs(exact) * 10**digits
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Fraction(whole if exact >= 0 else -whole, 10**digits)


def published(value: float) -> Fraction:
    """The decimal that a published number prints as."""
    return Fraction(repr(float(value)))


def exact_values(tally: pd.DataFrame, indicator: str) -> dict[tuple[str, ...], tuple[Fraction | None, int]]:
    """Value and n of each row; a quotient by 0 has no value."""
    scale = 1 if indicator in POINTS else 100

    def value(row: dict[str, Any]) -> Fraction | None:
        above, below = (Fraction(str(round(row[name], 2))) for name in ("numerator", "denominator"))
        if indicator in COUNTS:
            return above
        return above / below * scale if below else None

    return {key_of(row): (value(row), int(row["n"])) for row in tally.to_dict("records")}


def key_of(row: dict[str, Any]) -> tuple[str, ...]:
    return (*(row[name] for name in KEYS), "" if pd.isna(row["category"]) else row["category"])


def before(key: tuple[str, ...]) -> tuple[str, ...]:
    year = YEARS.index(key[2])
    return (*key[:2], YEARS[year - 1] if year else "none", *key[3:])


@pytest.mark.parametrize("indicator", INDICATORS)
def test_value_and_change_of_every_row(indicator: str, tally: Callable, results: Callable) -> None:
    """Each published number is the exact fraction rounded once; the change is exact less exact, rounded once."""
    exact, least = exact_values(tally(indicator), indicator), LEAST.get(indicator, 11)
    digits = DIGITS.get(indicator, 1)
    result = results(indicator)
    assert len(result) == len(exact)
    shown = changed = 0
    for row in result.to_dict("records"):
        key = key_of(row)
        value, n = exact[key]
        prior, prior_n = exact.get(before(key), (None, 0))
        if n < least:
            assert row["suppressed"] == "primary"
        if n < least or row["suppressed"] == "complementary":
            assert all(pd.isna(row[name]) for name in HIDDEN), row
            continue
        if value is None:
            assert row["suppressed"] == "input" and pd.isna(row["value"])
            continue
        shown += 1
        assert pd.isna(row["suppressed"])
        assert published(row["value"]) == rounded(value, digits), row
        assert row["n"] == n
        if prior is None or key[2] not in CHANGES.get(indicator, YEARS[1:]):
            assert pd.isna(row["change"]) and pd.isna(row["prior_value"]), row
        elif prior_n < least or row["prior_suppressed"] == "complementary":
            assert pd.isna(row["change"]) and pd.isna(row["prior_value"])
            assert row["prior_suppressed"] == ("primary" if prior_n < least else "complementary"), row
        else:
            changed += 1
            assert published(row["prior_value"]) == rounded(prior, digits), row
            assert published(row["change"]) == rounded(value - prior, digits), row
    assert shown > (20 if indicator in FEW else 60)
    assert (changed > (5 if indicator in FEW else 30)) == (CHANGES.get(indicator, YEARS) != ())


@pytest.mark.parametrize("indicator", sorted(RATED))
def test_a_colour_needs_enough_students_in_both_years(indicator: str, tally: Callable, results: Callable) -> None:
    """30 students this year and the year before; 15 for homeless, foster and long-term learners at a district."""
    exact = exact_values(tally(indicator), indicator)
    coloured = 0
    for row in results(indicator).to_dict("records"):
        key = key_of(row)
        needed = 15 if key[3] in AT_FIFTEEN and key[0] == "district" else 30
        n, prior_n = exact[key][1], exact.get(before(key), (None, 0))[1]
        if not pd.isna(row["rating"]):
            coloured += 1
            assert n >= needed and prior_n >= needed, row
            assert not pd.isna(row["status"]) and not pd.isna(row["change_level"])
    assert coloured > 10


def test_indicators_without_cut_scores_have_no_levels(results: Callable) -> None:
    for indicator in sorted(set(INDICATORS) - RATED - STATUS_ONLY):
        assert results(indicator)[["status", "change_level", "rating"]].isna().all(axis=None)


@pytest.mark.parametrize("indicator", ["ca.chronic_absenteeism", "ca.suspension_rate", "pct_met_or_exceeded_ela"])
def test_wilson_intervals(indicator: str, results: Callable) -> None:
    """The score interval of a proportion as scipy gives it, and the standard error of a proportion."""
    rows = results(indicator).dropna(subset=["value"]).to_dict("records")
    assert len(rows) > 150
    for row in rows:
        met, n = int(row["numerator"]), int(row["denominator"])
        interval = stats.binomtest(met, n).proportion_ci(0.95, method="wilson")
        assert row["low"] == pytest.approx(100 * interval.low, abs=1e-6)
        assert row["high"] == pytest.approx(100 * interval.high, abs=1e-6)
        assert row["standard_error"] == pytest.approx(100 * math.sqrt(met / n * (1 - met / n) / n), abs=1e-9)


@pytest.mark.parametrize("indicator", ["ca.ela_dfs", "ca.math_dfs"])
def test_intervals_of_means(indicator: str, results: Callable, by_hand: Callable) -> None:
    """Student's t from the spread of the students' distances; none where missing students were added."""
    theirs = {tuple(row[name] for name in KEYS): row for row in by_hand(indicator).to_dict("records")}
    intervals = none = 0
    for row in results(indicator).dropna(subset=["value"]).to_dict("records"):
        hand = theirs[tuple(row[name] for name in KEYS)]
        if pd.isna(hand["spread"]):
            none += 1
            assert all(pd.isna(row[name]) for name in ("low", "high", "standard_error")), row
            continue
        intervals += 1
        n, mean = int(hand["n"]), hand["numerator"] / hand["denominator"]
        error = hand["spread"] / math.sqrt(n)
        half = stats.t.ppf(0.975, n - 1) * error
        assert row["standard_error"] == pytest.approx(error, abs=1e-6)
        # the quantile is a series, good to 1e-5
        assert row["low"] == pytest.approx(mean - half, abs=1e-6 + 1e-5 * error)
        assert row["high"] == pytest.approx(mean + half, abs=1e-6 + 1e-5 * error)
    assert intervals > 50 and none > 20


def test_ratios_of_sums_have_no_interval(results: Callable) -> None:
    frame = results("attendance_rate")
    assert frame[["low", "high", "standard_error"]].isna().all(axis=None)
    assert (frame.denominator.dropna() > frame.n.dropna()).all()


def test_the_reference_rounding_is_half_away_from_zero() -> None:
    """The rounding that these tests trust, against decimal's own."""
    for numerator in range(-400, 401):
        exact = Fraction(numerator, 80)
        expected = (Decimal(numerator) / Decimal(80)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert rounded(exact, 1) == Fraction(expected)
