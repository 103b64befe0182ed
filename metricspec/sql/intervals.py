"""95 % intervals as SQL text over the names of moments."""

from __future__ import annotations

NORMAL = 1.959963984540054  # 97.5 % quantile of the normal distribution
Z = f"{NORMAL}e0"  # the same in SQL
# Two-sided 95 % points of Student's t for 1 to 9 degrees of freedom (NIST/SEMATECH e-Handbook, table 1.3.6.7.2,
# to six places); from 10 on the expansion below is within 1e-5 (Abramowitz and Stegun 26.7.5).
T_POINTS = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157)


def t_quantile(degrees: str) -> str:
    """The 97.5 % point of Student's t as SQL, for `degrees` of freedom (SQL text)."""
    small = " ".join(f"WHEN ({degrees}) = {df} THEN {point}e0" for df, point in enumerate(T_POINTS, 1))
    z = float(Z)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    v = f"({degrees})"
    series = " + ".join(f"{term:.15e} / ({' * '.join([v] * power)})" for power, term in enumerate(terms, 1))
    return f"CASE {small} WHEN {v} >= 10 THEN {Z} + {series} END"


def wilson(successes: str, trials: str) -> tuple[str, str]:
    """Wilson's score interval of a proportion (Wilson 1927), NULL where there are no trials."""
    n = f"NULLIF({trials}, 0)"
    p = f"(({successes}) / {n})"
    middle = f"({p} + {Z} * {Z} / (2e0 * {n}))"
    spread = f"({Z} * SQRT(({p} * (1e0 - {p}) + {Z} * {Z} / (4e0 * {n})) / {n}))"
    below = f"(1e0 + {Z} * {Z} / {n})"
    low = f"CASE WHEN ({successes}) = 0 AND {n} IS NOT NULL THEN 0e0 ELSE ({middle} - {spread}) / {below} END"
    high = f"CASE WHEN ({successes}) = {n} THEN 1e0 ELSE ({middle} + {spread}) / {below} END"
    return low, high


# Exact limits of a Poisson count of 0 to 9 (Garwood 1936): half the chi-square points of 2k and 2k + 2 degrees.
POISSON_LOW = (
    0.0, 0.025317807984, 0.242209278544, 0.618672122896, 1.089865373626,
    1.623486390118, 2.201894253491, 2.814363051520, 3.453832176749, 4.115373097378,
)  # fmt: skip
POISSON_HIGH = (
    3.688879454114, 5.571643390939, 7.224687667724, 8.767273069742, 10.241588675404,
    11.668332079323, 13.059474022519, 14.422675361702, 15.763189220193, 17.084803451419,
)  # fmt: skip


def chi_square_quantile(z: float, degrees: str) -> str:
    """The point of chi-square that a normal has at z, as SQL, for `degrees` of freedom (SQL text), 20 or more.

    The expansion of Goldberg and Levine (1946) to the order of degrees^-2.5: within 6e-7 of the point's size at
    z = -1.96 and 1.96.
    """
    v = f"({degrees})"
    root = f"SQRT({v})"
    two = 2**0.5
    terms = (
        (2 / 3 * (z**2 - 1), "1e0"),
        ((z**3 - 7 * z) / (9 * two), root),
        (-(6 * z**4 + 14 * z**2 - 32) / 405, v),
        ((9 * z**5 + 256 * z**3 - 433 * z) / (4860 * two), f"({v} * {root})"),
        ((12 * z**6 - 243 * z**4 - 923 * z**2 + 1472) / 25515, f"({v} * {v})"),
        (-(3753 * z**7 + 4353 * z**5 - 289517 * z**3 - 289717 * z) / (9185400 * two), f"({v} * {v} * {root})"),
    )
    series = " + ".join(f"({term:.15e}) / {power}" for term, power in terms)
    return f"({v} + ({two * z:.15e}) * {root} + {series})"


def poisson(events: str) -> tuple[str, str]:
    """Garwood's exact interval of a count of independent events, NULL where the count is no whole number.

    Constants for 0 to 9 events; from 10 on by `chi_square_quantile`, within a millionth of the limit's size.
    """
    k = f"({events})"

    def limit(points: tuple[float, ...], above: str) -> str:
        small = " ".join(f"WHEN {k} = {count} THEN {point}e0" for count, point in enumerate(points))
        return f"CASE {small} WHEN {k} >= {len(points)} AND FLOOR({k}) = {k} THEN {above} END"

    low = f"{chi_square_quantile(-NORMAL, f'2e0 * {k}')} / 2e0"
    high = f"{chi_square_quantile(NORMAL, f'(2e0 * {k} + 2e0)')} / 2e0"
    return limit(POISSON_LOW, low), limit(POISSON_HIGH, high)
