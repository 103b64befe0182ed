"""Some of the shipped indicators, for tests that would take too long with all of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import metricspec
from metricspec.model import Indicator

SQL = Path(__file__).parent / "numbers" / "sql"


@cache
def indicators() -> dict[str, Indicator]:
    return dict(metricspec.load().catalog.indicators)


def written_by_hand() -> list[str]:
    """Those with SQL of another hand, against which all of them are held in DuckDB."""
    return sorted(path.stem for path in SQL.glob("*.sql") if path.stem != "prelude")


def of_each_type(names: Iterable[str]) -> list[str]:
    """One indicator of each measure type and dataset of students, the first by name."""
    found: dict[tuple[str, str | None], str] = {}
    for name in sorted(names):
        one = indicators()[name]
        found.setdefault((one.measure_type, one.students), name)
    return sorted(found.values())
