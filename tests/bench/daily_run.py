"""One piece of work over daily attendance, in a process of its own so that its memory is its own.

`python -m tests.bench.daily_run FOLDER WORK` prints one line of JSON: seconds, CPU seconds, peak memory and spill in MB,
and the sums that tell whether two ways agree. WORK: hand (counts by SQL written by hand), tally (the compiled plan up
to the same counts), quality (what every run counts of its data), run (all of it: quality, plan, release).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time

import metricspec
from metricspec.running.quality import count_quality
from metricspec.sql.stage import Plan, lit
from metricspec.warehouses.duckdb import DuckDB

INDICATOR = "chronic_absenteeism_daily"
MEMORY = "4GB"
FLAGS = {
    "EL": "english_learner", "LTEL": "long_term_english_learner", "SED": "economically_disadvantaged",
    "SWD": "disability", "FOS": "foster_youth", "HOM": "homeless",
}  # fmt: skip
_FLAGS = ", ".join(FLAGS.values())
_ANY = ", ".join(f"bool_or({flag}) AS {flag}" for flag in FLAGS.values())
_LAST = "arg_max(grade, entry_date) AS grade, arg_max(race_ethnicity, entry_date) AS race_ethnicity"
_GROUPS = "unnest(['ALL', coalesce(race_ethnicity, 'MR'), {}])".format(
    ", ".join(f"CASE WHEN {flag} THEN '{group}' END" for group, flag in FLAGS.items())
)
# The days of each student at each school first, then a student's schools at each org, then what students share.
HAND = f"""CREATE TEMPORARY TABLE kept AS WITH
    days AS (SELECT student_id, school_id, school_year, SUM(days_absent) AS absent, SUM(days_expected) AS expected
        FROM 'daily_attendance.parquet' GROUP BY ALL),
    tree AS (SELECT s.org_id AS school_id, s.school_year, s.charter, s.parent_id AS district, d.parent_id AS network
        FROM 'org.parquet' s JOIN 'org.parquet' d ON d.org_id = s.parent_id AND d.school_year = s.school_year
        WHERE s.org_level = 'school'),
    at_school AS (SELECT student_id, school_id, school_year, accountability_district_id AS accountable,
        max(entry_date) AS entry_date, {_LAST}, {_ANY} FROM 'enrollment.parquet'
        WHERE enrollment_status IN ('10', '30') GROUP BY ALL),
    s AS MATERIALIZED (SELECT a.*, charter, district, network, absent, expected FROM at_school a
        JOIN tree USING (school_id, school_year) LEFT JOIN days USING (student_id, school_id, school_year)),
    placed AS (
        SELECT 'school' AS org_level, school_id AS org_id, * FROM s
        UNION ALL SELECT 'district', coalesce(accountable, district), * FROM s WHERE NOT charter
        UNION ALL SELECT 'network', network, * FROM s),
    student AS (SELECT org_level, org_id, school_year, student_id, sum(absent) AS absent, sum(expected) AS expected,
        {_LAST}, {_ANY} FROM placed GROUP BY ALL),
    alike AS (SELECT org_level, org_id, school_year, race_ethnicity, {_FLAGS}, count(*) AS d,
        count(CASE WHEN 10 * absent >= expected THEN 1 END) AS n FROM student
        WHERE grade IN ('TK', 'KN', '01', '02', '03', '04', '05', '06', '07', '08') AND expected >= 31 GROUP BY ALL),
    member AS (SELECT org_level, org_id, school_year, d, n, {_GROUPS} AS student_group FROM alike)
    SELECT org_level, org_id, school_year, student_group, sum(n) AS numerator, sum(d) AS denominator
    FROM member WHERE student_group IS NOT NULL GROUP BY ALL"""
SUMS = "SELECT count(*), sum(numerator), sum(denominator), sum(hash(org_id, student_group, numerator::BIGINT) % 1000003) FROM kept"


@dataclass(frozen=True)
class Cost:
    """What one piece of work took; `sums` are empty where it makes no counts."""

    seconds: float
    cpu: float
    memory_mb: float
    spill_mb: float
    sums: tuple[int, ...]


@contextmanager
def watched(folder: str) -> Iterator[list[int]]:
    """The greatest size that the files in a folder had together, in bytes, as the one item of a list."""
    most, done = [0], Event()

    def watch() -> None:
        while not done.wait(0.1):
            sizes = (entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
            try:
                most[0] = max(most[0], sum(sizes))
            except FileNotFoundError:
                continue

    thread = Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def tally(engine: DuckDB) -> None:
    """The compiled plan up to the counts."""
    project = metricspec.load(Path.cwd())
    compiler = project.prepare([INDICATOR], engine).compiler
    stages = compiler.plan([INDICATOR]).stages
    wanted = Plan(stages[: [stage.name for stage in stages].index("tally") + 1])
    engine.execute(f"CREATE TEMPORARY TABLE kept AS {compiler.renderer.statement(wanted)}", "tally")


def quality(engine: DuckDB) -> None:
    project = metricspec.load(Path.cwd())
    prepared = project.prepare([INDICATOR], engine)
    bound = prepared.compiler.binding.datasets if prepared.compiler.binding else {}
    for stage in prepared.plan.stages:
        if stage.name.startswith("bound_") or stage.name == "org_tree":
            engine.make(stage, prepared.compiler.renderer)
    counts = count_quality(engine, prepared.compiler.renderer, project.catalog, prepared.plan.reads, bound, tree=True)
    print(*counts, sep="\n", file=sys.stderr)


def run(engine: DuckDB) -> None:
    metricspec.load(Path.cwd()).execute([INDICATOR], warehouse=engine)


Work = Callable[[DuckDB], None]
WORK: dict[str, Callable[[DuckDB], None]] = {
    "hand": lambda engine: engine.execute(HAND, "by hand"), "tally": tally, "quality": quality, "run": run
}  # fmt: skip


def measured(folder: Path, work: str) -> Cost:
    """The cost of one piece of work in a new process."""
    command = [sys.executable, "-m", "tests.bench.daily_run", str(folder), work]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    given = json.loads(found.stdout.splitlines()[-1])
    return Cost(**{**given, "sums": tuple(given["sums"])})


def main(folder: str, work: str) -> None:
    os.chdir(folder)
    with tempfile.TemporaryDirectory(dir=folder) as spill, watched(spill) as most:
        engine = DuckDB(memory_limit=MEMORY, threads=2)
        engine.execute(f"SET temp_directory = {lit(spill)}", "the folder for what does not fit")
        start, cpu = perf_counter(), process_time()
        WORK[work](engine)
        took, used = perf_counter() - start, process_time() - cpu
        sums = tuple(map(int, engine.rows(SUMS)[0])) if work in ("hand", "tally") else ()
        if work != "run":
            engine.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(Cost(took, used, memory, most[0] / 1e6, sums))))


if __name__ == "__main__":
    main(*sys.argv[1:])
