"""One random stream for each theme, year and block, all grown from the one seed.

A stream depends on the seed and on its own key only, so a theme that draws more numbers
than before leaves every other theme as it was.
"""

from collections.abc import Iterator

import numpy as np

THEMES = (
    "places",
    "students",
    "members",
    "language",
    "stints",
    "discipline",
    "attendance",
    "daily",
    "scores",
    "assessment",
    "surveys",
    "courses",
    "cohorts",
    "effects",
    "sample",
    "climate",
    "staff",
)


def stream(seed: int, theme: str, year: int = 0, block: int = 0) -> np.random.Generator:
    """The generator of one theme in one year (counted from the first) and one block of students."""
    key = (THEMES.index(theme), year, block)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def blocks(count: int, size: int) -> Iterator[slice]:
    """Slices that cut `count` rows into blocks of at most `size`."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
