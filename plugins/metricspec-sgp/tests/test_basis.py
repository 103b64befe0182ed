"""The spline columns against the recursion of Cox and de Boor, written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from metricspec_sgp.basis import design, knots

Floats = NDArray[np.float64]


def cox_de_boor(x: float, at: int, degree: int, knot: Floats) -> float:
    """One B-spline at one point, by the defining recursion (de Boor 1978)."""
    if degree == 0:
        return float(knot[at] <= x < knot[at + 1])
    left = knot[at + degree] - knot[at]
    right = knot[at + degree + 1] - knot[at + 1]
    value = 0.0
    if left > 0:
        value += (x - knot[at]) / left * cox_de_boor(x, at, degree - 1, knot)
    if right > 0:
        value += (knot[at + degree + 1] - x) / right * cox_de_boor(x, at + 1, degree - 1, knot)
    return value


def test_knots_by_hand() -> None:
    """0, 10, ... 100 once each: type 7 percentiles 20, 40, 60, 80; a tenth of 100 beyond 0 and 100."""
    prior = np.arange(0.0, 101.0, 10.0)
    expected = [-10, -10, -10, -10, 20, 40, 60, 80, 110, 110, 110, 110]
    assert knots(prior, np.ones(11, np.int64)) == pytest.approx(expected, abs=1e-12)


def test_knots_count_students() -> None:
    """The percentiles are those of students: of 1 and 9 students at 0 and 10, all four are 10, and make one knot."""
    assert knots(np.array([0.0, 10.0]), np.array([1, 9])) == pytest.approx([-1] * 4 + [10] + [11] * 4)


def test_columns_are_the_splines() -> None:
    rng = np.random.default_rng(5)
    prior = np.sort(rng.normal(2500, 90, 60))
    counts = rng.integers(1, 4, 60)
    knot = knots(prior, counts)
    expected = [[1.0, *(cox_de_boor(x, at, 3, knot) for at in range(1, 8))] for x in prior]
    assert design([prior], counts) == pytest.approx(np.array(expected), abs=1e-12)


def test_two_priors_have_fifteen_columns() -> None:
    rng = np.random.default_rng(5)
    assert design([rng.normal(size=300), rng.normal(size=300)], np.ones(300, np.int64)).shape == (300, 15)


@pytest.mark.parametrize("other", [lambda x: x, lambda x: 3 * x + 100, lambda x: np.full_like(x, 7.0)])
def test_a_prior_that_adds_nothing_is_left_out(other: object) -> None:
    assert callable(other)
    prior = np.random.default_rng(5).normal(2500, 90, 300)
    counts = np.ones(300, np.int64)
    both = design([prior, other(prior)], counts)
    assert both.shape == (300, 8)
    alone = design([prior], counts)
    assert both @ np.linalg.lstsq(both, alone, rcond=None)[0] == pytest.approx(alone, abs=1e-9)


def test_few_values_make_as_many_columns() -> None:
    prior = np.repeat([1.0, 2.0, 5.0], 40)
    assert (
        np.linalg.matrix_rank(design([prior], np.ones(120, np.int64)))
        == design([prior], np.ones(120, np.int64)).shape[1]
        == 3
    )
