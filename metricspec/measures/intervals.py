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
