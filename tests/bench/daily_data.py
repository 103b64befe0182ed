"""Attendance at daily grain for the benchmark of scale: parquet files of a network, and the project that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import duckdb

DAYS = 180
SCHOOLS = 2_000
DISTRICTS = 100
YEAR = "2024-25"
GRADES = ["TK", "KN", *(f"{grade:02d}" for grade in range(1, 13))]
Order = Literal["student", "date"]

# Three in a hundred change school once, between day 30 and day 150. A student's own chance of an absence lies between
# 0 and 0.2; one absence in eight is half a day. Every number comes from hashes, so that no seed is needed.
STUDENT = f"""i, lpad(i::VARCHAR, 10, '0') AS student_id, lpad((hash(i // 3) % {SCHOOLS})::VARCHAR, 14, '0') AS first_school,
    lpad((hash(i * 3 + 1) % {SCHOOLS})::VARCHAR, 14, '0') AS last_school,
    CASE WHEN hash(i * 5 + 2) % 100 < 3 THEN 30 + hash(i * 7 + 3) % 120 ELSE {DAYS} END AS leaves,
    hash(i * 11 + 4) % 200 AS chance"""
ROW_AT = {"student": "r // {days} AS i, r % {days} AS d", "date": "r % {students} AS i, r // {students} AS d"}


def daily_sql(students: int, order: Order) -> str:
    """One row per student and day, sorted by student and day or by day and student."""
    at = ROW_AT[order].format(days=DAYS, students=students)
    return f"""SELECT student_id, CASE WHEN d < leaves THEN first_school ELSE last_school END AS school_id,
        '{YEAR}' AS school_year, DATE '2024-08-12' + (d * 7 // 5)::INT AS date,
        CASE WHEN draw >= chance THEN 'present' WHEN draw % 3 = 0 THEN 'unexcused' ELSE 'excused' END AS attendance_code,
        CASE WHEN draw >= chance THEN 0 WHEN draw % 8 = 0 THEN 0.5 ELSE 1 END::DECIMAL(18, 2) AS days_absent,
        1::DECIMAL(18, 2) AS days_expected
    FROM (SELECT *, hash(i * 1000 + d) % 1000 AS draw FROM (SELECT d, {STUDENT}
        FROM (SELECT {at} FROM range({students * DAYS}) AS t(r))))"""


def enrollment_sql(students: int) -> str:
    """One row per student and school."""
    return f"""WITH s AS (SELECT {STUDENT} FROM range({students}) AS t(i)),
    stint AS (SELECT *, first_school AS school_id, 'a' AS stint_id, DATE '2024-08-12' AS entry_date FROM s
        UNION ALL SELECT *, last_school, 'b', DATE '2024-08-12' + (leaves * 7 // 5)::INT FROM s WHERE leaves < {DAYS})
    SELECT student_id, school_id, '{YEAR}' AS school_year, stint_id, entry_date,
        CASE WHEN stint_id = 'a' AND leaves < {DAYS} THEN DATE '2024-08-12' + (leaves * 7 // 5)::INT - 1 END AS exit_date,
        {GRADES!r}[(1 + hash(i * 31) % 14)::INT] AS grade, '10' AS enrollment_status,
        NULL::VARCHAR AS accountability_district_id,
        ['AA','AI','AS','FI','HI','PI','WH','MR'][(1 + hash(i * 7) % 8)::INT] AS race_ethnicity,
        hash(i * 13) % 100 < 20 AS english_learner, hash(i * 13) % 100 < 7 AS long_term_english_learner,
        hash(i * 13) % 100 BETWEEN 20 AND 25 AS reclassified_4_years,
        hash(i * 17) % 100 < 60 AS economically_disadvantaged, hash(i * 19) % 100 < 14 AS disability,
        hash(i * 23) % 1000 < 6 AS foster_youth, hash(i * 29) % 1000 < 35 AS homeless FROM stint"""


ORG_SQL = f"""SELECT lpad(s::VARCHAR, 14, '0') AS org_id, '{YEAR}' AS school_year, 'school' AS org_level, 'x' AS org_name,
        'ES' AS org_type, s % 10 = 0 AS charter, false AS alternative, 'D' || (s % {DISTRICTS})::VARCHAR AS parent_id
        FROM range({SCHOOLS}) t(s)
    UNION ALL SELECT 'D' || d::VARCHAR, '{YEAR}', 'district', 'x', 'UD', false, false, 'N' FROM range({DISTRICTS}) t(d)
    UNION ALL SELECT 'N', '{YEAR}', 'network', 'x', 'UD', false, false, NULL"""
PROJECT = """metricspec: 1
project: daily
binding: daily
specs: [specs]
"""
BINDING = """metricspec: 1
binding: daily
title: Daily attendance
datasets:
  daily_attendance: {file: daily_attendance.parquet}
  enrollment: {file: enrollment.parquet}
  org: {file: org.parquet}
"""


def write_daily(folder: Path, students: int, order: Order) -> Path:
    """The project and its files in `folder`."""
    (folder / "specs").mkdir(parents=True, exist_ok=True)
    (folder / "metricspec.yaml").write_text(PROJECT)
    (folder / "specs" / "binding.yaml").write_text(BINDING)
    queries = {
        "daily_attendance": daily_sql(students, order), "enrollment": enrollment_sql(students), "org": ORG_SQL
    }  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(
            "SET threads = 2; SET memory_limit = '2GB'; SET preserve_insertion_order = true; SET enable_progress_bar = false"
        )
        for name, sql in queries.items():
            connection.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return folder
