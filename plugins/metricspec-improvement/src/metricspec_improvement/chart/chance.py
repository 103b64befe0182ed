"""How often chance alone gives a verdict: the rules over many series of as many points, in which nothing changes.

How often depends on how many points the median is of and how many are held against it, so it is simulated for the series at
hand: independent normal values, always the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metricspec_improvement.limits import crossings_limit, longest_run_limit

SERIES = 20_000


@dataclass(frozen=True)
class Rules:
    """Of each series: whether its longest run and its crossings are signals, and how many points rise or fall in a row."""

    run: NDArray[np.bool_]
    crossings: NDArray[np.bool_]
    trend: NDArray[np.int64]

    @property
    def signal(self) -> NDArray[np.bool_]:
        return self.run | self.crossings


def signals(points: int, base: int, trend: int | None = None) -> float:
    """The share of series of chance that the rules for all points signal; the median is that of the first `base` points."""
    found = rules(_normal((20_261_122, points, 0, 0), points), base)
    return float((found.signal if trend is None else found.signal | (found.trend >= trend)).mean())


def shifts(base: int, points: int, run: int) -> float:
    """The share of series of chance in which `run` points or more of `points` after a change lie in a row on one side of the
    median of `base` points before it."""
    values = _normal((6, base), base + points)
    above = values[:, base:] > np.median(values[:, :base], axis=1, keepdims=True)
    return float((np.maximum(longest(above), longest(~above)) >= run).mean())


def rules(values: NDArray[np.float64], base: int) -> Rules:
    """The middle one of an odd number of points lies on the line and counts for no side."""
    centre = np.median(values[:, :base], axis=1, keepdims=True)
    above = (values > centre)[values != centre].reshape(len(values), -1)
    useful = above.shape[1]
    crossings = (above[:, 1:] != above[:, :-1]).sum(axis=1)
    rises = values[:, 1:] > values[:, :-1]
    return Rules(
        np.maximum(longest(above), longest(~above)) > longest_run_limit(useful),
        crossings < crossings_limit(useful),
        1 + np.maximum(longest(rises), longest(~rises)),
    )


def longest(same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The longest row of true values in each line."""
    current = np.zeros(len(same), np.int64)
    best = current.copy()
    for column in same.T:
        current = np.where(column, current + 1, 0)
        best = np.maximum(best, current)
    return best


def _normal(seed: tuple[int, ...], points: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, (SERIES, points))
