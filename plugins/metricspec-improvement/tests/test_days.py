"""Labels of days against Python's calendar, and a week's label is its Monday."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from metricspec.measure import Inputs
from metricspec.sql.stage import Renderer

from metricspec_improvement.days import days_stage
from metricspec_improvement.spec import Every

START = date(2000, 3, 1)
FIRST, LAST = date(1896, 1, 1), date(2104, 12, 31)  # a century with a leap year at its turn, and two without


def labels(every: Every) -> dict[date, str]:
    stage = days_stage(Inputs("given", "", (), (), "long", lambda *_: ()), every)
    with duckdb.connect() as connection:
        connection.execute(f"""CREATE TABLE given AS SELECT CAST(i AS DOUBLE) AS day
            FROM range({(FIRST - START).days}, {(LAST - START).days + 1}) AS r(i)""")
        rows = connection.execute(Renderer("duckdb").stage(stage)).fetchall()
    return {START + timedelta(days=int(day)): label for day, label in rows}


@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_labels(every: Every) -> None:
    found = labels(every)
    assert len(found) == (LAST - FIRST).days + 1
    for day, label in found.items():
        monday = day - timedelta(days=day.weekday())
        assert label == {"day": day.isoformat(), "week": monday.isoformat(), "month": day.isoformat()[:7]}[every]
