"""The Ed-Fi Alliance's fictional district: each student's absences by the binding, and by the events read with csv alone."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from metricspec.compiler.bind import bound_stage
from metricspec.running.project import Project
from metricspec.sql.stage import Renderer
from metricspec.warehouses.duckdb import DuckDB

from .layouts import statements

pytestmark = pytest.mark.real_data

DATA = Path(os.environ.get("METRICSPEC_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
EVENTS = "edfi_grandbend_school_attendance_events.csv"


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def school_days() -> dict[str, list[date]]:
    """The weekdays of each school's sessions: the sample that is kept here has no calendar."""
    found: dict[str, list[date]] = defaultdict(list)
    for session in rows("edfi_grandbend_sessions.csv"):
        day, end = date.fromisoformat(session["begin"]), date.fromisoformat(session["end"])
        while day <= end:
            if day.weekday() < 5:
                found[session["school_id"]].append(day)
            day += timedelta(days=1)
    return dict(found)


def by_hand(days: dict[str, list[date]]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Days expected and absent of each student and school; a day counts once, however many events it has."""
    absent: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for event in rows(EVENTS):
        key, day = (event["student_id"], event["school_id"]), event["event_date"]
        absent[key].setdefault(day, Decimal(0))
        if event["category"].endswith("Absence") and date.fromisoformat(day) in days[event["school_id"]]:
            absent[key][day] = min(Decimal(1), absent[key][day] + Decimal(event["duration"] or 1))
    return {key: (len(days[key[1]]), sum(parts.values(), Decimal(0))) for key, parts in absent.items()}


def fill(database: duckdb.DuckDBPyConnection, days: dict[str, list[date]]) -> None:
    """The events as the ODS keeps them; who has one is enrolled from the first day on."""
    for statement in statements("edfi", "edfi_5"):
        if statement.lstrip().startswith("CREATE"):
            database.execute(statement)
    codes = {
        "Excused Absence": 10,
        "Unexcused Absence": 11,
        "Tardy": 12,
        "Partial": 13,
        "Instructional day": 6,
        "Ninth grade": 1,
    }
    database.executemany(
        "INSERT INTO edfi.Descriptor VALUES (?, '', ?)", [(number, code) for code, number in codes.items()]
    )
    events = rows(EVENTS)
    for school, listed in days.items():
        database.execute("INSERT INTO edfi.School VALUES (?, NULL, NULL, NULL)", [school])
        calendar = [(day, school) for day in listed]
        database.executemany("INSERT INTO edfi.CalendarDate VALUES ('C', ?, ?, 2022)", calendar)
        database.executemany("INSERT INTO edfi.CalendarDateCalendarEvent VALUES ('C', ?, ?, 2022, 6)", calendar)
    students = sorted({event["student_id"] for event in events})
    database.executemany("INSERT INTO edfi.Student VALUES (?, ?)", [(one, one) for one in students])
    enrolled = sorted({(days[event["school_id"]][0], event["school_id"], event["student_id"]) for event in events})
    database.executemany(
        "INSERT INTO edfi.StudentSchoolAssociation VALUES (?, ?, ?, 'C', 1, NULL, TRUE, 2022)", enrolled
    )
    kept = [
        (codes[e["category"]], e["event_date"], e["school_id"], e["session"], e["student_id"], e["duration"] or None)
        for e in events
    ]
    database.executemany(
        "INSERT OR IGNORE INTO edfi.StudentSchoolAttendanceEvent VALUES (?, ?, ?, 2022, ?, ?, ?)", kept
    )


def test_attendance_of_each_student(shipped: Project, tmp_path: Path) -> None:
    days = school_days()
    expected = by_hand(days)
    with duckdb.connect(str(tmp_path / "ods.duckdb")) as database:
        fill(database, days)
    dataset, bound = shipped.catalog.datasets["attendance_stint"], shipped.catalog.bindings["edfi.ods_5"].datasets
    wanted = ("student_id", "school_id", "school_year", "days_expected", "days_attended", "days_absent")
    sql = Renderer("duckdb").stage(bound_stage(dataset, bound["attendance_stint"], wanted))
    with DuckDB(str(tmp_path / "ods.duckdb")) as warehouse:
        found = warehouse.rows(sql)
    assert len(found) == len(expected) > 100
    assert {year for _, _, year, *_ in found} == {"2021-22"}
    assert {(one, school): (due, gone) for one, school, _, due, _, gone in found} == expected
    assert all(due == gone + there for *_, due, there, gone in found)
