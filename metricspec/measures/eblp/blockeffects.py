"""Means of blocks and patterns, and G: the covariance between blocks of an org's departures from its own mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measures.eblp.definite import semidefinite
from metricspec.measures.eblp.residuals import Refused

if TYPE_CHECKING:
    from metricspec.measures.eblp.population import Cells, Floats, Ints, Population

BATCHES = 50
SINGULAR = 1e-12  # in the equations for G: a pivot over its diagonal element, an eigenvalue over the largest


@dataclass(frozen=True)
class BlockMeans:
    """(orgs, blocks): scores, their mean, and the part of the mean that block and pattern explain; 0 without scores."""

    n: Floats
    mean: Floats
    explained: Floats

    @property
    def rest(self) -> Floats:
        return self.mean - self.explained


def explained(cells: Cells) -> Floats:
    """For each cell the mean of its block and pattern, free of the orgs' own means, by least squares with one mean for
    each org and for each block and pattern, that sum to zero over the latter. The cells are connected."""
    import numpy as np

    joint = cells.block * (int(cells.pattern.max()) + 1) + cells.pattern
    _, column = np.unique(joint, return_inverse=True)
    counts = np.zeros((int(cells.org.max()) + 1, int(column.max()) + 1))
    np.add.at(counts, (cells.org, column), cells.n)
    of_org = counts.sum(axis=1)
    means = np.bincount(cells.org, cells.total) / of_org
    left = np.diag(counts.sum(axis=0)) - counts.T @ (counts / of_org[:, None])
    right = np.bincount(column, cells.total) - counts.T @ means
    sums_to_zero = np.full_like(left, np.trace(left) / len(left) ** 2)
    effects = np.linalg.solve(left + sums_to_zero, right)
    found: Floats = effects[column]
    return found


def block_means(population: Population, effects: Floats) -> BlockMeans:
    """Sums of cells as means of orgs and blocks; `effects` as from `explained`."""
    import numpy as np

    cells, shape = population.cells, (len(population.orgs), len(population.blocks))
    n, total, parts = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(n, (cells.org, cells.block), cells.n)
    np.add.at(total, (cells.org, cells.block), cells.total)
    np.add.at(parts, (cells.org, cells.block), cells.n * effects)
    divisor = np.where(n > 0, n, 1)
    return BlockMeans(n, total / divisor, parts / divisor)


@dataclass(frozen=True)
class Halves:
    """Symmetric matrices by their halves, for so many blocks: the elements of G on and below the diagonal are the `rows`
    of the equations, those of G* the `columns`, which is one block smaller. `straight` and `crossed` say where the two
    coefficients of an element of G* stand in a matrix over pairs of a block and an element of G*'s side."""

    rows: tuple[Ints, Ints]
    columns: tuple[Ints, Ints]
    straight: Ints
    crossed: Ints

    @classmethod
    def of(cls, blocks: int) -> Halves:
        import numpy as np

        (row, column), (k, m) = np.tril_indices(blocks), np.tril_indices(blocks - 1)
        side = blocks - 1

        def at(one: Ints, other: Ints) -> Ints:
            found: Ints = (row[:, None] * side + one) * (blocks * side) + column[:, None] * side + other
            return found

        return cls((row, column), (k, m), at(k, m), at(m, k))

    def folded(self, kronecker: Floats) -> Floats:
        """The coefficients of each element of G* in each row, those of its mirror image added."""
        import numpy as np

        flat, (k, m) = kronecker.ravel(), self.columns
        found: Floats = flat.take(self.straight) + np.where(k == m, 0.0, flat.take(self.crossed))
        return found


@dataclass(frozen=True)
class Equations:
    """What orgs say of G: `products` the sum of their cross-products less what students account for, and `design` the sum
    of the Kronecker squares of C A, so that the expectation of products is design times G*; both by halves (rows), (rows,
    columns)."""

    products: Floats
    design: Floats

    def without(self, other: Equations) -> Equations:
        return Equations(self.products - other.products, self.design - other.design)


def equations(means: BlockMeans, errors: Floats, orgs: Ints, halves: Halves) -> Equations:
    """Sums over `orgs`. C takes an org's block means less their weighted mean; G = A G* A' with A' = (I, -1), so that
    the departures sum to zero over the blocks. `errors` as from error_covariance."""
    import numpy as np

    n = means.n[orgs]
    size = n.shape[1]
    seen = n > 0
    share = n / n.sum(axis=1, keepdims=True)
    centre = seen[:, :, None] * (np.eye(size) - share[:, None, :]) * seen[:, None, :]
    centred = np.einsum("sbc,sc->sb", centre, means.rest[orgs])
    student = np.einsum("sbc,scd,sed->be", centre, errors[orgs], centre, optimize=True)
    basis = centre[:, :, :-1] - centre[:, :, -1:]
    flat = basis.reshape(len(orgs), -1)
    return Equations((centred.T @ centred - student)[halves.rows], halves.folded(flat.T @ flat))


def block_covariance(given: Equations, schools: Floats, halves: Halves, strict: bool) -> Floats:
    """G by least squares over the elements on and below the diagonal, weighted by the orgs that have both blocks
    (`schools`); it may have negative eigenvalues. Where the equations do not determine it: Refused if strict,
    else the shortest solution."""
    import numpy as np

    size = len(schools)
    root = np.sqrt(schools[halves.rows])
    design = given.design * root[:, None]
    left, right = design.T @ design, design.T @ (given.products * root)
    solved = _solved(left, right)
    if solved is None:
        if strict:
            raise Refused("singular: the orgs do not determine how blocks vary together")
        solved = np.linalg.pinv(left, rcond=SINGULAR, hermitian=True) @ right
    k, m = halves.columns
    reduced = np.zeros((size - 1, size - 1))
    reduced[k, m] = reduced[m, k] = solved
    a = np.vstack([np.eye(size - 1), -np.ones(size - 1)])
    g: Floats = a @ reduced @ a.T
    return g


def _solved(left: Floats, right: Floats) -> Floats | None:
    """The solution of equations whose matrix is positive definite; None where it is not, but for rounding."""
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve

    try:
        factor = cho_factor(left, lower=True)
    except np.linalg.LinAlgError:
        return None
    if not (np.diag(factor[0]) ** 2 > SINGULAR * np.diag(left)).all():
        return None
    solved: Floats = cho_solve(factor, right)
    return solved


def batches(means: BlockMeans) -> list[Ints]:
    """Orgs in at most 50 batches of about the same size for the jackknife: those with two blocks or more, dealt out in
    the order of their scores (the R package draws lots: its figures change from run to run)."""
    import numpy as np

    several = np.flatnonzero((means.n > 0).sum(axis=1) > 1)
    order = several[np.argsort(-means.n[several].sum(axis=1), kind="stable")]
    count = min(BATCHES, len(order))
    return [np.sort(order[at::count]) for at in range(count)]


def covariances(means: BlockMeans, errors: Floats) -> Iterator[Floats]:
    """G of all orgs, then G without each batch; none has negative eigenvalues."""
    import numpy as np

    dealt: Sequence[Ints] = batches(means)
    seen = (means.n > 0).astype(float)
    schools = seen.T @ seen
    if not dealt or (schools == 0).any():
        raise Refused("no org has scores in both of two blocks")
    halves = Halves.of(means.n.shape[1])
    every = equations(means, errors, np.sort(np.concatenate(dealt)), halves)
    yield semidefinite(block_covariance(every, schools, halves, strict=True))
    if len(dealt) > 1:
        for batch in dealt:
            rest = every.without(equations(means, errors, batch, halves))
            yield semidefinite(block_covariance(rest, schools, halves, strict=False))
