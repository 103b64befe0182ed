"""Draws from the model with known G and R: estimates are right on average, and predictions nearer than plain means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from metricspec.measures.eblp.blockeffects import Halves, batches, block_covariance, block_means, equations, explained
from metricspec.measures.eblp.model import Minimums, fitted
from metricspec.measures.eblp.patterns import with_common_patterns
from metricspec.measures.eblp.prediction import Prediction
from metricspec.measures.eblp.residuals import error_covariance, overlap, residual_covariance

from .eblp_students import BLOCKS, Truth, population, schools, truth, with_pattern

pytestmark = pytest.mark.slow

DRAWS, SCHOOLS = 14, 120
FINAL = frozenset(at for at, (year, _, subject) in enumerate(BLOCKS) if year == 3 and subject == "math")


@dataclass(frozen=True)
class Draw:
    """One network: raw estimates of R and G, and each school's prediction with its true mean."""

    r: np.ndarray
    g: np.ndarray
    predictions: list[tuple[Prediction, float]]


@cache
def draws() -> tuple[Truth, list[Draw]]:
    rng = np.random.default_rng(77)
    given = truth(rng)
    found = []
    for _ in range(DRAWS):
        scores, means = schools(rng, given, SCHOOLS, smallest=3, largest=25)
        sums = population(with_pattern(scores))
        model = fitted(sums, Minimums())
        common = with_common_patterns(sums, 100)
        raw, _ = residual_covariance(common, 100)
        parts = block_means(common, explained(common.cells))
        seen = (parts.n > 0).astype(float)
        orgs = np.sort(np.concatenate(batches(parts)))
        halves = Halves.of(len(BLOCKS))
        every = equations(parts, error_covariance(overlap(common), raw), orgs, halves)
        g = block_covariance(every, seen.T @ seen, halves, strict=True)
        predictions = []
        for at in range(SCHOOLS):
            n = np.where([b in FINAL for b in range(len(BLOCKS))], model.means.n[at], 0)
            one = model.prediction(at, FINAL)
            assert one is not None
            predictions.append((one, float(n @ means.iloc[at] / n.sum())))
        found.append(Draw(raw, g, predictions))
    return given, found


def outside(estimates: np.ndarray, true: np.ndarray) -> float:
    """The share of elements whose mean over draws is more than three Monte Carlo standard errors off."""
    error = estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates))
    off = np.abs(estimates.mean(axis=0) - true)
    known = error > 0
    return float((off[known] > 3 * error[known]).mean())


@pytest.mark.slow
def test_r_and_g_are_right_on_average() -> None:
    """With 14 draws a t statistic passes 3 in 1 % of elements by chance."""
    given, found = draws()
    r, g = np.array([draw.r for draw in found]), np.array([draw.g for draw in found])
    assert outside(r, given.r) < 0.05
    assert outside(g, given.g) < 0.05
    assert np.diag(g.mean(axis=0)).sum() == pytest.approx(np.trace(given.g), rel=0.06)


def test_more_schools_bring_the_estimate_nearer() -> None:
    given, found = draws()
    single = np.mean([np.linalg.norm(draw.g - given.g) for draw in found])
    together = np.linalg.norm(np.mean([draw.g for draw in found], axis=0) - given.g)
    assert together < 0.45 * single  # 14 times the schools: 0.27 expected


def test_predictions_are_nearer_the_truth_than_means_and_say_how_near() -> None:
    _, found = draws()
    pairs = [pair for draw in found for pair in draw.predictions]
    direct = np.mean([(one.direct - true) ** 2 for one, true in pairs])
    blp = np.mean([(one.blp - true) ** 2 for one, true in pairs])
    hybrid = np.mean([((one.blp if one.better else one.direct) - true) ** 2 for one, true in pairs])
    assert blp < 0.8 * direct
    assert hybrid < 0.8 * direct
    assert np.mean([one.direct_mse for one, _ in pairs]) == pytest.approx(direct, rel=0.1)
    assert np.mean([one.mse for one, _ in pairs]) == pytest.approx(blp, rel=0.1)


def test_predictions_are_not_biased_and_their_intervals_cover() -> None:
    _, found = draws()
    misses = np.array([one.blp - true for draw in found for one, true in draw.predictions])
    errors = np.sqrt([one.mse for draw in found for one, _ in draw.predictions])
    assert abs(misses.mean()) < 4 * misses.std() / np.sqrt(len(misses))
    covered = (np.abs(misses) < 1.959963984540054 * errors).mean()
    assert 0.93 < covered < 0.97


def test_small_schools_lean_more_on_their_other_blocks() -> None:
    _, found = draws()
    gains = [(one.direct_mse, 1 - one.mse / one.direct_mse) for draw in found for one, _ in draw.predictions]
    noise, gain = np.array(gains).T
    small, large = noise > np.quantile(noise, 0.8), noise < np.quantile(noise, 0.2)
    assert gain[small].mean() > gain[large].mean() + 0.1


def estimated_over_true(orgs: int, draws: int) -> float:
    """Of the mean squared error of predictions, over networks of few orgs."""
    rng = np.random.default_rng(orgs)
    given = truth(rng)
    errors, said = [], []
    for _ in range(draws):
        scores, means = schools(rng, given, orgs, smallest=25, largest=70)
        model = fitted(population(with_pattern(scores)), Minimums(orgs=2))
        for at in range(orgs):
            n = np.where([b in FINAL for b in range(len(BLOCKS))], model.means.n[at], 0)
            one = model.prediction(at, FINAL)
            assert one is not None
            errors.append((one.blp - float(n @ means.iloc[at] / n.sum())) ** 2)
            said.append(one.mse)
    return float(np.mean(said) / np.mean(errors))


def test_with_three_orgs_errors_come_out_much_too_small_and_with_five_about_right() -> None:
    """Hence the usual `orgs_minimum`; over 120 draws 0.44 for three, 0.47 for four, 0.90 for five."""
    assert Minimums().orgs == 5
    assert estimated_over_true(3, 25) < 0.63 < estimated_over_true(5, 25) < 1.6
