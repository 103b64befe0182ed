"""Five million student-years in DuckDB, and specs over them; set METRICSPEC_BENCH_ROWS for another size."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb
import pytest

ROWS = int(os.environ.get("METRICSPEC_BENCH_ROWS", "5000000"))
GRADES = ["TK", "KN", *(f"{grade:02d}" for grade in range(1, 13))]
FLAGS = (
    "english_learner", "long_term_english_learner", "economically_disadvantaged", "disability", "foster_youth", "homeless",
)  # fmt: skip

DATASET = """metricspec: 1
dataset: {name}
title: {name}
description: Made for benchmarks.
span: year
grain: [{grain}]
order: [school_id]
keys: {{student: student_id, school: school_id, year: school_year}}
columns:
  student_id: {{type: string, missing: error}}
  school_id: {{type: string, missing: error}}
  school_year: {{type: school_year, missing: error, default: 2024-25}}
  grade: {{type: code, codes: grade, rollup: latest, missing: error, default: '05'}}
  days_expected: {{type: integer, rollup: sum, missing: error, default: 180}}
  days_absent: {{type: integer, rollup: sum, missing: error, default: 0}}
  race_ethnicity: {{type: code, codes: race_ethnicity, rollup: latest, missing: exclude, default: HI}}
"""
RATE = """metricspec: 1
indicator: bench.{name}
version: "1.0.0"
status: active
title: Rate {name}
better: lower
unit: percent
digits: 1
source: {{publisher: nobody, document: a benchmark, read: 2026-11-22}}
effective: {{from: 2016-17}}
students: {dataset}
population:
  - grade between '{first}' and '{last}'
  - days_expected >= {days}
measure:
  type: rate
  numerator: {times} * days_absent >= days_expected
orgs: plain
groups: dash14
policy: ca_dashboard
compare: previous
"""
ROWS_SQL = f"""CREATE TABLE student_year AS SELECT lpad(i::VARCHAR, 9, '0') AS student_id,
    (2020 + i % 5)::VARCHAR || '-' || ((2021 + i % 5) % 100)::VARCHAR AS school_year,
    lpad((hash(i // 5) % 3000)::VARCHAR, 14, '0') AS school_id,
    ['AA','AI','AS','FI','HI','PI','WH','MR'][(1 + hash(i * 7) % 8)::INT] AS race_ethnicity,
    hash(i * 13) % 100 < 20 AS english_learner, hash(i * 13) % 100 < 7 AS long_term_english_learner,
    hash(i * 17) % 100 < 60 AS economically_disadvantaged, hash(i * 19) % 100 < 14 AS disability,
    hash(i * 23) % 1000 < 6 AS foster_youth, hash(i * 29) % 1000 < 35 AS homeless,
    {GRADES!r}[(1 + hash(i * 31) % 14)::INT] AS grade, 180::BIGINT AS days_expected,
    (hash(i * 37) % 40)::BIGINT AS days_absent FROM range({ROWS}) t(i)"""
ORGS_SQL = """CREATE TABLE org AS
    WITH y AS (SELECT DISTINCT school_year FROM student_year)
    SELECT lpad(s::VARCHAR, 14, '0') AS org_id, school_year, 'school' AS org_level, 'ES' AS org_type, 'x' AS org_name,
        false AS charter, false AS alternative, 'D' || (s % 96)::VARCHAR AS parent_id FROM range(3000) t(s), y
    UNION ALL SELECT 'D' || d::VARCHAR, school_year, 'district', 'UD', 'x', false, false, 'N' FROM range(96) t(d), y
    UNION ALL SELECT 'N', school_year, 'network', 'UD', 'x', false, false, NULL FROM y"""


def rate_spec(name: str, at: int, dataset: str) -> str:
    """A rate whose population and condition depend on `at`."""
    return RATE.format(
        name=name, dataset=dataset, first=GRADES[at % 4], last=GRADES[8 + at % 5], days=10 + at % 40, times=5 + at % 8
    )


def write_project(folder: Path, rates: int) -> Path:
    """A project of `rates` rate specs over one dataset of one row per student and year."""
    specs = folder / "specs"
    specs.mkdir(parents=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: bench\nbinding: bench\nspecs: [specs]\n")
    columns = "".join(f"  {flag}: {{type: boolean, rollup: any, missing: false, default: false}}\n" for flag in FLAGS)
    grains = {"student_year": "student_id, school_year", "student_stint": "student_id, school_id, school_year"}
    for name, grain in grains.items():
        (specs / f"{name}.yaml").write_text(DATASET.format(name=name, grain=grain) + columns)
    (specs / "binding.yaml").write_text(
        "metricspec: 1\nbinding: bench\ntitle: bench\ndatasets:\n  student_year: {table: student_year}\n"
        "  student_stint: {table: student_year}\n  org: {table: org}\n"
    )
    for at in range(rates):
        (specs / f"rate_{at}.yaml").write_text(rate_spec(f"rate_{at}", at, "student_year"))
    for at in range(min(rates, 20)):
        (specs / f"stint_{at}.yaml").write_text(rate_spec(f"stint_{at}", at, "student_stint"))
    return folder


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "bench.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(ROWS_SQL)
        connection.execute(ORGS_SQL)
    return path


@pytest.fixture(scope="session")
def bench_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("bench_project"), 100)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure past pytest's capture."""

    def print_out(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}")

    return print_out


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
