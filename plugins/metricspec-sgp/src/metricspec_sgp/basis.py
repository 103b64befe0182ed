"""The columns of the quantile regressions: a constant, and a cubic B-spline of each prior score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

KNOTS = (0.2, 0.4, 0.6, 0.8)
WIDENED = 0.1
DEGREE = 3
DEPENDENT = 1e-9


def knots(prior: NDArray[float64], counts: NDArray[int64]) -> NDArray[float64]:
    """The knot vector of one prior: its 20th, 40th, 60th and 80th percentile inside, four times each boundary.

    Percentiles interpolate linearly (R's type 7); equal ones make one knot. Boundaries lie a tenth of the range beyond
    the lowest and highest score. These are the rules of the R package SGP (createKnotsBoundaries), which also rounds
    both to three digits; that would not suit scores in standard deviations and is left out.
    """
    import numpy as np

    inside = np.unique(np.quantile(np.repeat(prior, counts), KNOTS))
    low, high = float(prior.min()), float(prior.max())
    beyond = WIDENED * (high - low) or 1.0
    ends = np.full(DEGREE + 1, 1.0)
    return np.concatenate([ends * (low - beyond), inside, ends * (high + beyond)])


def design(priors: Sequence[NDArray[float64]], counts: NDArray[int64]) -> NDArray[float64]:
    """One row per point, one column per term: the constant first, then each prior's B-splines but the first.

    A prior's splines add to one, hence the one left out. Columns that others give already (two priors alike, a prior
    of a few values) are left out too: predictions are the same with and without them.
    """
    import numpy as np
    from scipy.interpolate import BSpline
    from scipy.linalg import qr

    columns = [np.ones((len(counts), 1))]
    for prior in priors:
        columns.append(BSpline.design_matrix(prior, knots(prior, counts), DEGREE).toarray()[:, 1:])
    full = np.hstack(columns)
    triangle, order = qr(full, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle))
    kept = np.sort(order[: int((size > DEPENDENT * size[0]).sum())])
    return np.ascontiguousarray(full[:, kept])
