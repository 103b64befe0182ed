"""The sums that one model is fitted on: scores of the same year, org level and student group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """Sums of residuals by org, block and pattern: one row each; `org` and `block` count from 0."""

    org: Ints
    block: Ints
    pattern: Ints
    n: Floats
    total: Floats
    squares: Floats


@dataclass(frozen=True)
class Pairs:
    """Sums over students who have a score at the same org in both of two blocks, by org, blocks and pattern.

    `first` < `second` are blocks; `product` sums the products of a student's two residuals, `first_total` and
    `second_total` the residuals of these students in either block.
    """

    org: Ints
    first: Ints
    second: Ints
    pattern: Ints
    n: Floats
    product: Floats
    first_total: Floats
    second_total: Floats


@dataclass(frozen=True)
class Population:
    """Sums of one model; `orgs` and `blocks` name what the sums number."""

    orgs: tuple[str, ...]
    blocks: tuple[int, ...]
    cells: Cells
    pairs: Pairs


def added(keys: Sequence[Ints], sums: Sequence[Floats]) -> tuple[list[Ints], list[Floats]]:
    """Rows of equal keys added up, in the order of the keys; keys are not negative."""
    import numpy as np

    sizes = tuple(int(key.max(initial=0)) + 1 for key in keys)
    unique, at = np.unique(np.ravel_multi_index(tuple(keys), sizes), return_inverse=True)
    totals: list[Floats] = [np.bincount(at, one, len(unique)).astype(float) for one in sums]
    return list(np.unravel_index(unique, sizes)), totals


def with_patterns(population: Population, renamed: Ints) -> Population:
    """The population with each pattern p under the name renamed[p]."""
    cells, pairs = population.cells, population.pairs
    (org, block, pattern), sums = added(
        (cells.org, cells.block, renamed[cells.pattern]), (cells.n, cells.total, cells.squares)
    )
    (of, first, second, shared), more = added(
        (pairs.org, pairs.first, pairs.second, renamed[pairs.pattern]),
        (pairs.n, pairs.product, pairs.first_total, pairs.second_total),
    )
    return Population(
        population.orgs,
        population.blocks,
        Cells(org, block, pattern, *sums),
        Pairs(of, first, second, shared, *more),
    )


def restricted(population: Population, orgs: Ints, blocks: Ints) -> Population:
    """Only some orgs and blocks (their numbers, ascending), numbered anew."""
    import numpy as np

    new_org = np.full(len(population.orgs), -1)
    new_org[orgs] = np.arange(len(orgs))
    new_block = np.full(len(population.blocks), -1)
    new_block[blocks] = np.arange(len(blocks))
    cells, pairs = population.cells, population.pairs
    keep = (new_org[cells.org] >= 0) & (new_block[cells.block] >= 0)
    both = (new_org[pairs.org] >= 0) & (new_block[pairs.first] >= 0) & (new_block[pairs.second] >= 0)
    return Population(
        tuple(population.orgs[i] for i in orgs),
        tuple(population.blocks[i] for i in blocks),
        Cells(
            new_org[cells.org[keep]],
            new_block[cells.block[keep]],
            cells.pattern[keep],
            cells.n[keep],
            cells.total[keep],
            cells.squares[keep],
        ),
        Pairs(
            new_org[pairs.org[both]],
            new_block[pairs.first[both]],
            new_block[pairs.second[both]],
            pairs.pattern[both],
            pairs.n[both],
            pairs.product[both],
            pairs.first_total[both],
            pairs.second_total[both],
        ),
    )


def linked(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The connected parts of a graph whose edges join left[i] to right[i], both numbered from 0.

    Returns the part of each left and of each right; a part has the number of its first left.
    """
    import numpy as np

    lefts = np.arange(int(left.max()) + 1 if len(left) else 0)
    rights = np.full(int(right.max()) + 1 if len(right) else 0, len(lefts))
    while True:
        before = lefts.copy()
        np.minimum.at(rights, right, lefts[left])
        np.minimum.at(lefts, left, rights[right])
        if np.array_equal(before, lefts):
            return lefts, rights


def parts(population: Population) -> list[Population]:
    """The population split so that no org of one part has a score in a block of another.

    Where schools have either grades 4-5 or 6-8 and none has both, nothing ties the two sets of blocks together.
    """
    import numpy as np

    orgs, blocks = linked(population.cells.org, population.cells.block)
    return [
        restricted(population, np.flatnonzero(orgs == part), np.flatnonzero(blocks == part)) for part in np.unique(orgs)
    ]
