"""School years as conditions of SQL."""

from __future__ import annotations

from metricspec.model import Years
from metricspec.sql.stage import lit


def in_years(years: Years, column: str = "school_year") -> list[str]:
    """The conditions, joined by AND, under which a row's year is one of `years`; none where all are."""
    parts = [f"{column} >= {lit(years.first)}"] if years.first else []
    parts += [f"{column} <= {lit(years.last)}"] if years.last else []
    return parts + ([f"{column} NOT IN ({', '.join(lit(y) for y in years.excluded)})"] if years.excluded else [])
