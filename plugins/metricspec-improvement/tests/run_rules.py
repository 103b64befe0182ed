"""The rules once more, as a person would apply them to a list of values, for tests."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from scipy.stats import binom


@dataclass(frozen=True)
class Found:
    centre: float | None
    useful: int
    longest_run: int
    crossings: int
    longest_trend: int
    run_above: int
    run_below: int
    useful_after: int
    crowded: bool


def runs(sides: Sequence[int]) -> list[tuple[int, int]]:
    """(side, length) of each run, points on the line left out."""
    return [(side, len(list(run))) for side, run in groupby(side for side in sides if side)]


def of(values: Sequence[float], base: int) -> Found:
    """What there is to say of a series; `base`: how many points at its beginning the centre line is the median of."""
    centre = statistics.median(values[:base]) if base else None
    sides = [0 if centre is None or abs(v - centre) <= 1e-12 else 1 if v > centre else -1 for v in values]
    every, after = runs(sides), runs(sides[base:])
    single = [v for v, _ in groupby(values)]
    steps = [b > a for a, b in pairwise(single)]
    return Found(
        centre,
        sum(length for _, length in every),
        max((length for _, length in every), default=0),
        max(len(every) - 1, 0),
        1 + max((len(list(row)) for _, row in groupby(steps)), default=0),
        max((length for side, length in after if side > 0), default=0),
        max((length for side, length in after if side < 0), default=0),
        sum(length for _, length in after),
        crowded(values, sides),
    )


def crowded(values: Sequence[float], sides: Sequence[int]) -> bool:
    """Whether several points lie on the line, and it is the least or greatest of all, or fewer than three quarters lie off it."""
    on = [value for value, side in zip(values, sides, strict=True) if side == 0]
    return len(on) > 1 and (min(values) in on or max(values) in on or len(values) - len(on) < 0.75 * len(values))


def signal(found: Found, minimum: int = 10, trend: int | None = None) -> int | None:
    """Whether the series varies otherwise than chance mostly does; None where too few points tell."""
    n = found.useful
    if n < minimum or found.crowded:
        return None
    if trend is not None and found.longest_trend >= trend:
        return 1
    return int(found.longest_run > round(math.log2(n) + 3) or found.crossings < binom.ppf(0.05, n - 1, 0.5))


def shift(found: Found, run: int = 8) -> int | None:
    """Whether so many points after the baseline lie in a row on one side; None where that cannot be told."""
    if found.centre is None or found.useful_after < run or found.crowded:
        return None
    return int(max(found.run_above, found.run_below) >= run)
