"""Patterns: in which blocks of the window a student has a score; rare ones are taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metricspec.measures.eblp.population import Cells, Population, linked, with_patterns

if TYPE_CHECKING:
    from metricspec.measures.eblp.population import Floats, Ints

COLLECTED = 0


def students(cells: Cells) -> Floats:
    """Students of each pattern. A student has one score in each block of their pattern, so any of its blocks counts
    them; the fullest does where some scores are at no org of the level or outside the group."""
    import numpy as np

    counts = np.zeros((int(cells.pattern.max()) + 1, int(cells.block.max()) + 1))
    np.add.at(counts, (cells.pattern, cells.block), cells.n)
    most: Floats = counts.max(axis=1)
    return most


def collected(counts: Floats, minimum: float) -> Ints:
    """The new name of each pattern: those with fewer students than the minimum, and as many of the next smallest as
    bring these together up to it, are taken together as one; patterns of no students stay out."""
    import numpy as np

    names = np.arange(len(counts))
    some = np.flatnonzero(counts > 0)
    order = some[np.lexsort((some, counts[some]))]
    order = np.concatenate([order[order == COLLECTED], order[order != COLLECTED]])  # collected before: stays so
    small = (counts[order] < minimum) | (order == COLLECTED)
    if small.any():
        count = int(small.sum())
        while count < len(order) and counts[order[:count]].sum() < minimum:
            count += 1
        names[order[:count]] = COLLECTED
    return names


def connected(cells: Cells) -> bool:
    """Whether the means of blocks and patterns can be told from those of the orgs: no set of orgs has a set of
    (block, pattern) for itself."""
    import numpy as np

    joint = cells.block * (int(cells.pattern.max()) + 1) + cells.pattern
    _, right = np.unique(joint, return_inverse=True)
    lefts, _ = linked(cells.org, right.reshape(-1))
    return bool((lefts == lefts[0]).all())


def with_common_patterns(population: Population, minimum: int) -> Population:
    """The population with rare patterns taken together, more of them where the model could not be told apart else.

    The population is one part: its orgs are tied together by its blocks.
    """
    import numpy as np

    counts = students(population.cells)
    higher = np.unique(counts[counts >= minimum])
    for limit in (minimum, *(higher + 0.5)):
        result = with_patterns(population, collected(counts, limit))
        if connected(result.cells):
            return result
    return with_patterns(population, np.zeros(len(counts), dtype=np.int64))
