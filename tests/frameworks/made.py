"""Results written by hand: rows of the Result's columns, and what a framework makes of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

import metricspec
from metricspec.compiler.tail import RESULT
from metricspec.frameworks import Given, compose
from metricspec.model.framework import Framework

CATALOG = metricspec.load().catalog
YEAR = "2023-24"
Row = dict[str, Any]


def row(
    indicator: str, group: str = "ALL", year: str = YEAR, org: str = "A", level: str = "school", **values: Any
) -> Row:
    """A released row; what is not named is empty."""
    about = {"indicator": indicator, "student_group": group, "school_year": year, "org_id": org, "org_level": level}
    return {name: {"n": 100.0, **about, **values}.get(name) for name in RESULT}


def hidden(indicator: str, group: str = "ALL", reason: str = "primary", **about: Any) -> Row:
    return row(indicator, group, n=None, suppressed=reason, **about)


def frame(rows: list[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(RESULT))


def composed(framework: Framework | str, rows: list[Row], **given: Any) -> pd.DataFrame:
    """The framework over these rows; all of its indicators count as computed unless `ran` says otherwise."""
    spec = CATALOG.frameworks[framework] if isinstance(framework, str) else framework
    return compose(spec, CATALOG, Given(frame(rows), **{"ran": frozenset(spec.indicators), **given}))


def decided(found: pd.DataFrame, name: str, org: str = "A", year: str = YEAR) -> tuple[bool | None, str]:
    """Whether an org is designated, and why, or why it cannot be said."""
    rows = found[(found["name"] == name) & (found["org_id"] == org) & (found["school_year"] == year)]
    (one,) = rows[rows["part"] == "designation"].to_dict("records")
    holds = None if pd.isna(one["holds"]) else bool(one["holds"])
    return holds, (one["undecided"] if holds is None else one["why"]) or ""


def part(found: pd.DataFrame, kind: str, name: str, org: str = "A", metric: str | None = None) -> Row:
    rows = found[(found["part"] == kind) & (found["name"] == name) & (found["org_id"] == org)]
    (one,) = (rows if metric is None else rows[rows["metric"] == metric]).to_dict("records")
    return {str(key): None if pd.isna(value) else value for key, value in one.items()}
