"""How often chance alone gives a verdict: the rules over many series of as many points, in which nothing changes.

How often depends on how many points the median is of and how many are held against it, so it is simulated for the series at
hand: independent normal values, always the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metricspec_improvement.limits import LEAST_OFF_LINE, crossings_limit, longest_run_limit

SERIES = 20_000


@dataclass(frozen=True)
class Rules:
    """Of each series: whether its longest run and its crossings are signals, how many points rise or fall in a row, the longest
    run after the baseline, and whether too many points lie on the line, so that no verdict is told."""

    run: NDArray[np.bool_]
    crossings: NDArray[np.bool_]
    trend: NDArray[np.int64]
    after: NDArray[np.int64]
    crowded: NDArray[np.bool_]

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
    return float((rules(_normal((6, base), base + points), base).after >= run).mean())


def rules(values: NDArray[np.float64], base: int) -> Rules:
    """About the median of the first `base` points. Points on the line count for no side, such as the middle one of an odd
    number."""
    points = values.shape[1]
    sides = np.sign(values - np.median(values[:, :base], axis=1, keepdims=True))
    useful = (sides != 0).sum(axis=1)
    longest, crossings = runs(sides)
    most, fewest = (np.array([limit(n) for n in range(points + 1)]) for limit in (_longest, crossings_limit))
    return Rules(
        longest > most[useful],
        crossings < fewest[useful],
        1 + runs(np.sign(np.diff(values)))[0],
        runs(sides[:, base:])[0],
        (points - useful > 1) & ((crossings == 0) | (100 * useful < LEAST_OFF_LINE * points)),
    )


def _longest(useful: int) -> int:
    return longest_run_limit(useful) if useful else 0


def runs(sides: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The longest run on one side, and how often the side changes, in each line of 1, -1, and 0 for what is on none: it neither
    breaks a run nor adds to it."""
    last = np.zeros(len(sides))
    current, longest, crossings = (np.zeros(len(sides), np.int64) for _ in range(3))
    for column in sides.T:
        crossings += column * last < 0
        current = np.where(column == 0, current, np.where(column == last, current + 1, 1))
        longest = np.maximum(longest, current)
        last = np.where(column == 0, last, column)
    return longest, crossings


def _normal(seed: tuple[int, ...], points: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, (SERIES, points))
