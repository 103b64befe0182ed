"""The stage with a row for each school: its characteristics, the value to be judged, and the n of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metricspec.measure import ORG_ATTRIBUTES, Counted
from metricspec.measures.parts import own_rows
from metricspec.sql.stage import Stage, comma, lit, q, stage

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ATTRIBUTES = ("charter", "alternative")


@dataclass(frozen=True)
class Likeness:
    """What makes schools alike: indicators of all their students, attributes of the org, and who is compared at all."""

    given: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    by_type: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.given, *self.attributes)


def schools_stage(name: str, judged: Counted, given: Sequence[Counted], likeness: Likeness, group: str = "") -> Stage:
    """One row per school, year and student group of `judged` (of `group` alone, where named): value in the indicator's
    unit, x1 to xp, few and few1 to fewp, and the type of school."""
    items = [f"j.{c} AS {c}" for c in ("school_year", "org_id", "student_group", "few")]
    items.append(f"j.value * {judged.scale}e0 AS value")
    joins = []
    for at, one in enumerate(given, 1):
        items += [f"g{at}.value * {one.scale}e0 AS x{at}", f"g{at}.few AS few{at}"]
        joins.append(
            f"LEFT JOIN ({own_rows(one)}) AS g{at} ON g{at}.school_year = j.school_year AND g{at}.org_level = 'school'"
            f" AND g{at}.org_id = j.org_id AND g{at}.student_group = {lit(one.everyone)}"
        )
    items += [f"CAST(o.{q(a)} AS DOUBLE) AS x{at}" for at, a in enumerate(likeness.attributes, len(given) + 1)]
    items.append("o.org_type AS org_type" if likeness.by_type else "CAST(NULL AS VARCHAR) AS org_type")
    only = f" AND j.student_group = {lit(group)}" if group else ""
    text = f"""SELECT {comma(items)} FROM ({own_rows(judged)}) AS j {" ".join(joins)}
        LEFT JOIN {ORG_ATTRIBUTES} AS o ON o.org_id = j.org_id AND o.school_year = j.school_year
        WHERE j.org_level = 'school'{only}"""
    return stage(name, "Each school with what makes it like others.", text)


@dataclass(frozen=True)
class Pool:
    """The schools of one year, student group and type that are compared with one another, in the order of their ids.

    `x` has a row per school and a column per characteristic; `n` is the fewest students that any of a school's numbers
    tells of.
    """

    school_year: str
    student_group: str
    org_type: str
    orgs: tuple[str, ...]
    y: np.ndarray[Any, Any]
    x: np.ndarray[Any, Any]
    n: np.ndarray[Any, Any]
    students: np.ndarray[Any, Any]

    @property
    def size(self) -> int:
        return len(self.orgs)


@dataclass(frozen=True)
class Apart:
    """A school that is compared with none: too few students, or a characteristic that is not known."""

    school_year: str
    student_group: str
    org_id: str
    n: float
    note: str | None


def split(frame: pd.DataFrame, likeness: Likeness, least: int) -> tuple[list[Pool], list[Apart]]:
    """The pools of a frame of `schools_stage`, and the schools in none. Schools with fewer than `least` students behind
    any number take no part: a mean of neighbours must not tell a hidden one."""
    import numpy as np

    if frame.empty:
        return [], []
    frame = frame.sort_values("org_id", kind="stable")
    few = frame[["few", *(f"few{at}" for at in range(1, len(likeness.given) + 1))]].to_numpy(dtype=float)
    x = frame[[f"x{at}" for at in range(1, len(likeness.names) + 1)]].to_numpy(dtype=float)
    known = np.isfinite(x).all(axis=1) & np.isfinite(few).all(axis=1)
    n = np.nanmin(few, axis=1)
    used = known & (n >= least)
    frame = frame.assign(at=np.arange(len(frame)), kind=frame["org_type"].fillna("").astype(str))
    pools = []
    for (year, group, kind), part in frame[used].groupby(["school_year", "student_group", "kind"], sort=True):
        at = part["at"].to_numpy()
        y, students = (part[column].to_numpy(dtype=float) for column in ("value", "few"))
        orgs = tuple(str(org) for org in part["org_id"])
        pools.append(Pool(str(year), str(group), str(kind), orgs, y, x[at], n[at], students))
    apart = frame[~used]
    keys = zip(apart["school_year"], apart["student_group"], apart["org_id"], n[~used], known[~used], strict=True)
    unknown = "a characteristic is not known"
    return pools, [Apart(str(y), str(g), str(o), float(m), None if k else unknown) for y, g, o, m, k in keys]
