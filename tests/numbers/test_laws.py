"""Laws that hold whatever the data: small made-up enrollments, compiled once, run on each example."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metricspec
from metricspec.sql.stage import Plan

Row = dict[str, Any]
Tally = dict[tuple[str, str, str], tuple[int, int, int]]

YEAR = "2024-25"
FIRST = date(2024, 8, 15)
SCHOOLS = {"S1": "D1", "S2": "D1", "S3": "D2"}
ATTRIBUTES = (
    "english_learner", "long_term_english_learner", "reclassified_4_years", "economically_disadvantaged", "disability",
    "foster_youth", "homeless",
)  # fmt: skip
COLUMNS = {
    "stint_id": "VARCHAR", "student_id": "VARCHAR", "school_id": "VARCHAR", "school_year": "VARCHAR",
    "entry_date": "DATE", "exit_date": "DATE", "grade": "VARCHAR", "enrollment_status": "VARCHAR",
    "attendance_exempt": "BOOLEAN", "nonpublic_school": "BOOLEAN", "accountability_district_id": "VARCHAR",
    "days_expected": "BIGINT", "days_attended": "BIGINT", "days_absent": "BIGINT", "race_ethnicity": "VARCHAR",
    **dict.fromkeys(ATTRIBUTES, "BOOLEAN"),
}  # fmt: skip


def stint(student: str, school: str, number: int, start: int, expected: int, absent: int, **more: Any) -> Row:
    """One enrollment that starts `start` school days into the year."""
    row: Row = dict.fromkeys(COLUMNS)
    row.update(dict.fromkeys(ATTRIBUTES, False))
    row.update(
        stint_id=f"{student}-{number}", student_id=student, school_id=school, school_year=YEAR,
        entry_date=FIRST + timedelta(days=start), exit_date=FIRST + timedelta(days=start + expected), grade="05",
        enrollment_status="10", attendance_exempt=False, nonpublic_school=False, race_ethnicity="HI",
        days_expected=expected, days_absent=absent, days_attended=expected - absent,
    )  # fmt: skip
    return {**row, **more}


def orgs() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [(school, YEAR, "school", "ES", False, False, d) for school, d in SCHOOLS.items()]
    rows += [(d, YEAR, "district", "UD", False, False, "N1") for d in sorted(set(SCHOOLS.values()))]
    return [*rows, ("N1", YEAR, "network", "UD", False, False, None)]


def tally_sql(indicator: str) -> str:
    """The engine's SQL up to the Tally, over tables named as the datasets."""
    compiler = metricspec.load().compiler("duckdb")
    plan = compiler.plan([indicator])
    last = next(at for at, stage in enumerate(plan.stages) if stage.name == "tally")
    return compiler.renderer.statement(Plan(plan.stages[: last + 1]))


@pytest.fixture(scope="module")
def count() -> Callable[[list[Row]], Tally]:
    """numerator, denominator and n of chronic absenteeism by org level, org and group."""
    sql = tally_sql("ca.chronic_absenteeism")
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(
        "CREATE TABLE org (org_id VARCHAR, school_year VARCHAR, org_level VARCHAR, org_type VARCHAR, charter BOOLEAN,"
        " alternative BOOLEAN, parent_id VARCHAR)"
    )
    connection.executemany("INSERT INTO org VALUES (?, ?, ?, ?, ?, ?, ?)", orgs())
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE attendance_stint ({declared})")

    def counted(rows: list[Row]) -> Tally:
        connection.execute("DELETE FROM attendance_stint")
        connection.executemany(
            f"INSERT INTO attendance_stint VALUES ({', '.join('?' * len(COLUMNS))})",
            [[row[name] for name in COLUMNS] for row in rows],
        )
        found = connection.execute(f"SELECT org_level, org_id, student_group, numerator, denominator, n FROM ({sql})")
        return {row[:3]: tuple(int(v) for v in row[3:]) for row in found.fetchall()}

    return counted


@st.composite
def enrollments(draw: st.DrawFn) -> list[Row]:
    """One to six students, each with one to three enrollments; days straddle both limits (31 days, ten percent)."""
    rows = []
    for student in range(draw(st.integers(1, 6))):
        race = draw(st.sampled_from(["HI", "WH", None]))
        for number in range(draw(st.integers(1, 3))):
            expected = draw(st.integers(2, 60))
            absent = draw(st.sampled_from([0, expected // 10, -(-expected // 10), expected // 5]))
            more = {
                "english_learner": draw(st.booleans()), "disability": draw(st.booleans()), "race_ethnicity": race,
                "grade": draw(st.sampled_from(["TK", "05", "08", "09"])),
                "enrollment_status": draw(st.sampled_from(["10", "10", "10", "20", "30"])),
                "attendance_exempt": draw(st.sampled_from([False, False, False, True])),
            }  # fmt: skip
            school = draw(st.sampled_from(sorted(SCHOOLS)))
            rows.append(stint(f"s{student}", school, number, 60 * number, expected, absent, **more))
    return rows


examples = settings(max_examples=12, deadline=None)


@examples
@given(rows=enrollments(), seed=st.integers(0, 1_000))
def test_the_order_of_rows_does_not_matter(count: Callable, rows: list[Row], seed: int) -> None:
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    assert count(shuffled) == count(rows)


@examples
@given(rows=enrollments(), data=st.data())
def test_splitting_an_enrollment_changes_nothing(count: Callable, rows: list[Row], data: st.DataObject) -> None:
    """Two enrollments with the same days in all give the very same counts: a student counts once at each org."""
    whole = data.draw(st.sampled_from(rows))
    cut = data.draw(st.integers(1, whole["days_expected"] - 1))
    first_absent = data.draw(
        st.integers(max(0, whole["days_absent"] - (whole["days_expected"] - cut)), min(cut, whole["days_absent"]))
    )
    middle = whole["entry_date"] + timedelta(days=cut)
    one = {
        **whole, "stint_id": whole["stint_id"] + "a", "exit_date": middle, "days_expected": cut,
        "days_absent": first_absent, "days_attended": cut - first_absent,
    }  # fmt: skip
    rest, rest_absent = whole["days_expected"] - cut, whole["days_absent"] - first_absent
    two = {
        **whole, "stint_id": whole["stint_id"] + "b", "entry_date": middle, "days_expected": rest,
        "days_absent": rest_absent, "days_attended": rest - rest_absent,
    }  # fmt: skip
    others = [row for row in rows if row is not whole]
    assert count([*others, one, two]) == count(rows)


@examples
@given(rows=enrollments(), extra=enrollments())
def test_enrollments_elsewhere_change_nothing_here(count: Callable, rows: list[Row], extra: list[Row]) -> None:
    """Other students' rows at district D2, doubled or not, leave every figure of D1 and its schools as it was."""
    elsewhere = [
        {**row, "school_id": "S3", "student_id": "x" + row["student_id"], "stint_id": "x" + row["stint_id"]}
        for row in extra
    ]
    doubled = [*elsewhere, *({**row, "stint_id": row["stint_id"] + "again"} for row in elsewhere)]
    here = {("school", "S1"), ("school", "S2"), ("district", "D1")}
    only = {key: value for key, value in count(rows).items() if key[:2] in here}
    for more in (elsewhere, doubled):
        assert {key: value for key, value in count([*rows, *more]).items() if key[:2] in here} == only


@examples
@given(rows=enrollments())
def test_a_student_counts_at_most_once_at_each_org(count: Callable, rows: list[Row]) -> None:
    counts = count(rows)
    for (level, org, _), (numerator, denominator, n) in counts.items():
        inside = {"school": {org}, "district": {s for s, d in SCHOOLS.items() if d == org}, "network": set(SCHOOLS)}[
            level
        ]
        students = {row["student_id"] for row in rows if row["school_id"] in inside}
        assert numerator <= denominator == n <= len(students)
    for level, org in {key[:2] for key in counts}:
        races = sum(counts.get((level, org, race), (0, 0, 0))[2] for race in ("HI", "WH", "MR"))
        assert races == counts[level, org, "ALL"][2]


def test_the_district_is_not_the_sum_of_its_schools(count: Callable) -> None:
    """A student who moves counts at both schools and once at the district, by the days of both."""
    counts = count(
        [stint("mover", "S1", 1, 0, 100, 0), stint("mover", "S2", 2, 100, 40, 20), stint("other", "S1", 1, 0, 140, 0)]
    )
    assert counts["school", "S1", "ALL"] == (0, 2, 2)
    assert counts["school", "S2", "ALL"] == (1, 1, 1)
    assert counts["district", "D1", "ALL"] == (1, 2, 2)  # 20 of 140 days is over ten percent
    assert counts["network", "N1", "ALL"] == (1, 2, 2)


def test_eligible_at_the_district_alone(count: Callable) -> None:
    """10, 51 and 57 days at three enrollments: the ten at S2 are too few there and count at the district."""
    counts = count([stint("b", "S2", 1, 0, 10, 10), stint("b", "S1", 2, 10, 51, 1), stint("b", "S1", 3, 61, 57, 0)])
    assert ("school", "S2", "ALL") not in counts
    assert counts["school", "S1", "ALL"] == (0, 1, 1)  # 1 of 108
    assert counts["district", "D1", "ALL"] == (0, 1, 1)  # 11 of 118
    assert count([stint("c", "S1", 1, 0, 31, 3)])["school", "S1", "ALL"] == (0, 1, 1)
    assert count([stint("c", "S1", 1, 0, 40, 4)])["school", "S1", "ALL"] == (1, 1, 1)  # exactly ten percent
    assert count([stint("c", "S1", 1, 0, 30, 30)]) == {}


def test_the_latest_row_decides_and_an_open_one_is_latest(count: Callable) -> None:
    """The last race reported counts, even when it is blank; an enrollment without an exit stands last."""
    early = stint("s", "S1", 1, 0, 50, 0, race_ethnicity="WH")
    late = stint("s", "S1", 2, 50, 50, 0, race_ethnicity=None)
    groups = {key[2] for key in count([late, early]) if key[0] == "school"}
    assert groups == {"ALL", "MR"}
    same_day = {**early, "exit_date": None, "race_ethnicity": "AS"}
    closed = {**early, "stint_id": "s-9"}
    assert {key[2] for key in count([same_day, closed]) if key[0] == "school"} == {"ALL", "AS"}


def test_membership_at_any_time_counts_only_rows_that_count(count: Callable) -> None:
    """A group entered during a secondary enrollment does not count: that row was never counted."""
    primary = stint("s", "S1", 1, 0, 50, 0)
    secondary = stint("s", "S1", 2, 50, 50, 0, enrollment_status="20", english_learner=True)
    assert ("school", "S1", "EL") not in count([primary, secondary])
    assert count([primary, {**secondary, "enrollment_status": "30"}])["school", "S1", "EL"] == (0, 1, 1)
