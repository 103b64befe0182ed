"""How the cost of a run grows with rows, indicators and groups, and with daily attendance up to 180 million rows.

METRICSPEC_BENCH_ROWS: student-years (5 million). METRICSPEC_BENCH_STUDENTS: students of daily attendance (a fiftieth of
that; 1000000 for 180 million rows). METRICSPEC_BENCH_DAILY: a folder that keeps their files for the next time.
METRICSPEC_BENCH_FIGURES: a JSON file to put the figures into, for `python -m tests.bench.scale_plot`.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd
import pytest

import metricspec
from metricspec.warehouses.duckdb import DuckDB
from tests.bench.conftest import FLAGS, ROWS, rate_spec, seconds, write_project
from tests.bench.daily_data import DAYS, write_daily
from tests.bench.daily_run import INDICATOR, MEMORY, Cost, measured

pytestmark = pytest.mark.bench
STUDENTS = int(os.environ.get("METRICSPEC_BENCH_STUDENTS", ROWS // 50))
ROUNDS = 3
RATES = (1, 5, 20)
RACES = ("AA", "AI", "AS", "FI", "HI", "PI", "WH", "MR")
KEYS = ["org_level", "org_id", "school_year", "student_group"]
Say = Callable[[str], None]
GROUP_SETS = {
    "one": {"ALL": "true"},
    "fourteen": {"ALL": "true", **{r: f"race_ethnicity = '{r}'" for r in RACES[:7]}, **{f: f for f in FLAGS}},
    "forty": {
        **{r: f"race_ethnicity = '{r}'" for r in RACES},
        **{f"{r}_{f}": f"race_ethnicity = '{r}' and {f}" for r in RACES for f in FLAGS[:4]},
    },
}


def note(what: str, size: int, figure: float, **more: float) -> None:
    """Keep a figure in the file that asks for them."""
    file = os.environ.get("METRICSPEC_BENCH_FIGURES")
    if file:
        kept = json.loads(Path(file).read_text()) if Path(file).exists() else {}
        kept.setdefault(what, {})[str(size)] = {"seconds": round(figure, 2), **more}
        Path(file).write_text(json.dumps(kept, indent=1) + "\n")


def told(what: str, unit: str, figures: dict[int, tuple[float, int]], say: Say) -> None:
    """Print and keep the figures, and by how much more of it a run takes longer."""
    for size, (took, rows) in figures.items():
        note(unit, size, took, result_rows=rows)
    (first, (least, _)), (last, (most, _)) = min(figures.items()), max(figures.items())
    listed = ", ".join(
        f"{size:,} {unit} {took:.2f} s ({rows:,} in the Result)" for size, (took, rows) in figures.items()
    )
    say(f"{what}: {listed}; {last / first:.0f} times as many take {most / least:.1f} times as long")


def whole_run(database: Path, folder: Path, ids: Sequence[str]) -> tuple[float, int]:
    """Seconds of runs as people start them: quality, plan, release, the Result as a DataFrame; and its rows."""
    project, times, rows = metricspec.load(folder), [], 0
    assert not project.problems
    for _ in range(ROUNDS):
        gc.collect()
        engine, found = DuckDB(str(database), threads=2), []
        times.append(seconds(lambda: found.append(project.execute(ids, warehouse=engine).result)))  # noqa: B023
        rows = len(found[0])
    return median(times), rows


@pytest.fixture(scope="module")
def sized(database: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Databases with a fiftieth, a fifth and all of the student-years."""
    found = {}
    for size in (ROWS // 50, ROWS // 5):
        found[size] = tmp_path_factory.mktemp("sized") / f"{size}.duckdb"
        with duckdb.connect(str(found[size])) as connection:
            connection.execute(f"ATTACH '{database}' AS whole (READ_ONLY)")
            few = f"student_id < lpad('{size}', 9, '0')"
            connection.execute(f"CREATE TABLE student_year AS FROM whole.student_year WHERE {few}")
            connection.execute("CREATE TABLE org AS FROM whole.org")
    return {**found, ROWS: database}


def test_rows(sized: dict[int, Path], bench_project: Path, say: Say) -> None:
    figures = {size: whole_run(path, bench_project, ["bench.rate_0"]) for size, path in sized.items()}
    told("one rate, 15 groups", "student-years", figures, say)


def test_indicators(database: Path, bench_project: Path, say: Say) -> None:
    figures = {n: whole_run(database, bench_project, [f"bench.rate_{at}" for at in range(n)]) for n in RATES}
    told(f"{ROWS:,} student-years, 15 groups", "indicators", figures, say)


def test_groups(database: Path, tmp_path: Path, say: Say) -> None:
    folder, figures = write_project(tmp_path / "groups", 0), {}
    for name, groups in GROUP_SETS.items():
        listed = "".join(f"  {group}: {{title: {group}, where: {where}}}\n" for group, where in groups.items())
        (folder / "specs" / f"set_{name}.yaml").write_text(
            f"metricspec: 1\ngroup_set: {name}\ntitle: {name}\ngroups:\n{listed}"
        )
        rate = rate_spec(f"by_{name}", 0, "student_year").replace("groups: dash14", f"groups: {name}")
        (folder / "specs" / f"by_{name}.yaml").write_text(rate)
    for name, groups in GROUP_SETS.items():
        figures[len(groups)] = whole_run(database, folder, [f"bench.by_{name}"])
    told(f"one rate, {ROWS:,} student-years", "groups", figures, say)


def daily_folder(students: int, tmp_path: Path) -> Path:
    """The daily attendance of some students, sorted by date."""
    kept = os.environ.get("METRICSPEC_BENCH_DAILY")
    folder = (Path(kept) if kept else tmp_path) / f"date_{students}"
    if not (folder / "org.parquet").exists():
        write_daily(folder, students, "date")
    return folder


def test_daily_attendance(tmp_path: Path, say: Say) -> None:
    """In 4 GB: the plan beside SQL by hand, and a whole run; the counts are the same."""
    limit = 1024 * float(MEMORY.removesuffix("GB"))
    for students in (STUDENTS // 50, STUDENTS // 5, STUDENTS):
        folder = daily_folder(students, tmp_path)
        cost: dict[str, Cost] = {work: measured(folder, work) for work in ("hand", "tally", "run")}
        assert cost["tally"].sums == cost["hand"].sums
        assert max(one.memory_mb for one in cost.values()) < 1.25 * limit  # the program itself needs some too
        for work, one in cost.items():
            more = {"cpu": round(one.cpu, 2), "memory_mb": round(one.memory_mb), "spill_mb": round(one.spill_mb)}
            note(f"daily_{work}", students * DAYS, one.seconds, **more)
        figures = ", ".join(
            f"{work} {one.seconds:.1f} s ({one.memory_mb:,.0f} MB, {one.spill_mb:,.0f} MB spilled)"
            for work, one in cost.items()
        )
        ratio = cost["tally"].cpu / cost["hand"].cpu
        say(f"{students * DAYS:,} days: {figures}; CPU of the plan / by hand = {ratio:.2f}")


@pytest.mark.spark
def test_daily_attendance_on_spark(tmp_path: Path, say: Say) -> None:
    """The same plan on Spark gives the same Result."""
    from metricspec.warehouses.spark import Spark

    students = max(STUDENTS // 10, 1)
    project = metricspec.load(daily_folder(students, tmp_path))
    here: list[pd.DataFrame] = []
    took = {
        name: seconds(lambda engine=engine: here.append(project.execute([INDICATOR], warehouse=engine).result))
        for name, engine in (("DuckDB", DuckDB(memory_limit=MEMORY, threads=2)), ("Spark", Spark("spark:local[2]")))
    }
    ours, spark = (frame.sort_values(KEYS, ignore_index=True) for frame in here)
    pd.testing.assert_frame_equal(ours, spark, check_exact=False, rtol=1e-9)
    for name, one in took.items():
        note(f"daily_on_{name.lower()}", students * DAYS, one)
    say(f"{students * DAYS:,} days: " + ", ".join(f"{name} {one:.1f} s" for name, one in took.items()))
