"""A share of students as an estimate: what rates, cohorts, progress and categories have in common."""

from __future__ import annotations

from metricspec.measure import Estimate
from metricspec.measures.intervals import wilson


def share(part: str, whole: str, category: str | None = None) -> Estimate:
    """Of two moments that count students, the one as a share of the other: Wilson's interval, and the standard error
    sqrt(p (1 - p) / n)."""
    low, high = wilson(part, whole)
    value = f"{part} / NULLIF({whole}, 0)"
    return Estimate(
        numerator=part,
        denominator=whole,
        n=whole,
        value=value,
        standard_error=f"SQRT(({value}) * (1e0 - ({value})) / NULLIF({whole}, 0))",
        low=low,
        high=high,
        exact=(part, whole),
        category=category,
    )
