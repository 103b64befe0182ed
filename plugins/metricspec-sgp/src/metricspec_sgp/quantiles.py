"""Linear quantile regression for many quantiles of the same scores, by the HiGHS simplex solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float64, int64
    from numpy.typing import NDArray


def quantile_coefficients(
    design: NDArray[float64], score: NDArray[float64], counts: NDArray[int64], taus: Sequence[float]
) -> NDArray[float64]:
    """One row of coefficients per quantile, in units of the score; the design's first column is the constant.

    Point i stands for counts[i] students. The coefficients b minimize sum counts * rho(score - design b), with
    rho(r) = r (tau - [r < 0]). Solved as the dual linear program (Koenker 2005, section 6.2): maximize score'a where
    design'a = (1 - tau) design'counts and 0 <= a <= counts; the multipliers of its rows are b. From one quantile to
    the next only the right-hand side changes, so that each solve starts from the last one's basis.

    Raises ArithmeticError where the solver finds no optimum.
    """
    import highspy
    import numpy as np

    centre, scale = _centre_and_scale(score, counts)
    solver = _solver(design, (score - centre) / scale, counts)
    whole = design.T @ counts
    rows = np.arange(design.shape[1], dtype=np.int32)
    found = np.empty((len(taus), design.shape[1]))
    for at, tau in enumerate(taus):
        right = (1 - tau) * whole
        solver.changeRowsBounds(len(rows), rows, right, right)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"no optimum at quantile {tau:.3f}: {solver.getModelStatus()}")
        found[at] = -np.asarray(solver.getSolution().row_dual)
    found *= scale
    found[:, 0] += centre
    return found


def _centre_and_scale(score: NDArray[float64], counts: NDArray[int64]) -> tuple[float, float]:
    """Mean and standard deviation: the solver's tolerances are absolute, so it is given scores of about one."""
    import numpy as np

    centre = float(np.average(score, weights=counts))
    return centre, float(np.sqrt(np.average((score - centre) ** 2, weights=counts))) or 1.0


def _solver(design: NDArray[float64], score: NDArray[float64], counts: NDArray[int64]) -> Any:
    """The dual program without its right-hand side: a column per point, a row per coefficient."""
    import highspy
    import numpy as np
    from scipy.sparse import csr_array

    points = csr_array(design)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = design.shape
    program.col_cost_ = -score
    program.col_lower_, program.col_upper_ = np.zeros(len(score)), counts.astype(float)
    program.row_lower_ = program.row_upper_ = np.zeros(design.shape[1])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = points.indptr, points.indices
    program.a_matrix_.value_ = points.data
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
