"""Weighted least squares with errors in variables from merged sums, by the rules of the growth measure's SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measures.pooling.sums import Sums

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PIVOT = 1e-9  # of its original diagonal: under it a term is taken for a combination of those before it
CONSTANT = 1e-18  # of weight times squared mean: under it a term is taken for a constant


@dataclass(frozen=True)
class Solution:
    """Intercept and coefficients in raw units, None where dropped; all None where the cell is refused."""

    intercept: float | None
    coefficients: tuple[float | None, ...]
    notes: tuple[str, ...]


def solved(sums: Sums, terms: Sequence[str], reliability: Mapping[int, float], least: int) -> Solution:
    """Solve (A - S) b = a_y with A the centred sums of products and S the known error on the diagonal.

    S is the sum of error variances (`sums.error`), or (1 - reliability) times the diagonal, by the terms' numbers from 1.
    A term whose pivot vanishes is dropped: earlier terms go before later ones. The cell is refused where a pivot is
    negative, where there are fewer than `least` rows or no more rows than coefficients, and where the outcome is the same
    for all. Source: Fuller (1987); R package eivtools.
    """
    import numpy as np

    q = len(terms)
    squares = np.diag(sums.cross).copy()
    constant = squares <= CONSTANT * sums.w * sums.mean**2
    shares = np.array([1 - reliability[at] if at in reliability else 0.0 for at in range(1, q + 1)])
    matrix = sums.cross.copy()
    matrix[np.arange(q), np.arange(q)] -= np.where(shares > 0, shares * squares[:q], sums.error)
    kept: list[int] = []
    negative = False
    for at in range(q):
        pivot, least_pivot = matrix[at, at], PIVOT * squares[at]
        negative = negative or bool(not constant[at] and pivot < -least_pivot)
        if not constant[at] and pivot > least_pivot:
            kept.append(at)
            _sweep(matrix, at)
    why = _refused(sums.n, len(kept), least, negative=negative, flat=bool(constant[q]))
    if why:
        return Solution(None, (None,) * q, (why,))
    slopes = matrix[:q, q]
    found = tuple(float(slopes[at]) if at in kept else None for at in range(q))
    intercept = float(sums.mean[q] - sum(slopes[at] * sums.mean[at] for at in kept))
    dropped = [terms[at] for at in range(q) if at not in kept]
    return Solution(intercept, found, tuple(f"dropped: {term}" for term in dropped))


def _refused(n: int, kept: int, least: int, *, negative: bool, flat: bool) -> str:
    if n < least:
        return f"refused: fewer than {least} scores"
    if n <= kept + 1:
        return "refused: no more scores than coefficients"
    if negative:
        return "refused: the error of the priors exceeds their variation"
    return "refused: the outcome is the same for all" if flat else ""


def _sweep(matrix: npt.NDArray[np.float64], at: int) -> None:
    """Eliminate one term from all others, in place; the last column becomes the slopes of those swept."""
    import numpy as np

    row, column = matrix[at].copy(), matrix[:, at].copy()
    pivot = row[at]
    matrix -= np.outer(column, row) / pivot
    matrix[at], matrix[:, at] = row / pivot, column / pivot
    matrix[at, at] = -1 / pivot
