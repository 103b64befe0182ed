"""SQLite, an engine of another family, gives the numbers that DuckDB gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

import metricspec
from metricspec.running.project import Project
from tests.catalogue import of_each_type, written_by_hand

pytestmark = pytest.mark.slow

INDICATORS = of_each_type(written_by_hand())
YEAR = "2024-25"


def run_statement(connection: sqlite3.Connection, sql: str) -> pd.DataFrame:
    cursor = connection.execute(sql)
    return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])


def run_script(connection: sqlite3.Connection, sql: str) -> pd.DataFrame:
    """Every statement of the script in turn; the last is the result. What it made is dropped again."""
    *steps, last = [step for step in sql.split(";\n") if step.strip()]
    made = "SELECT type, name FROM sqlite_temp_master WHERE type IN ('table', 'view')"
    try:
        for step in steps:
            connection.execute(step)
        assert len(connection.execute(made).fetchall()) == len(steps)
        return run_statement(connection, last)
    finally:
        for kind, name in connection.execute(made).fetchall():
            connection.execute(f'DROP {kind} temp."{name}"')


@pytest.mark.parametrize("indicator", [*INDICATORS, pytest.param("core.growth_ela", marks=pytest.mark.slow)])
def test_the_statement_gives_the_same_result(
    indicator: str, tables: Project, network_in_sqlite: sqlite3.Connection, result: Callable, same: Callable
) -> None:
    same(run_statement(network_in_sqlite, tables.compile(indicator, "sqlite", "statement")), result(indicator))


@pytest.mark.parametrize(
    "indicator",
    [
        "ca.chronic_absenteeism",
        "ca.suspension_rate",
        "ca.ela_dfs",
        "attendance_rate",
        "core.growth_math",
        "core.status_by_growth_math",
    ],
)
def test_the_script_gives_the_same_result(
    indicator: str, tables: Project, network_in_sqlite: sqlite3.Connection, result: Callable, same: Callable
) -> None:
    same(run_script(network_in_sqlite, tables.compile(indicator, "sqlite", "script")), result(indicator))


@cache
def shipped() -> Project:
    return metricspec.load()


def small_tables(connection: sqlite3.Connection, tables: dict[str, list[dict[str, object]]]) -> None:
    catalog = shipped().catalog
    for name, rows in tables.items():
        columns = list(catalog.datasets[name].columns)
        connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        marks = ", ".join("?" for _ in columns)
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [[row.get(c) for c in columns] for row in rows])


ORGS: list[dict[str, object]] = [
    {"org_id": "S1", "school_year": YEAR, "org_level": "school", "org_type": "ES", "parent_id": "D1"},
    {"org_id": "D1", "school_year": YEAR, "org_level": "district", "org_type": "UD", "parent_id": "N1"},
    {"org_id": "N1", "school_year": YEAR, "org_level": "network", "org_type": "UD"},
]


def row_of(connection: sqlite3.Connection, indicator: str, org: str = "S1") -> dict[str, object]:
    frame = run_statement(connection, shipped().compile(indicator, "sqlite", "statement"))
    (found,) = frame[(frame.org_id == org) & (frame.student_group == "ALL")].to_dict("records")
    return found


def test_chronic_absenteeism_counted_by_hand() -> None:
    """80 students, 23 absent on exactly ten percent of 40 days: 28.75 percent is 28.8, which doubles make 28.7."""
    stints: list[dict[str, object]] = [
        {
            "student_id": f"s{at}", "school_id": "S1", "school_year": YEAR, "stint_id": "a", "entry_date": "2024-08-15",
            "grade": "05", "enrollment_status": "10", "days_expected": 40, "days_absent": 4 if at < 23 else 3,
            "days_attended": 36 if at < 23 else 37,
        }
        for at in range(80)
    ]  # fmt: skip
    stints.append({**stints[0], "student_id": "short", "days_expected": 30, "days_absent": 30})
    stints.append({**stints[0], "student_id": "second", "enrollment_status": "20"})
    connection = sqlite3.connect(":memory:")
    small_tables(connection, {"org": ORGS, "attendance_stint": stints})
    for org in ("S1", "D1", "N1"):
        row = row_of(connection, "ca.chronic_absenteeism", org)
        assert (row["numerator"], row["denominator"], row["n"], row["value"]) == (23, 80, 80, 28.8)
    connection.close()


def test_parts_of_a_day_add_up_to_a_whole_day() -> None:
    """0.7 + 0.2 + 0.1 is one day, also where the engine has only floating point; 0.9 is not."""
    enrolled: list[dict[str, object]] = [
        {
            "student_id": f"s{at}",
            "school_id": "S1",
            "school_year": YEAR,
            "stint_id": "a",
            "enrollment_status": "10",
            "grade": "05",
        }
        for at in range(20)
    ]
    lengths = {"s0": (0.7, 0.2, 0.1), "s1": (0.5, 0.3, 0.1), "s2": (1.0,), "s3": (0.1,) * 10}
    actions: list[dict[str, object]] = [
        {
            "action_id": f"{student}-{at}", "student_id": student, "school_id": "S1", "school_year": YEAR,
            "action_date": "2024-10-01", "action": "100", "duration_days": days,
        }
        for student, parts in lengths.items()
        for at, days in enumerate(parts)
    ]  # fmt: skip
    connection = sqlite3.connect(":memory:")
    small_tables(connection, {"org": ORGS, "enrollment": enrolled, "discipline_action": actions})
    row = row_of(connection, "ca.suspension_rate")
    assert (row["numerator"], row["denominator"]) == (3, 20)
    connection.close()
