"""Means and centred sums of products that add: Chan's formula for several tables at once.

Source: Chan, Golub and LeVeque (1979), Updating formulae and a pairwise algorithm for computing sample variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

FLAG = 1e-9  # relative: how near its variance is to that of a variable of zeros and ones


@dataclass(frozen=True)
class Sums:
    """What some rows hold of q terms and the outcome, which comes last.

    `n` rows with weights of sum `w`; `mean` of shape (q + 1,); `cross` of shape (q + 1, q + 1), the
    weighted sums of products about the mean; `error` of shape (q,), the weighted sum of error variances of each term.
    """

    n: int
    w: float
    mean: Floats
    cross: Floats
    error: Floats


@dataclass(frozen=True)
class Spread:
    """Count, mean and sum of squares about the mean of one variable."""

    n: int
    mean: float
    squares: float

    @property
    def deviation(self) -> float:
        """Standard deviation with divisor n."""
        return float((self.squares / self.n) ** 0.5) if self.n else 0.0


def merged(parts: Sequence[Sums]) -> Sums:
    """The sums of all rows of some parts, about their own mean."""
    import numpy as np

    w = sum(part.w for part in parts)
    mean = np.sum([part.w / w * part.mean for part in parts], axis=0)
    cross = np.sum([part.cross + part.w * np.outer(part.mean - mean, part.mean - mean) for part in parts], axis=0)
    error = np.sum([part.error for part in parts], axis=0)
    return Sums(sum(part.n for part in parts), w, mean, cross, error)


def merged_spread(parts: Sequence[Spread]) -> Spread:
    """The same for one variable without weights; parts without rows are passed over."""
    n = sum(part.n for part in parts)
    if not n:
        return Spread(0, 0.0, 0.0)
    mean = sum(part.n / n * part.mean for part in parts if part.n)
    squares = sum(part.squares + part.n * (part.mean - mean) ** 2 for part in parts if part.n)
    return Spread(n, mean, squares)


def rare_terms(sums: Sums, terms: Sequence[str], least: int) -> list[str]:
    """Terms of zeros and ones that fewer than `least` rows have, or have not; by their share where rows are weighted."""
    found = []
    for at, term in enumerate(terms):
        share, squares = float(sums.mean[at]), float(sums.cross[at, at])
        is_flag = 0 < share < 1 and abs(squares - sums.w * share * (1 - share)) <= FLAG * sums.w
        if is_flag and round(sums.n * min(share, 1 - share)) < least:
            found.append(term)
    return found
