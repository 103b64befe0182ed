"""What chance mostly gives of points that fall on either side of the median like coins: the rules of Anhøj and Olesen (2014).

Both limits are whole numbers that follow from the number of useful points (those off the median) alone. They are worked
out in whole numbers here and become constants of the SQL. Where many points lie on the median, the others are no such coins:
`crowded` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb

# Of 100 points at least so many off the line. Of a rate that is 0 in half of the weeks the median is often 0 itself, and all
# points off it lie above; of one that takes few values they lie on one side oftener than on the other. Of points that all
# differ one at most lies on the line, which is never too many.
LEAST_OFF_LINE = 75


def longest_run_limit(useful: int) -> int:
    """The longest run that chance mostly gives: log2(n) + 3, rounded (Schilling 2012). log2 of a whole number never ends in
    exactly a half, so 2^(2k + 1) against n^2 says to which side it rounds."""
    whole = useful.bit_length() - 1
    up = useful * useful > (1 << (2 * whole + 1))
    return whole + int(up) + 3


def crossings_limit(useful: int) -> int:
    """The fewest crossings that chance mostly gives: the 5th percentile of the binomial distribution of n - 1 tosses (Chen
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


def crowded_sql(points: str, useful: str, crossings: str) -> str:
    """Whether too many points lie on the centre line for the rules to hold: several, and more than a quarter of all; or
    several and all others on one side, so that the centre is the least or the greatest value. `crossings` is 0 there."""
    return f"({points} - {useful} > 1 AND ({crossings} = 0 OR 100 * {useful} < {LEAST_OFF_LINE} * {points}))"
