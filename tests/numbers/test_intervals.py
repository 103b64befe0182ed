"""Intervals as SQL against scipy, and against what an exact limit means."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from scipy import stats

from metricspec.sql.intervals import POISSON_HIGH, POISSON_LOW, poisson


def limits(counts: str) -> list[tuple[float, float | None, float | None]]:
    """The interval of every count of a table of counts k, as DuckDB computes it."""
    low, high = poisson("k")
    return duckdb.sql(f"SELECT k, {low}, {high} FROM ({counts})").fetchall()


def test_poisson_is_garwood_s_interval() -> None:
    """Every count up to 2,000 and some large ones, within the millionth that the docstring states."""
    found = limits("SELECT CAST(range AS DOUBLE) AS k FROM range(2001) UNION ALL VALUES (1e4), (1e5), (1e6)")
    assert len(found) == 2004
    for k, low, high in found:
        assert low == pytest.approx(stats.chi2.ppf(0.025, 2 * k) / 2 if k else 0, rel=1e-6)
        assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * k + 2) / 2, rel=1e-6)


@pytest.mark.parametrize("k", range(10))
def test_the_limits_of_small_counts_are_what_exact_means(k: int) -> None:
    """At the lower limit k or more come with a chance of 2.5 %, at the upper one k or fewer do."""

    def fewer(mean: float, most: int) -> float:
        return sum(math.exp(-mean) * mean**i / math.factorial(i) for i in range(most + 1))

    assert fewer(POISSON_HIGH[k], k) == pytest.approx(0.025, abs=1e-10)
    if k:
        assert 1 - fewer(POISSON_LOW[k], k - 1) == pytest.approx(0.025, abs=1e-10)
    else:
        assert POISSON_LOW[0] == 0


def test_a_count_that_is_not_whole_has_no_interval() -> None:
    assert limits("VALUES (0.5), (12.25), (1e3 + 0.5), (-1.0), (NULL) AS t(k)") == [
        (k, None, None) for k in (0.5, 12.25, 1000.5, -1.0, None)
    ]


def test_coverage_of_the_interval() -> None:
    """An exact interval holds the true mean in 95 % of cases or more, whatever the mean."""
    found = limits("SELECT CAST(range AS DOUBLE) AS k FROM range(400)")
    low, high = (np.array([row[at] for row in found], dtype=float) for at in (1, 2))
    for mean in np.linspace(0.05, 200, 97):
        chance = stats.poisson.pmf(np.arange(400), mean)
        assert chance[(low <= mean) & (mean <= high)].sum() >= 0.95 - 1e-6
