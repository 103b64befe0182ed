"""A share of students as an estimate, with Wilson's interval."""

from __future__ import annotations

from metricspec.measure import Estimate

Z = 1.959963984540054


def share(
    part: str, whole: str, exact: tuple[str, ...], *, n: str, category: str | None = None, statistic: str | None = None
) -> Estimate:
    """Of two numbers of students, made of the moments `exact`, the one as a share of the other. `n` are the students who
    must be enough for the row to be shown.

    Interval: Wilson's score interval at 95 % (Wilson, Probable inference, 1927): the p0 for which the share lies 1.96
    standard errors sqrt(p0 (1 - p0) / n) away. Its ends are 0 and 1 where nobody counts, or everybody.
    """
    value = f"{part} / NULLIF({whole}, 0)"
    square = f"{Z * Z!r}e0"
    middle, below = f"({part} + {square} / 2e0)", f"NULLIF({whole} + {square}, 0)"
    half = f"({Z!r}e0 * SQRT({part} * ({whole} - {part}) / NULLIF({whole}, 0) + {square} / 4e0))"
    return Estimate(
        numerator=part,
        denominator=whole,
        n=n,
        value=value,
        standard_error=f"SQRT(({value}) * (1e0 - ({value})) / NULLIF({whole}, 0))",
        low=f"CASE WHEN {whole} > 0 THEN CASE WHEN {part} = 0 THEN 0e0 ELSE ({middle} - {half}) / {below} END END",
        high=f"CASE WHEN {whole} > 0 THEN CASE WHEN {part} = {whole} THEN 1e0 ELSE ({middle} + {half}) / {below} END END",
        exact=exact,
        category=category,
        statistic=statistic,
    )
