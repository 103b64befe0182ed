"""Each quantile fit is an optimum: by the conditions of Koenker (2005, section 2.2), and by another program."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog, lsq_linear

from metricspec_sgp.basis import design
from metricspec_sgp.percentiles import TAUS
from metricspec_sgp.quantiles import quantile_coefficients

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Points = tuple[list[Floats], Floats, Ints]


def points(seed: int, size: int, priors: int, rounded: float = 1.0) -> Points:
    """Distinct whole-number scores of made-up students, and how many have each."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=size)
    known = [np.round((2500 + 90 * (ability + 0.4 * rng.normal(size=size))) / rounded) for _ in range(priors)]
    score = np.round((2530 + 80 * ability + 50 * rng.standard_t(4, size)) / rounded)
    rows, counts = np.unique(np.column_stack([*known, score]), axis=0, return_counts=True)
    return [rows[:, at] for at in range(priors)], rows[:, -1], counts.astype(np.int64)


def check_loss(coefficients: Floats, columns: Floats, score: Floats, counts: Ints) -> Floats:
    residual = score[:, None] - columns @ coefficients.T
    return np.asarray((counts[:, None] * residual * (np.array(TAUS) - (residual < 0))).sum(axis=0))


@pytest.mark.parametrize(("size", "priors", "rounded"), [(600, 1, 1.0), (900, 2, 1.0), (900, 1, 10.0)])
def test_counts_of_residuals(size: int, priors: int, rounded: float) -> None:
    """Below the line lie at most tau n students, on and below it at least tau n."""
    known, score, counts = points(1, size, priors, rounded)
    columns = design(known, counts)
    residual = score[:, None] - columns @ quantile_coefficients(columns, score, counts, TAUS).T
    near = 1e-9 * score.std()
    below = (counts[:, None] * (residual < -near)).sum(axis=0)
    to = (counts[:, None] * (residual <= near)).sum(axis=0)
    wanted = np.array(TAUS) * counts.sum()
    assert (below <= wanted + 1e-9).all()
    assert (wanted - 1e-9 <= to).all()
    assert ((np.abs(residual) <= near).sum(axis=0) >= columns.shape[1]).all()  # a vertex lies on as many points


@pytest.mark.parametrize(("size", "priors", "rounded"), [(600, 1, 1.0), (900, 2, 1.0), (900, 1, 10.0)])
def test_subgradient(size: int, priors: int, rounded: float) -> None:
    """In every direction of the columns the pull of residuals off the line is held by those on it.

    A necessary and sufficient condition: some weights in [tau - 1, tau] of the points on the line make
    columns' (weights of all points) zero; found by bounded least squares.
    """
    known, score, counts = points(2, size, priors, rounded)
    columns = design(known, counts)
    residual = score[:, None] - columns @ quantile_coefficients(columns, score, counts, TAUS).T
    for at in range(0, 100, 7):
        on = np.abs(residual[:, at]) <= 1e-9 * score.std()
        pull = columns[~on].T @ (counts[~on] * (TAUS[at] - (residual[~on, at] < 0)))
        held = lsq_linear((columns[on] * counts[on][:, None]).T, -pull, bounds=(TAUS[at] - 1, TAUS[at]), tol=1e-14)
        assert np.abs(held.fun).max() < 1e-6, f"quantile {TAUS[at]}"


def test_against_the_primal_program() -> None:
    """The least loss of each quantile, by scipy over positive and negative parts of the residuals."""
    known, score, counts = points(3, 160, 1, 4.0)
    columns = design(known, counts)
    losses = check_loss(quantile_coefficients(columns, score, counts, TAUS), columns, score, counts)
    size, terms = columns.shape
    equal = np.hstack([columns, np.eye(size), -np.eye(size)])
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * terms + [(0, None)] * (2 * size)
    for at in range(0, 100, 9):
        cost = np.concatenate([np.zeros(terms), TAUS[at] * counts, (1 - TAUS[at]) * counts])
        least = linprog(cost, A_eq=equal, b_eq=score, bounds=bounds).fun
        assert losses[at] == pytest.approx(least, rel=1e-9)


def test_counts_stand_for_rows() -> None:
    known, score, counts = points(4, 800, 1, 10.0)
    assert counts.max() > 1
    columns = design(known, counts)
    rows = np.repeat(np.arange(len(score)), counts)
    each = np.ones(len(rows), np.int64)
    weighted = quantile_coefficients(columns, score, counts, TAUS)
    single = quantile_coefficients(columns[rows], score[rows], each, TAUS)
    assert check_loss(weighted, columns, score, counts) == pytest.approx(
        check_loss(single, columns, score, counts), rel=1e-10
    )


@pytest.mark.parametrize("change", [1e5, -1e6])
def test_scores_far_from_zero(change: float) -> None:
    """A constant added to the scores is added to the first coefficient, and changes nothing else."""
    known, score, counts = points(5, 700, 1)
    columns = design(known, counts)
    here = quantile_coefficients(columns, score, counts, TAUS)
    there = quantile_coefficients(columns, score + change, counts, TAUS)
    there[:, 0] -= change
    assert there @ columns.T == pytest.approx(here @ columns.T, abs=1e-6)


def test_median_without_priors() -> None:
    """With the constant alone the fit is the sample quantile: of 1 to 9 the 0.505 quantile is 5."""
    score = np.arange(1.0, 10.0)
    found = quantile_coefficients(np.ones((9, 1)), score, np.ones(9, np.int64), (0.105, 0.505, 0.995))
    assert found[:, 0] == pytest.approx([1, 5, 9], abs=1e-9)
