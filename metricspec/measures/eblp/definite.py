"""The nearest positive semidefinite matrix: estimated covariances need not be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from metricspec.measures.eblp.population import Floats

SMALL = 1e-10  # of the largest eigenvalue: below, an eigenvalue counts as zero
ROUNDS = 5000
STILL = 1e-11


def semidefinite(matrix: Floats) -> Floats:
    """The nearest matrix without negative eigenvalues (Frobenius norm): theirs are set to zero. Vectors that the matrix
    takes to zero stay so, and with them sums that are zero."""
    import numpy as np

    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values[0] >= SMALL * max(values[-1], 0.0):
        return matrix
    kept = np.where(values > SMALL * max(values[-1], 0.0), values, 0)
    nearest: Floats = (vectors * kept) @ vectors.T
    return nearest


def semidefinite_with_zeros(matrix: Floats, free: npt.NDArray[np.bool_]) -> Floats:
    """As above, and zero wherever `free` is not: projections onto either set in turn with Dykstra's correction
    (Higham 2002, IMA J. Numer. Anal. 22, 329-343), then what is left of negative eigenvalues added to the diagonal."""
    import numpy as np

    values = np.linalg.eigvalsh(matrix)
    if values[0] >= SMALL * max(values[-1], 0.0):
        return matrix
    result, correction = matrix, np.zeros_like(matrix)
    for _ in range(ROUNDS):
        corrected = result - correction
        nearest = semidefinite(corrected)
        correction = nearest - corrected
        before, result = result, np.where(free, nearest, 0.0)
        if np.abs(result - before).max() <= STILL * np.abs(before).max():
            break
    values = np.linalg.eigvalsh(result)
    shifted: Floats = result + np.eye(len(result)) * max(0.0, -values[0])
    return shifted
