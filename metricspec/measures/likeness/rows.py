"""Rows of results out of expectations: how far from expected, how likely that is by chance, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metricspec.measures.likeness.methods import Expectation, percentiles
from metricspec.measures.likeness.schools import Apart, Pool

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

HIGHER, AS_EXPECTED, LOWER = "higher than expected", "as expected", "lower than expected"
COLUMNS = (
    *((name, "VARCHAR") for name in ("school_year", "org_level", "org_id", "student_group", "category", "statistic")),
    *((name, "DOUBLE") for name in ("numerator", "denominator", "n", "value", "standard_error", "low", "high")),
    ("notes", "VARCHAR"),
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A pool with what is expected of its schools; `more` are further statistics by name, `notes` hold for all."""

    pool: Pool
    found: Expectation
    notes: tuple[str, ...]
    more: Mapping[str, np.ndarray[Any, Any]]


def chances(judged: Sequence[Judged]) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Of each pool the two-sided chance of so large a difference, and the same adjusted for all schools of these pools
    (Benjamini and Hochberg 1995)."""
    import numpy as np
    from scipy.stats import false_discovery_control
    from scipy.stats import t as student

    if not judged:
        return []
    single = [np.asarray(2 * student.sf(np.abs(one.found.t), max(one.found.degrees, 1))) for one in judged]
    every = np.concatenate(single)
    known = np.isfinite(every)
    adjusted = np.full(len(every), np.nan)
    if known.any():
        adjusted[known] = false_discovery_control(every[known])
    ends = np.cumsum([len(one) for one in single])[:-1]
    return list(zip(single, np.split(adjusted, ends), strict=True))


def judged_rows(judged: Sequence[Judged], rate: float, scale: int) -> Iterator[Row]:
    """Rows of schools that are compared, of one year and student group; values in the unit times `scale`."""
    from scipy.stats import t as student

    for one, (chance, adjusted) in zip(judged, chances(judged), strict=True):
        pool, found = one.pool, one.found
        point = float(student.ppf(0.975, max(found.degrees, 1)))
        place = percentiles(found.difference)
        details = {
            "expected": found.expected, "standardized": found.t, "p_value": chance, "adjusted_p_value": adjusted,
            "percentile": place, **one.more,
        }  # fmt: skip
        for at, org in enumerate(pool.orgs):
            row = _school(pool.school_year, pool.student_group, org, float(pool.n[at]))
            value, error = float(found.difference[at]), float(found.error[at])
            yield {
                **row,
                "category": _category(value, float(adjusted[at]), rate),
                "value": value / scale,
                "standard_error": error / scale,
                "low": (value - point * error) / scale,
                "high": (value + point * error) / scale,
                "notes": "; ".join(one.notes) or None,
            }
            for name, numbers in details.items():
                yield {**row, "statistic": name, "value": float(numbers[at])}


def _category(difference: float, adjusted: float, rate: float) -> str | None:
    if difference != difference or adjusted != adjusted:  # NaN: cannot be told
        return None
    if adjusted > rate:
        return AS_EXPECTED
    return HIGHER if difference > 0 else LOWER


def _school(year: str, group: str, org: str, n: float) -> Row:
    place = {"school_year": year, "org_level": "school", "org_id": org, "student_group": group}
    return {**place, "denominator": n, "n": n}


def apart_rows(apart: Iterable[Apart]) -> Iterator[Row]:
    """Rows without a value of schools that are compared with none."""
    for one in apart:
        yield {**_school(one.school_year, one.student_group, one.org_id, one.n), "notes": one.note}


def unjudged_rows(pool: Pool, note: str) -> Iterator[Row]:
    """Rows without a value of a pool that is too small."""
    for at, org in enumerate(pool.orgs):
        yield {**_school(pool.school_year, pool.student_group, org, float(pool.n[at])), "notes": note}


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a table of the Tally's columns; NaN is nothing."""
    import pandas as pd

    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype="float64" if kind == "DOUBLE" else "object")
            for name, kind in COLUMNS
        }
    )
