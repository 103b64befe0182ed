"""Growth percentiles of the points of each cell: the step in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metricspec_sgp.basis import design
from metricspec_sgp.quantiles import quantile_coefficients

if TYPE_CHECKING:
    import pandas as pd
    from numpy import float64, int64
    from numpy.typing import NDArray

TAUS = tuple((2 * at + 1) / 200 for at in range(100))
SAME = 1e-9
FITTED = "fitted"


def growth_percentiles(
    priors: Sequence[NDArray[float64]], score: NDArray[float64], counts: NDArray[int64]
) -> NDArray[int64]:
    """The growth percentile, 1 to 99, of each point of one cell: distinct prior scores and score, with its students.

    It is how many of the 100 predicted quantiles 0.005, 0.015, ... 0.995 lie below the score: between the quantiles
    0.595 and 0.605 it is 60. None below counts as 1 and all below as 99 (Betebenner 2009; R package SGP,
    studentGrowthPercentiles). Where predicted quantiles cross, that package puts them in order first; as many of them
    lie below the score before as after. A score on a predicted quantile is not above it, within 1e-9 standard deviations.
    """
    import numpy as np

    columns = design(priors, counts)
    predicted = columns @ quantile_coefficients(columns, score, counts, TAUS).T
    below = (predicted < (score - SAME * score.std())[:, None]).sum(axis=1)
    found: NDArray[int64] = np.clip(below, 1, 99).astype(np.int64)
    return found


def score_points(points: pd.DataFrame, cells: Sequence[str], priors: Sequence[str], minimum: int) -> pd.DataFrame:
    """A row for each of `points`: `point`, `sgp` (0 where there is none) and `fit` ('fitted', or why not).

    `points` has the columns point, school_year, those of `cells` and `priors`, score, and n (its students).
    """
    import numpy as np
    import pandas as pd

    parts = []
    for _, cell in points.groupby(["school_year", *cells], sort=True):
        cell = cell.sort_values([*priors, "score"])
        counts = cell["n"].to_numpy(np.int64)
        fit = _refusal(cell, priors, minimum)
        sgp = np.zeros(len(cell), np.int64)
        if fit is None:
            known = [cell[prior].to_numpy(float) for prior in priors]
            sgp = growth_percentiles(known, cell["score"].to_numpy(float), counts)
        label = " / ".join(str(cell[column].iloc[0]) for column in cells) or "all scores"
        parts.append(
            pd.DataFrame({"point": cell["point"], "sgp": sgp, "fit": FITTED if fit is None else f"{label}: {fit}"})
        )
    empty = pd.DataFrame(
        {"point": pd.Series(dtype="int64"), "sgp": pd.Series(dtype="int64"), "fit": pd.Series(dtype="str")}
    )
    return pd.concat(parts, ignore_index=True) if parts else empty


def _refusal(cell: pd.DataFrame, priors: Sequence[str], minimum: int) -> str | None:
    """Why a cell is not fitted; None where it is."""
    if int(cell["n"].sum()) < minimum:
        return f"fewer than {minimum} complete scores"
    if cell["score"].nunique() == 1:
        return "all scores are the same"
    if all(cell[prior].nunique() == 1 for prior in priors):
        return "all prior scores are the same"
    return None
