"""School effects of a fitted model from the schools' moments: variance components, and what percentiles divide by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metricspec.measures.growth.effects import FEWEST
from metricspec.measures.growth.fit import Yardstick


@dataclass(frozen=True)
class SchoolCell:
    """A school's residuals in one cell, in standard deviations of the outcome.

    `n` scores with rescaled weights of sum `w` and sum of squares `w2`; `mean` is their weighted mean residual.
    """

    school: str
    n: int
    w: float
    w2: float
    mean: float


@dataclass(frozen=True)
class _School:
    n: int
    w: float
    w2: float
    mean: float
    squares: float  # of its cells' means about its own


def _over_cells(cells: Sequence[SchoolCell]) -> list[_School]:
    """Each school over its cells; its id must be its own (see `pool.pooled`)."""
    by_school: dict[str, list[SchoolCell]] = {}
    for cell in cells:
        by_school.setdefault(cell.school, []).append(cell)
    found = []
    for own in by_school.values():
        w = sum(cell.w for cell in own)
        mean = sum(cell.w * cell.mean for cell in own) / w
        squares = sum(cell.w * (cell.mean - mean) ** 2 for cell in own)
        found.append(_School(sum(cell.n for cell in own), w, sum(cell.w2 for cell in own), mean, squares))
    return found


def yardstick(
    year: str,
    category: str | None,
    cells: Sequence[SchoolCell],
    within_cells: float,
    left_out: int,
    *,
    shrinkage: bool,
    ranked: bool,
) -> Yardstick:
    """What the schools of one year are measured by.

    `within_cells`: sum over schools and cells of squared residuals about the school's mean in the cell, weighted. The variance
    within schools has divisor N - J (scores less schools); the variance between is the ANOVA estimate of Swamy and Arora
    with unequal numbers, never less than 0.
    """
    schools = _over_cells(cells)
    number, n = len(schools), sum(school.n for school in schools)
    weight = sum(school.w for school in schools)
    free = weight - number
    within = (within_cells + sum(school.squares for school in schools)) / free if free > 0 else None
    between = _between(schools, weight, within) if within is not None and number >= FEWEST else None
    effects = [school.mean for school in schools]
    if shrinkage and within is not None and between is not None:
        effects = [_shrunk(school, within, between) for school in schools]
    spread = (sum(effect**2 for effect in effects) / number) ** 0.5 if number else None
    ranks = tuple(sorted(effects)) if ranked else ()
    return Yardstick(year, category, number, n, within, between, spread, ranks, left_out)


def _between(schools: Sequence[_School], weight: float, within: float) -> float:
    free = len(schools) - 1
    mean = sum(school.w * school.mean for school in schools) / weight
    squares = sum(school.w * (school.mean - mean) ** 2 for school in schools) / free
    typical = (weight - sum(school.w**2 for school in schools) / weight) / free
    return max(0.0, (squares - within) / typical)


def _shrunk(school: _School, within: float, between: float) -> float:
    """The empirical Bayes effect: the mean residual times the share of its variance that is between schools."""
    return between / (between + within * school.w2 / school.w**2) * school.mean if between > 0 else 0.0
