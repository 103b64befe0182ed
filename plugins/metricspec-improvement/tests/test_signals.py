"""Runs, crossings, trends and shifts in SQL, on two engines, against the rules applied to lists."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from random import Random
from typing import Any

import duckdb
import pandas as pd
import pytest
from metricspec.sql.stage import Renderer, Stage
from run_rules import Found, of, signal

from metricspec_improvement.signals import signal_stages
from metricspec_improvement.spec import RunChartSpec
from metricspec_improvement.tally import tally_stage

Series = Sequence[float]
TABLE = """CREATE TABLE points (school_year TEXT, org_level TEXT, org_id TEXT, student_group TEXT, period TEXT, n DOUBLE PRECISION,
    above DOUBLE PRECISION, below DOUBLE PRECISION, value DOUBLE PRECISION, place INTEGER, base INTEGER)"""


def run(engine: str, spec: RunChartSpec, series: Sequence[Series], base: int | None) -> dict[int, dict[str, Any]]:
    """The rows without a period of each series, by statistic ('' is the centre line)."""
    rows = [
        ("2024-25", "school", f"{at}", "ALL", f"{place:03}", 20 + place, value, 1.0, value, place, int(base is None or place <= base))
        for at, values in enumerate(series)
        for place, value in enumerate(values, 1)
    ]  # fmt: skip
    stages: list[Stage] = [*signal_stages(spec, "t_", "points")]
    stages.append(tally_stage(spec, "t_", "points", stages[-1].name))
    renderer = Renderer(engine)
    connection: Any = duckdb.connect() if engine == "duckdb" else sqlite3.connect(":memory:")
    connection.execute(TABLE)
    connection.executemany(f"INSERT INTO points VALUES ({', '.join('?' * 11)})", rows)
    for stage in stages[:-1]:
        connection.execute(renderer.creation(stage))
    found = connection.execute(renderer.stage(stages[-1]))
    names = [column[0] for column in found.description]
    frame = pd.DataFrame(found.fetchall(), columns=names)
    connection.close()
    frame = frame[frame["category"].isna()]
    out: dict[int, dict[str, Any]] = {}
    for row in frame.to_dict("records"):
        assert row["n"] == 21
        key = str(row["statistic"]) if not pd.isna(row["statistic"]) else ""
        out.setdefault(int(row["org_id"]), {})[key] = None if pd.isna(row["value"]) else row["value"]
        out[int(row["org_id"])]["notes" + key] = row["notes"]
    return out


def random_series(seed: int) -> list[Series]:
    """Of 1 to 40 points; some with many values alike, some that drift, some that shift half-way."""
    random = Random(seed)
    found: list[Series] = []
    for at in range(120):
        length = random.randint(1, 40)
        kind = at % 4
        drift = 0.1 if kind == 2 else 0.0
        values = [random.gauss(drift * t + (1.5 if kind == 3 and 2 * t > length else 0), 1) for t in range(length)]
        found.append([float(round(v)) for v in values] if kind == 1 else values)
    return found


def compare(got: dict[str, Any], want: Found, spec: RunChartSpec) -> None:
    assert got[""] == (None if want.centre is None else pytest.approx(want.centre, abs=1e-12))
    if want.centre is None:
        return
    assert (got["useful_points"], got["longest_run"], got["crossings"]) == (
        want.useful,
        want.longest_run,
        want.crossings,
    )
    assert got["signal"] == signal(want, spec.points_minimum, spec.trend)
    if spec.trend is not None:
        assert got["longest_trend"] == want.longest_trend
    if spec.change is not None:
        assert (got["run_above"], got["run_below"]) == (want.run_above, want.run_below)


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
@pytest.mark.parametrize("base", [None, 8])
@pytest.mark.parametrize("trend", [None, 4])
def test_against_the_rules_on_lists(engine: str, base: int | None, trend: int | None) -> None:
    spec = RunChartSpec("x", date="date", every="week", trend=trend, change=None if base is None else "009")
    series = random_series(7)
    found = run(engine, spec, series, base)
    assert len(found) == len(series)
    for at, values in enumerate(series):
        compare(found[at], of(values, len(values) if base is None else min(base, len(values))), spec)
    signals = [one["signal"] for one in found.values()]
    assert {None, 0, 1} <= set(signals), "the series must have all answers"


def test_the_example_of_qicharts() -> None:
    """Its vignette: 24 points, 22 off the median, the longest run 10 where 7 are allowed, 3 crossings where 7 are asked.

    The figure's values are not printed; these have as many points on each side, in as many runs.
    """
    sides = [-1] * 6 + [1] + [-1] * 5 + [1] * 4 + [0] + [1] * 5 + [0] + [1]
    assert sum(side > 0 for side in sides) == 11 and sum(side < 0 for side in sides) == 11
    found = run("duckdb", RunChartSpec("x", date="d", every="week"), [[10.0 + side for side in sides]], None)[0]
    assert (found["points"], found["useful_points"]) == (24, 22)
    assert (found["longest_run"], found["longest_run_limit"]) == (10, 7)
    assert (found["crossings"], found["crossings_limit"]) == (3, 7)
    assert found["signal"] == 1
    assert found["notes"] == "signal: a run longer than chance allows, fewer crossings than chance allows"


SHIFT = [5.0, 7, 6, 5, 7, 6, 5, 7, 9, 9, 9, 9, 9, 9]


def test_a_shift_after_a_change() -> None:
    """Eight points of median 6 before; six above it after are a signal, five are not."""
    spec = RunChartSpec("x", date="d", every="week", change="009", after_run=6)
    found = run("duckdb", spec, [SHIFT, [*SHIFT[:-1], 6.0], SHIFT[:8], [*SHIFT[:8], 1, 2, 3, 4, 5, 5]], 8)
    assert [found[at][""] for at in range(4)] == [6, 6, 6, 6]
    assert [found[at]["run_above"] for at in range(4)] == [6, 5, 0, 0]
    assert [found[at]["run_below"] for at in range(4)] == [0, 0, 0, 6]
    assert [found[at]["signal_after"] for at in range(4)] == [1, 0, None, 1]
    notes = [found[at]["notes"].partition(" (apart from that, over all points, ") for at in range(4)]
    assert [said for said, _, _ in notes] == [
        "shift from 009 on: 6 points or more in a row above the centre line",
        "no shift from 009 on: no 6 points in a row on one side of the centre line",
        "no shift is told of fewer than 6 points from 009 on",
        "shift from 009 on: 6 points or more in a row below the centre line",
    ]
    few = "no signal is told of fewer than 10 points off the centre line)"
    assert [apart for _, _, apart in notes] == ["no signal)", "no signal)", few, "no signal)"]
    assert {found[at]["shift_from"] for at in range(4)} == {6}


def test_a_shift_to_both_sides() -> None:
    """Six above and then six below, of which all rules tell."""
    spec = RunChartSpec("x", date="d", every="week", change="009", after_run=6, trend=4)
    found = run("duckdb", spec, [[*SHIFT[:8], *[9.0] * 6, *[1.0] * 6], [5.0, 7, *SHIFT[2:8], 1, 2, 3, 4]], 8)
    assert found[0]["signal_after"] == 1
    assert found[0]["notes"].startswith(
        "shift from 009 on: 6 points or more in a row above, and so many below, the centre line (apart"
    )
    assert found[1]["notes"] == (
        "no shift is told of fewer than 6 points from 009 on (apart from that, over all points, signal: 4 points or more in a row "
        "that rise or fall)"
    )


def test_no_point_before_the_change() -> None:
    found = run("duckdb", RunChartSpec("x", date="d", every="week", change="000"), [SHIFT], 0)[0]
    assert found[""] is None and found["signal"] is None and found["signal_after"] is None
    assert found["notes"] == "no point before 000"


def test_all_points_alike() -> None:
    found = run("duckdb", RunChartSpec("x", date="d", every="week", trend=5), [[3.0] * 12], None)[0]
    assert (found[""], found["useful_points"], found["longest_run"], found["longest_trend"]) == (3, 0, 0, 1)
    assert found["signal"] is None
    assert found["notes"] == "no signal is told of fewer than 10 points off the centre line"
