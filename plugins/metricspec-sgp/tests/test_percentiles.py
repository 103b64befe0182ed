"""Growth percentiles: known ones, evenness, no relation with the prior score, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from metricspec_sgp.percentiles import growth_percentiles, score_points


def frame(prior: object, score: object, n: object = 1, **cells: object) -> pd.DataFrame:
    points = pd.DataFrame({"prior_1": prior, "score": score, "n": n, "school_year": "2024-25", **cells})
    return points.assign(point=range(1, len(points) + 1))


def test_known_percentiles() -> None:
    """The same 20 scores, 1 to 20, at every prior: score k lies above the 5 (k - 1) quantiles up to (k - 1) / 20."""
    prior, score = (grid.ravel() for grid in np.meshgrid(np.arange(12.0), np.arange(1.0, 21.0)))
    found = growth_percentiles([prior], score, np.full(240, 3, np.int64))
    assert found.tolist() == [max(1, int(5 * (k - 1))) for k in score]


def test_the_lowest_and_the_highest_are_1_and_99() -> None:
    rng = np.random.default_rng(3)
    prior = rng.normal(size=2000)
    prior[:2] = 0  # where many others are: at the ends of the priors a line can pass through one far score
    score = prior + 0.5 * rng.normal(size=2000)
    score[:2] = -5, 5
    found = growth_percentiles([prior], score, np.ones(2000, np.int64))
    assert (found[0], found[1], found.min(), found.max()) == (1, 99, 1, 99)


def even(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A curved relation whose spread grows with the prior, and the true percentile of each score."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=size)
    middle, spread = 2530 + 75 * z + 8 * z**2, 45 + 8 * np.clip(z, -2, 2)
    noise = rng.normal(size=size)
    return 2500 + 90 * z, middle + spread * noise, 100 * norm.cdf(noise)


def test_even_and_unrelated_to_the_prior() -> None:
    """Shares within 0.3 points of 1 % (1.5 % at both ends), 8 coefficients on 4000 scores; correlation about 0.

    A straight line through the same scores leaves a relation: the spline is needed.
    """
    prior, score, _ = even(4000, 8)
    found = growth_percentiles([prior], score, np.ones(4000, np.int64))
    share = np.bincount(found, minlength=100)[1:] / 4000
    expected = np.r_[0.015, np.full(97, 0.01), 0.015]
    assert np.abs(share - expected).max() < 0.003
    assert np.abs(np.cumsum(share - expected)).max() < 0.004
    assert abs(np.corrcoef(prior, found)[0, 1]) < 0.01
    for low, high in ((0, 10), (45, 55), (90, 100)):
        part = (prior >= np.percentile(prior, low)) & (prior <= np.percentile(prior, high))
        assert np.median(found[part]) == pytest.approx(50, abs=3)


def test_close_to_the_true_percentile() -> None:
    prior, score, true = even(4000, 9)
    found = growth_percentiles([prior], score, np.ones(4000, np.int64))
    assert np.sqrt(np.mean((found - true) ** 2)) < 2.5
    assert np.corrcoef(found, true)[0, 1] > 0.995


@pytest.mark.parametrize(("offset", "unit"), [(1e5, 1.0), (0.0, 1e-3), (-7.0, 250.0)])
def test_units_do_not_matter(offset: float, unit: float) -> None:
    prior, score, _ = even(1500, 10)
    each = np.ones(1500, np.int64)
    plain = growth_percentiles([prior], score, each)
    assert np.array_equal(growth_percentiles([offset + unit * prior], offset + unit * score, each), plain)


def test_a_second_prior_the_same_changes_nothing() -> None:
    prior, score, _ = even(1500, 11)
    each = np.ones(1500, np.int64)
    assert np.array_equal(
        growth_percentiles([prior, 2 * prior + 1], score, each), growth_percentiles([prior], score, each)
    )


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(12)
    prior, score, _ = even(1500, 12)
    points = frame(np.round(prior, -1), np.round(score, -1), cell_1="05")
    ours = score_points(points, ["cell_1"], ["prior_1"], 500).set_index("point").sort_index()
    shuffled = points.iloc[rng.permutation(1500)]
    again = score_points(shuffled, ["cell_1"], ["prior_1"], 500).set_index("point").sort_index()
    assert ours.equals(again)
    assert set(ours["fit"]) == {"fitted"}


def test_cells_are_apart() -> None:
    """Years and cells are fitted each for itself: a shift of one of them changes no percentile."""
    prior, score, _ = even(1000, 13)
    one = frame(prior, score, cell_1="05")
    parts = [one, one.assign(score=score + 300, cell_1="06"), one.assign(score=score - 40, school_year="2023-24")]
    points = pd.concat(parts, ignore_index=True).assign(point=range(3000))
    found = score_points(points, ["cell_1"], ["prior_1"], 500).set_index("point")["sgp"].sort_index().to_numpy()
    assert np.array_equal(found[:1000], found[1000:2000])
    assert np.array_equal(found[:1000], found[2000:])


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (frame(np.arange(499.0), np.arange(499.0)), "all scores: fewer than 500 complete scores"),
        (frame([1.0, 2.0], [5.0, 5.0], 250), "all scores: all scores are the same"),
        (frame([1.0, 1.0], [5.0, 6.0], 250), "all scores: all prior scores are the same"),
    ],
)
def test_refused_cells(points: pd.DataFrame, reason: str) -> None:
    found = score_points(points, [], ["prior_1"], 500)
    assert set(found["sgp"]) == {0}
    assert set(found["fit"]) == {reason}


def test_no_points() -> None:
    found = score_points(frame([], [], []), [], ["prior_1"], 500)
    assert list(found.columns) == ["point", "sgp", "fit"] and found.empty
