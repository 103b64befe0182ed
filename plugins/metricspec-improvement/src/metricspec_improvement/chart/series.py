"""One series out of a Result: its points, and what the Result says of them. What is hidden there stays hidden here."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metricspec.problems import UsageError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("indicator", "version", "school_year", "org_level", "org_id", "student_group")
NEEDED = (*KEYS, "category", "statistic", "n", "value", "suppressed", "notes")
AFTER = "points_after"  # the statistic that indicators with a change have, and always: signal_after has no row where it is too early
WHY = {
    "primary": "too few students",
    "complementary": "so that no total of the year tells another",
    "input": "no value",
}


@dataclass(frozen=True)
class Point:
    """A period; `value` and `n` are None where it is hidden, and then `why` says why."""

    period: str
    value: float | None
    n: int | None
    why: str = ""


@dataclass(frozen=True)
class Series:
    """`facts` are the statistics by name, without those that are hidden; `centre` is None where it is hidden; `changed`:
    whether the indicator has a `change`, which its points come before or after."""

    indicator: str
    version: str
    school_year: str
    org_level: str
    org_id: str
    student_group: str
    points: tuple[Point, ...]
    centre: float | None
    notes: str
    changed: bool
    facts: Mapping[str, float]

    @property
    def hidden(self) -> int:
        return sum(point.value is None for point in self.points)

    @property
    def digits(self) -> int:
        """The decimal places that the values were rounded to."""
        known = [self.centre, *(point.value for point in self.points)]
        return max((len(f"{value:.10g}".partition(".")[2]) for value in known if value is not None), default=0)

    @property
    def baseline(self) -> int:
        """How many points at the beginning the centre line is the median of."""
        return int(self.facts.get("baseline_points", len(self.points)))

    @property
    def after(self) -> int:
        """How many points there are from the change on."""
        return len(self.points) - self.baseline


@dataclass(frozen=True)
class Wanted:
    indicator: str | None
    org: str
    group: str
    year: str | None
    version: str | None = None


def read_result(path: Path) -> pd.DataFrame:
    """Raises UsageError where the file is no Result."""
    import pandas as pd

    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    if path.suffix == ".csv":
        frame = pd.read_csv(path, dtype=dict.fromkeys((*KEYS, "category", "statistic", "suppressed", "notes"), str))
    elif path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        raise UsageError(f"{path}: a Result file ends in .csv or .parquet")
    missing = [name for name in NEEDED if name not in frame]
    if missing:
        raise UsageError(f"{path}: no Result of metricspec run --out, it has no column {', '.join(missing)}")
    return frame


def one_series(frame: pd.DataFrame, wanted: Wanted) -> Series:
    """Of the latest year, and of the newest version that has it, where none is wanted.

    Raises UsageError, naming what there is, where nothing or no run chart is found."""
    rows = _chosen(frame, "indicator", wanted.indicator)
    rows = _chosen(rows, "org_id", wanted.org)
    rows = _chosen(rows, "student_group", wanted.group)
    if wanted.version is not None:
        rows = _chosen(rows, "version", wanted.version)
    years = sorted(rows["school_year"].unique())
    rows = _chosen(rows, "school_year", wanted.year or years[-1])
    rows = _chosen(rows, "version", max(rows["version"].unique(), key=_numbers))
    if rows["org_level"].nunique() > 1:
        raise UsageError(f"'{wanted.org}' is the id of orgs of several levels: keep the rows of one in the file")
    if not (rows["statistic"] == "crossings").any():
        raise UsageError(f"{rows['indicator'].iloc[0]} has no run chart: its measure type is not run_chart")
    for name, limit in ((AFTER, "shift_from"), ("longest_trend", "trend_from")):
        if (rows["statistic"] == name).any() and not (rows["statistic"] == limit).any():
            raise UsageError(
                f"the file has no statistic {limit}: it was made by metricspec-improvement 0.2.0; run the indicator again"
            )
    return _series(rows)


def _chosen(frame: pd.DataFrame, column: str, value: str | None) -> pd.DataFrame:
    there = sorted(frame[column].astype(str).unique())
    if value is None and len(there) == 1:
        return frame
    found = frame[frame[column] == value]
    if found.empty:
        listed = ", ".join(there[:12]) + (" ..." if len(there) > 12 else "")
        what = f"has no {column} '{value}'" if value is not None else f"has several: say which {column}"
        raise UsageError(f"the file {what}; there are: {listed}")
    return found


def demand_change(frame: pd.DataFrame, series: Series, name: str) -> None:
    """Raises UsageError where a change is named that the indicator does not have."""
    if series.changed:
        return
    having = sorted(frame.loc[frame["statistic"] == AFTER, "indicator"].unique())
    such = series.points[len(series.points) // 2].period if series.points else "2025-01-06"
    raise UsageError(
        f"--change '{name}': the measure of {series.indicator} has no key 'change', so nothing says where it began; "
        f'write the first period after it, such as change: "{such}", and run it again; '
        + (f"in the file these have it: {', '.join(having)}" if having else "no indicator in the file has it")
    )


def _numbers(version: str) -> tuple[int, ...]:
    """1.10.0 is newer than 1.9.0."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _series(rows: pd.DataFrame) -> Series:
    """Raises UsageError where a row stands in the file twice."""
    if rows.duplicated(["category", "statistic"]).any():
        raise UsageError("the file has some points of the series twice: draw from the results of one run")
    own = rows[rows["statistic"].isna()]
    parts = own[own["category"].notna()].sort_values("category")
    points = tuple(_point(row) for row in parts.to_dict("records"))
    _check_order([point.period for point in points])
    (line,) = own[own["category"].isna()].to_dict("records")
    said = rows[rows["statistic"].notna()]
    facts = {str(row["statistic"]): row["value"] for row in said.to_dict("records") if not _nothing(row["value"])}
    keys = {name: str(line[name]) for name in KEYS}
    centre = None if _nothing(line["value"]) else float(line["value"])
    notes = "" if _nothing(line["notes"]) else str(line["notes"])
    return Series(
        **keys, points=points, centre=centre, notes=notes, changed=AFTER in set(said["statistic"]), facts=facts
    )


def _check_order(labels: Sequence[str]) -> None:
    """Raises UsageError where another engine could have put the points in another order than the chart does: engines
    differ in how they take small letters, accents and signs."""
    if sorted(labels, key=lambda label: (_plain(label), label)) != list(labels):
        raise UsageError(
            f"the order of the periods is not the same everywhere ({', '.join(labels[:6])}): label them alike, with digits "
            "and capital letters, such as 01, 02, 03"
        )


def _plain(label: str) -> str:
    """Without accents, signs and capitals."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", label) if letter.isalnum()).casefold()


def _point(row: Mapping[Any, Any]) -> Point:
    if _nothing(row["value"]):
        return Point(str(row["category"]), None, None, WHY.get(str(row["suppressed"]), "no value"))
    return Point(str(row["category"]), float(row["value"]), int(row["n"]))


def _nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "nan")
