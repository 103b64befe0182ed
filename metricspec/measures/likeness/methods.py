"""What is expected of a school: by regression on its characteristics, or from the schools nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
ROWS = 512  # schools whose distances to all others are held in memory at a time


@dataclass(frozen=True)
class Expectation:
    """Of each school of a pool: what is expected, how far its value lies from that, the standard error of this
    difference, and its degrees of freedom. NaN where it cannot be told. `dropped`: characteristics that were left out."""

    expected: Array
    difference: Array
    error: Array
    degrees: int
    dropped: tuple[int, ...] = ()

    @property
    def t(self) -> Array:
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.error > 0, self.difference / self.error, np.nan)


def independent(x: Array) -> tuple[Array, tuple[int, ...]]:
    """The columns less their means, without those that do not vary or follow from the ones before them, and which these
    are."""
    import numpy as np

    kept: list[Array] = []
    dropped = []
    for at in range(x.shape[1]):
        column = x[:, at] - x[:, at].mean()
        rest = column.copy()
        for basis in kept:
            rest -= basis * (basis @ rest)
        size = np.sqrt(rest @ rest)
        if size <= 1e-9 * max(np.sqrt(x[:, at] @ x[:, at]), 1e-300):
            dropped.append(at)
        else:
            kept.append(rest / size)
    return np.column_stack(kept) if kept else np.empty((len(x), 0)), tuple(dropped)


def regression(y: Array, x: Array, weights: Array | None = None) -> Expectation:
    """Least squares of y on x, each school expected from the others: its deleted residual e / (1 - h), whose standard
    error is s_(i) / sqrt(1 - h); their quotient is the externally studentised residual (Belsley, Kuh and Welsch 1980)."""
    import numpy as np

    columns, dropped = independent(x)
    root = np.ones(len(y)) if weights is None else np.sqrt(weights / weights.mean())
    design = np.column_stack([np.ones(len(y)), columns]) * root[:, None]
    basis, _ = np.linalg.qr(design)
    leverage = (basis**2).sum(axis=1)
    outcome = y * root
    residual = outcome - basis @ (basis.T @ outcome)
    degrees = len(y) - design.shape[1] - 1
    free = 1 - leverage
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = free < 1e-10  # no other school says anything of its characteristics
        left = np.where(alone, np.nan, (residual @ residual - residual**2 / free) / max(degrees, 1))
        least = 1e-20 * float(((outcome - outcome.mean()) ** 2).sum() + 1e-300)
        variance = np.where(left > least, left, 0.0) if degrees > 0 else np.full(len(y), np.nan)
        variance = np.where(alone, np.nan, variance)
        difference = np.where(alone, np.nan, residual / free / root)
        error = np.sqrt(variance / free) / root
    return Expectation(y - difference, difference, error, max(degrees, 0), dropped)


def fitted(y: Array, x: Array) -> tuple[Array, tuple[int, ...]]:
    """The value that a plain regression of y on x gives each school, and the characteristics left out."""
    import numpy as np

    columns, dropped = independent(x)
    middle = y - y.mean()
    return np.asarray(y.mean() + columns @ (columns.T @ middle)), dropped


def standardized(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Each characteristic less its mean, in standard deviations of the schools compared (divisor: their number), without
    those that do not vary, and which these are."""
    import numpy as np

    middle = x - x.mean(axis=0)
    spread = np.sqrt((middle**2).mean(axis=0))
    varies = spread > 1e-12 * np.maximum(np.abs(x).max(axis=0), 1e-300)
    return middle[:, varies] / spread[varies], tuple(int(at) for at in np.flatnonzero(~varies))


def nearest(z: Array, k: int) -> tuple[Array, Array]:
    """The k nearest other schools of each, and their distances: the root of the mean squared difference over the
    characteristics. Equal distances in the order of the rows."""
    import numpy as np

    places, lengths = [], []
    for block in _distances(z):
        order = np.argsort(block, axis=1, kind="stable")[:, :k]
        places.append(order)
        lengths.append(np.take_along_axis(block, order, axis=1))
    return np.vstack(places), np.vstack(lengths)


def _distances(z: Array) -> Iterator[Array]:
    """Distances of a few schools at a time to all; a school's own is infinite. Rounded, so that equal ones are equal."""
    import numpy as np

    for start in range(0, len(z), ROWS):
        rows = z[start : start + ROWS]
        squares = np.zeros((len(rows), len(z)))
        for at in range(z.shape[1]):
            squares += (rows[:, at, None] - z[None, :, at]) ** 2
        found = np.round(np.sqrt(squares / max(z.shape[1], 1)), 10)
        found[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        yield found


def of_neighbors(y: Array, neighbors: Array) -> Expectation:
    """The mean of a school's neighbours, and the error of one more school of their kind: s sqrt(1 + 1 / k)."""
    import numpy as np

    values = y[neighbors]
    k = neighbors.shape[1]
    expected = values.mean(axis=1)
    spread = values.std(axis=1, ddof=1) if k > 1 else np.full(len(y), np.nan)
    spread = np.where(spread > 1e-12 * np.maximum(np.abs(expected), 1e-300), spread, np.where(spread >= 0, 0.0, np.nan))
    return Expectation(expected, y - expected, spread * np.sqrt(1 + 1 / k), k - 1)


def deciles(y: Array, neighbors: Array, *, lower_is_better: bool) -> Array:
    """The tenth of its neighbours that a school stands in, 10 the best: one more than the tenths of them that do worse."""
    import numpy as np

    worse = y[neighbors] > y[:, None] if lower_is_better else y[neighbors] < y[:, None]
    return np.asarray(np.minimum(10, 1 + (10 * worse.sum(axis=1)) // neighbors.shape[1]))


def percentiles(values: Array) -> Array:
    """The share of schools that lie lower, in percent; a school itself and its equals count half."""
    import numpy as np
    from scipy.stats import rankdata

    known = np.isfinite(values)
    found = np.full(len(values), np.nan)
    found[known] = 100 * (rankdata(values[known]) - 0.5) / max(int(known.sum()), 1)
    return found
