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
    import numpy as np

    n, w = np.float64(sums.n), np.float64(sums.w)
    found = rare(n, w, sums.mean[:-1], np.diag(sums.cross)[:-1], least)
    return [term for term, few in zip(terms, found, strict=True) if few]


def rare(
    n: Floats | np.float64, w: Floats | np.float64, mean: Floats, squares: Floats, least: int
) -> npt.NDArray[np.bool_]:
    """Whether a variable is of zeros and ones that fewer than `least` of n rows have, or have not, but some do."""
    import numpy as np

    share = np.minimum(mean, 1 - mean)  # rounding may leave a little where none have it
    is_flag = (share > FLAG) & (np.abs(squares - w * mean * (1 - mean)) <= FLAG * w)
    return is_flag & (np.rint(n * share) < least)
