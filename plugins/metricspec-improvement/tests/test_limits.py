"""The limits against their formulas in floating point, scipy, and figures that others have published."""

from __future__ import annotations

import math

import duckdb
import pytest
from scipy.stats import binom

from metricspec_improvement.limits import crossings_limit, limit_sql, longest_run_limit, steps

# The table of longest runs at https://unaettie.com/en-us/faq.php: the first number of points of each limit.
PUBLISHED_RUNS = {10: 6, 11: 6, 12: 7, 22: 7, 23: 8, 45: 8, 46: 9, 90: 9, 91: 10, 104: 10}
# Vignettes of the R packages qicharts (22 useful points: 7 and 7) and qicharts2 (24: 8 and 8).
PUBLISHED_PAIRS = {22: (7, 7), 24: (8, 8)}


def test_published_figures() -> None:
    assert {n: longest_run_limit(n) for n in PUBLISHED_RUNS} == PUBLISHED_RUNS
    assert {n: (longest_run_limit(n), crossings_limit(n)) for n in PUBLISHED_PAIRS} == PUBLISHED_PAIRS


@pytest.mark.parametrize("n", range(1, 401))
def test_formulas(n: int) -> None:
    assert longest_run_limit(n) == round(math.log2(n) + 3)
    if n > 1:
        assert crossings_limit(n) == binom.ppf(0.05, n - 1, 0.5)


def test_one_point_has_no_crossing_to_miss() -> None:
    assert crossings_limit(1) == crossings_limit(0) == 0


@pytest.mark.parametrize("limit", [longest_run_limit, crossings_limit])
def test_the_sql_says_the_same(limit: object) -> None:
    assert limit in (longest_run_limit, crossings_limit)
    of = longest_run_limit if limit is longest_run_limit else crossings_limit
    with duckdb.connect() as connection:
        sql = f"SELECT n, {limit_sql(of, 'n', 250)} FROM range(0, 253) AS r(n)"
        found = dict(connection.execute(sql).fetchall())
    assert found == {0: None, **{n: of(n) for n in range(1, 251)}, 251: None, 252: None}
    assert len(steps(of, 250)) < 130
