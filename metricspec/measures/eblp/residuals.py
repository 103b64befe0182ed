"""R: the covariance, within a student, of what is left of two scores of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from metricspec.measures.eblp.population import Floats, Ints, Population


class Refused(Exception):
    """The model cannot be fitted; the text says why, for the notes of its rows."""


def residual_covariance(population: Population, pair_minimum: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """R from deviations within org, block and pattern, and which of its elements were estimated.

    Variances: sum of squares over (scores - means). Covariances: where two blocks share at least `pair_minimum`
    students, for each two means (n0 and n1 scores, n01 students in both) the unbiased
    n0 n1 / (n0 n1 - n0 - n1 + n01) times the mean product of deviations, averaged with weights n01; else zero.
    The matrix may have negative eigenvalues. Lockwood, Castellano & McCaffrey 2022.
    """
    import numpy as np

    size, cells, pairs = len(population.blocks), population.cells, population.pairs
    within = np.bincount(cells.block, cells.squares - cells.total**2 / cells.n, minlength=size)
    free = np.bincount(cells.block, cells.n - 1, minlength=size)
    if (free <= 0).any():
        raise Refused("a block in which no org has two scores")
    covariance = np.diag(within / free)
    shared = np.zeros((size, size))
    np.add.at(shared, (pairs.first, pairs.second), pairs.n)
    weight, product = np.zeros((size, size)), np.zeros((size, size))
    n0, mean0 = _cell(population, pairs.first)
    n1, mean1 = _cell(population, pairs.second)
    usable = (n0 >= 2) & (n1 >= 2)
    deviations = (
        pairs.product - mean0 * pairs.second_total - mean1 * pairs.first_total + pairs.n * mean0 * mean1
    )  # summed over the n01 students
    factor = n0 * n1 / np.where(usable, n0 * n1 - n0 - n1 + pairs.n, 1)
    np.add.at(product, (pairs.first[usable], pairs.second[usable]), (factor * deviations)[usable])
    np.add.at(weight, (pairs.first[usable], pairs.second[usable]), pairs.n[usable])
    estimated = (shared >= max(pair_minimum, 1)) & (weight > 0)
    upper = np.where(estimated, product / np.where(weight > 0, weight, 1), 0)
    return covariance + upper + upper.T, estimated | estimated.T | np.eye(size, dtype=bool)


def _cell(population: Population, block: Ints) -> tuple[Floats, Floats]:
    """The number and mean of the scores of each pair's org and pattern in its block."""
    import numpy as np

    cells, pairs = population.cells, population.pairs
    sizes = (
        len(population.orgs),
        len(population.blocks),
        1 + max(int(cells.pattern.max(initial=0)), int(pairs.pattern.max(initial=0))),
    )
    known = np.ravel_multi_index((cells.org, cells.block, cells.pattern), sizes)
    order = np.argsort(known)
    at = order[np.searchsorted(known, np.ravel_multi_index((pairs.org, block, pairs.pattern), sizes), sorter=order)]
    return cells.n[at], cells.total[at] / cells.n[at]


def overlap(population: Population) -> Floats:
    """Students of each org in each two blocks, and scores in each block on the diagonal: (orgs, blocks, blocks)."""
    import numpy as np

    size, cells, pairs = len(population.blocks), population.cells, population.pairs
    counts = np.zeros((len(population.orgs), size, size))
    np.add.at(counts, (cells.org, cells.block, cells.block), cells.n)
    np.add.at(counts, (pairs.org, pairs.first, pairs.second), pairs.n)
    np.add.at(counts, (pairs.org, pairs.second, pairs.first), pairs.n)
    return counts


def error_covariance(counts: Floats, residual: Floats) -> Floats:
    """The covariance of each org's block means that comes of its students: N[b, c] / (n_b n_c) times R, zero where the
    org has no score. Shape (orgs, blocks, blocks)."""
    import numpy as np

    n = np.einsum("sbb->sb", counts)
    inverse = np.divide(1, n, out=np.zeros_like(n), where=n > 0)
    covariance: Floats = counts * inverse[:, :, None] * inverse[:, None, :] * residual
    return covariance
