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

import metricspec
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


@pytest.mark.slow
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


DISTRICT = 255901
ACTIONS = "edfi_grandbend_discipline_actions.csv"


def fill_whole(database: duckdb.DuckDBPyConnection, days: dict[str, list[date]]) -> set[tuple[str, str]]:
    """The district with its sessions and disciplinary actions too; who has one is enrolled from the first day on.

    Returns the students enrolled in addition, each with the school."""
    fill(database, days)
    database.execute("UPDATE edfi.School SET LocalEducationAgencyId = ?", [DISTRICT])
    for org in (DISTRICT, *days):
        database.execute("INSERT INTO edfi.EducationOrganization VALUES (?, ?)", [org, f"Grand Bend {org}"])
    for session in rows("edfi_grandbend_sessions.csv"):
        values = [session[name] for name in ("school_id", "session", "begin", "end", "instructional_days")]
        database.execute("INSERT INTO edfi.Session VALUES (?, 2022, ?, ?, ?, ?)", values)
    codes = {"In School Suspension": 20, "Expulsion": 21}
    database.executemany("INSERT INTO edfi.Descriptor VALUES (?, '', ?)", [(n, code) for code, n in codes.items()])
    enrolled = {(e["student_id"], e["school_id"]) for e in rows(EVENTS)}
    more = {(a["student_id"], a["school_id"]) for a in rows(ACTIONS)} - enrolled
    for student, school in sorted(more):
        database.execute("INSERT OR IGNORE INTO edfi.Student VALUES (?, ?)", [student, student])
        values = [days[school][0], school, student]
        database.execute("INSERT INTO edfi.StudentSchoolAssociation VALUES (?, ?, ?, 'C', 1, NULL, TRUE, 2022)", values)
    for action in rows(ACTIONS):
        key = [action["action_id"], action["date"], action["student_id"]]
        values = [*key, action["length"] or None, action["school_id"]]
        database.execute("INSERT INTO edfi.DisciplineAction VALUES (?, ?, ?, NULL, ?, ?)", values)
        discipline = [*key, codes[action["discipline"]]]
        database.execute("INSERT INTO edfi.DisciplineActionDiscipline VALUES (?, ?, ?, ?)", discipline)
    return more


def test_indicators_of_each_school(tmp_path: Path) -> None:
    """Attendance, and suspension and expulsion, as the commands run them, against the events and actions alone."""
    days = school_days()
    with duckdb.connect(str(tmp_path / "ods.duckdb")) as database:
        more = fill_whole(database, days)
    text = f"metricspec: 1\nproject: grand_bend\nbinding: edfi.ods_5\nwarehouse: duckdb:///{tmp_path}/ods.duckdb\n"
    (tmp_path / "metricspec.yaml").write_text(text, encoding="utf-8")
    found = metricspec.load(tmp_path).run("attendance_rate", "sqii.suspension_expulsion")
    found = found[(found.student_group == "ALL") & (found.org_level == "school")].set_index(["indicator", "org_id"])
    expected = by_hand(days) | {(student, school): (len(days[school]), Decimal(0)) for student, school in more}
    removed = {(action["student_id"], action["school_id"]) for action in rows(ACTIONS)}
    for school in days:
        mine = [counts for (_, at), counts in expected.items() if at == school]
        due, absent = sum(d for d, _ in mine), sum((a for _, a in mine), Decimal(0))
        attendance = found.loc["attendance_rate", school]
        assert (attendance.n, attendance.denominator) == (len(mine), due)
        assert attendance.numerator == float(due - absent)
        assert attendance.value == float(round(100 * (due - absent) / due, 1))
        discipline = found.loc["sqii.suspension_expulsion", school]
        assert discipline.denominator == len(mine)
        assert discipline.numerator == len([one for one, at in removed if at == school])
