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
from run_rules import Found, of, shift, signal

from metricspec_improvement.signals import signal_stages
from metricspec_improvement.spec import RunChartSpec
from metricspec_improvement.tally import TOO_MANY, tally_stage

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
        assert got["signal_after"] == shift(want)


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
    assert sum(TOO_MANY in one["notes"] for one in found.values()) > 5
    if base is not None:
        assert {None, 0, 1} <= {one["signal_after"] for one in found.values()}


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
    assert found["notes"] == "signal: a run longer than chance mostly gives, fewer crossings than chance mostly gives"


SHIFT = [5.0, 7, 6, 5, 7, 6, 5, 7, 9, 9, 9, 9, 9, 9]


def test_a_shift_after_a_change() -> None:
    """Eight points of median 6 before; six above it after are a signal, five and one below are not. Five and one on the line are
    too few to tell."""
    spec = RunChartSpec("x", date="d", every="week", change="009", after_run=6)
    before = SHIFT[:8]
    series = [SHIFT, [*SHIFT[:-1], 5.0], [*SHIFT[:-1], 6.0], before, [*before, 1, 2, 3, 4, 5, 5]]
    by = run("duckdb", spec, series, 8)
    found = [by[at] for at in range(5)]
    assert [one[""] for one in found] == [6, 6, 6, 6, 6]
    assert [one["run_above"] for one in found] == [6, 5, 5, 0, 0]
    assert [one["run_below"] for one in found] == [0, 1, 0, 0, 6]
    assert [one["signal_after"] for one in found] == [1, 0, None, None, 1]
    notes = [one["notes"].partition(" (apart from that, over all points, ") for one in found]
    few = "no shift is told of fewer than 6 points off the centre line from 009 on"
    assert [said for said, _, _ in notes] == [
        "shift from 009 on: 6 points or more in a row above the centre line",
        "no shift from 009 on: no 6 points in a row on one side of the centre line",
        few,
        few,
        "shift from 009 on: 6 points or more in a row below the centre line",
    ]
    few = "no signal is told of fewer than 10 points off the centre line)"
    assert [apart for _, _, apart in notes] == ["no signal)", "no signal)", "no signal)", few, "no signal)"]
    assert {one["shift_from"] for one in found} == {6}


def test_a_shift_to_both_sides() -> None:
    """Six above and then six below, of which all rules tell."""
    spec = RunChartSpec("x", date="d", every="week", change="009", after_run=6, trend=4)
    found = run("duckdb", spec, [[*SHIFT[:8], *[9.0] * 6, *[1.0] * 6], [5.0, 7, *SHIFT[2:8], 1, 2, 3, 4]], 8)
    assert found[0]["signal_after"] == 1
    assert found[0]["notes"].startswith(
        "shift from 009 on: 6 points or more in a row above, and so many below, the centre line (apart"
    )
    assert found[1]["notes"] == (
        "no shift is told of fewer than 6 points off the centre line from 009 on (apart from that, over all points, signal: 4 points "
        "or more in a row that rise or fall)"
    )


def test_no_point_before_the_change() -> None:
    found = run("duckdb", RunChartSpec("x", date="d", every="week", change="000"), [SHIFT], 0)[0]
    assert found[""] is None and found["signal"] is None and found["signal_after"] is None
    assert found["notes"] == "no point before 000"


def test_all_points_alike() -> None:
    found = run("duckdb", RunChartSpec("x", date="d", every="week", trend=5), [[3.0] * 12], None)[0]
    assert (found[""], found["useful_points"], found["longest_run"], found["longest_trend"]) == (3, 0, 0, 1)
    assert found["signal"] is None
    assert found["notes"] == f"no signal is told: {TOO_MANY}"


ZERO, SOME = [0.0], [3.0]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (ZERO * 8 + SOME * 12, True),  # the median is 3, the greatest: eight below it, and all others on it
        (ZERO * 11 + [1.0, 2, 3, 4, 5, 6, 7, 8, 9], True),  # 0, the least
        ([1.0, 5] * 7 + SOME * 5, True),  # fourteen of nineteen off the line: 74 of 100
        ([1.0, 5] * 8 + SOME * 5, False),  # sixteen of twenty-one: 76
        ([1.0, 5] * 10 + SOME, False),  # the middle one of an odd number lies on the line, and is not many
    ],
)
def test_too_many_points_on_the_line(values: list[float], told: bool) -> None:
    """No verdict where the centre is the least or greatest value, or fewer than three quarters lie off it."""
    found = run("duckdb", RunChartSpec("x", date="d", every="week"), [values], None)[0]
    assert (found["signal"] is None, TOO_MANY in found["notes"]) == (told, told)
    assert found["longest_run"] is not None and found["useful_points"] < len(values)


def test_too_many_points_on_the_line_of_a_change() -> None:
    """Most points before are 0, and the centre is: nothing can lie below it, so that points above are no shift, however many they
    are. One point before is one on the line, not many."""
    spec = RunChartSpec("x", date="d", every="week", change="009")
    zeros = [0.0, 0, 1, 0, 0, 2, 0, 0, *[float(at) for at in range(1, 25)]]
    found = run("duckdb", spec, [zeros, zeros[:10]], 8)
    assert (found[0]["signal_after"], found[0]["run_above"]) == (None, 24)
    assert (
        found[0]["notes"]
        == f"no shift is told: {TOO_MANY} (apart from that, over all points, no signal is told: {TOO_MANY})"
    )
    assert found[1]["notes"].startswith("no shift is told of fewer than 8 points off the centre line from 009 on (")
    assert run("duckdb", spec, [zeros[7:]], 1)[0]["signal_after"] == 1
