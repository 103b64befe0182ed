"""What chance allows of points that fall on either side of the median like coins: the rules of Anhøj and Olesen (2014).

Both limits are whole numbers that follow from the number of useful points (those off the median) alone. They are worked
out in whole numbers here and become constants of the SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb


def longest_run_limit(useful: int) -> int:
    """The longest run that chance allows: log2(n) + 3, rounded (Schilling 2012). log2 of a whole number never ends in
    exactly a half, so 2^(2k + 1) against n^2 says to which side it rounds."""
    whole = useful.bit_length() - 1
    up = useful * useful > (1 << (2 * whole + 1))
    return whole + int(up) + 3


def crossings_limit(useful: int) -> int:
    """The fewest crossings that chance allows: the 5th percentile of the binomial distribution of n - 1 tosses (Chen
    2010), the smallest count that is not exceeded in at least one of twenty."""
    tosses = max(useful - 1, 0)
    reached = 0
    for count in range(tosses + 1):
        reached += comb(tosses, count)
        if 20 * reached >= 2**tosses:
            return count
    raise AssertionError("the binomial distribution adds up to 1")


def steps(limit: Callable[[int], int], most: int) -> list[tuple[int, int]]:
    """Where the limit changes: (the first number of points, the limit from there on), for 1 to `most` points."""
    found: list[tuple[int, int]] = []
    for useful in range(1, most + 1):
        value = limit(useful)
        if not found or found[-1][1] != value:
            found.append((useful, value))
    return found


def limit_sql(limit: Callable[[int], int], useful: str, most: int) -> str:
    """The limit as SQL over a number of points; NULL for more than `most`."""
    branches = [f"WHEN {useful} >= {first} THEN {value}e0" for first, value in reversed(steps(limit, most))]
    return f"CASE WHEN {useful} > {most} THEN NULL {' '.join(branches)} END"
