"""Facts of every kind, over a handful of rows worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import metricspec
from metricspec.problems import SpecError, UsageError

ENROLLMENT = """student_id,school_id,school_year,stint_id,entry_date,exit_date,grade,enrollment_status
s1,A,2024-25,1,2024-08-15,,05,10
s2,A,2024-25,1,2024-08-15,,05,10
s3,A,2024-25,1,2024-08-15,2024-12-01,05,10
s3,B,2024-25,2,2024-12-02,,05,10
"""
ACTIONS = """action_id,student_id,school_id,school_year,action_date,action,duration_days,offense
1,s1,A,2024-25,2024-09-01,100,0.5,x
2,s1,A,2024-25,2024-10-01,110,0.6,x
3,s2,A,2024-25,2024-09-01,300,0.2,x
4,s3,A,2024-25,2024-09-01,100,1.0,x
5,s3,B,2024-25,2025-01-10,100,2.0,x
"""
ORG = """org_id,school_year,org_level,org_name,org_type,charter,alternative,parent_id
A,2024-25,school,A,ES,false,false,D
B,2024-25,school,B,ES,false,false,E
D,2024-25,district,D,UD,false,false,N
E,2024-25,district,E,UD,false,false,N
N,2024-25,network,N,UD,false,false,
"""
SPEC = """metricspec: 1
indicator: ours.fact
version: "1.0.0"
title: A fact
unit: {unit}
students: enrollment
facts:
  fact: {fact}
measure: {measure}
orgs: plain
groups: all_students
policy: open
"""
POLICY = "metricspec: 1\npolicy: open\ntitle: Nothing is hidden, for a test\nprivacy: [{n: 1}]\n"
MEAN = "{type: mean, value: fact}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "policy.yaml").write_text(POLICY)
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: facts\nspecs: [specs]\n")
    for name, text in (("enrollment", ENROLLMENT), ("discipline_action", ACTIONS), ("org", ORG)):
        lines = text.splitlines()
        more = {"enrollment": 9, "discipline_action": 0, "org": 0}[name]
        flags = "accountability_district_id,race_ethnicity,english_learner,long_term_english_learner,reclassified_4_years,economically_disadvantaged,disability,foster_youth,homeless"
        head = f"{lines[0]},{flags}" if more else lines[0]
        rows = [line + ",,HI" + ",false" * 7 if more else line for line in lines[1:]]
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *rows]) + "\n")
    return tmp_path


def value(folder: Path, fact: str, org: str, measure: str = MEAN, unit: str = "points") -> float:
    """The sum that the fact gives at an org: numerator of the mean or rate."""
    (folder / "specs" / "fact.yaml").write_text(SPEC.format(fact=fact, measure=measure, unit=unit))
    project = metricspec.load(folder)
    assert project.problems == ()
    data = {name: folder / f"{name}.csv" for name in ("enrollment", "discipline_action", "org")}
    frame = project.run("ours.fact", data=data)
    return float(frame[frame["org_id"] == org]["numerator"].iloc[0])


@pytest.mark.parametrize(
    ("fact", "at_a", "at_b", "at_network"),
    [
        # by hand: A has 0.5 + 0.6 (s1), 0.2 (s2), 1.0 (s3 while at A); B has 2.0 (s3 while at B)
        ("{from: discipline_action, sum: duration_days, at: org, missing: 0}", 2.3, 2.0, 4.3),
        ("{from: discipline_action, sum: 2 * duration_days, at: org, missing: 0}", 4.6, 4.0, 8.6),
        ("{from: discipline_action, sum: duration_days, where: action <> '300', at: org, missing: 0}", 2.1, 2.0, 4.1),
        ("{from: discipline_action, count: true, at: org, missing: 0}", 4, 1, 5),
        # anywhere: s3's 3.0 days count at both A and B
        ("{from: discipline_action, sum: duration_days, at: anywhere, missing: 0}", 4.3, 3.0, 4.3),
        ("{from: discipline_action, max: duration_days, at: anywhere, missing: 0}", 2.8, 2.0, 2.8),
        ("{from: discipline_action, min: duration_days, at: org, missing: 0}", 1.7, 2.0, 1.7),
        ("{from: discipline_action, latest: duration_days, at: org, missing: 0}", 1.8, 2.0, 2.8),
    ],
)
def test_facts_by_hand(folder: Path, fact: str, at_a: float, at_b: float, at_network: float) -> None:
    found = [value(folder, fact, org) for org in ("A", "B", "N")]
    assert found == pytest.approx([at_a, at_b, at_network], abs=1e-12)


def test_any_of_a_condition(folder: Path) -> None:
    fact = "{from: discipline_action, any: duration_days >= 1, at: org, missing: false}"
    rate = "{type: rate, numerator: fact}"
    assert [value(folder, fact, org, rate, "percent") for org in ("A", "B", "N")] == [1, 1, 1]


def test_a_fact_that_must_not_be_missing_stops_the_run(folder: Path) -> None:
    fact = "{from: discipline_action, sum: duration_days, where: action = '300', at: org, missing: error}"
    with pytest.raises(SpecError, match="MS511"):
        value(folder, fact, "A")


def test_a_spec_with_problems_is_not_called_unknown(folder: Path) -> None:
    (folder / "specs" / "fact.yaml").write_text(
        SPEC.format(fact="{from: nowhere, count: true}", measure=MEAN, unit="points")
    )
    with pytest.raises(UsageError, match="has problems: run 'metricspec check'"):
        metricspec.load(folder).compile("ours.fact")


def test_an_engine_that_reads_no_files_gets_a_table(network: Path) -> None:
    project = metricspec.load(network)
    assert "data/attendance_stint.parquet" in project.compile("ca.chronic_absenteeism")
    snowflake = project.compile("ca.chronic_absenteeism", dialect="snowflake")
    assert "parquet" not in snowflake.lower()
    assert "FROM attendance_stint" in snowflake


DAYS = """student_id,school_id,school_year,date,attendance_code,days_absent,days_expected
s1,A,2024-25,2024-09-02,excused,0.5,1
s1,A,2024-25,2024-09-03,unexcused,1,1
s1,A,2024-25,2024-09-04,present,0,1
s2,A,2024-25,2024-09-02,excused,1,1
s3,A,2024-25,2024-09-02,excused,1,1
s3,B,2024-25,2025-01-07,unexcused,0.5,1
s3,B,2024-25,2025-01-07,unexcused,0.5,1
s1,A,2023-24,2023-09-02,excused,100,100
"""
SEVERAL = """metricspec: 1
indicator: ours.several
version: "1.0.0"
title: Facts of one dataset
unit: points
students: enrollment
facts:
  absent: {from: daily_attendance, sum: days_absent, missing: 0}
  expected: {from: daily_attendance, sum: days_expected, missing: 0}
  days: {from: daily_attendance, count: true, missing: 0}
  excused: {from: daily_attendance, sum: days_absent, where: attendance_code = 'excused', missing: 0}
  anywhere: {from: daily_attendance, count: true, at: anywhere, missing: 0}
  most: {from: daily_attendance, max: days_absent, missing: 0}
measure: {type: mean, value: 1000000 * excused + 10000 * absent + 1000 * expected + 100 * days + 10 * anywhere + most}
orgs: plain
groups: all_students
policy: open
"""


def test_facts_of_one_dataset_share_a_scan_and_keep_their_own_rows(folder: Path) -> None:
    head, *rows = DAYS.splitlines()
    groups = ("race_ethnicity", "english_learner", "long_term_english_learner", "reclassified_4_years",
              "economically_disadvantaged", "disability", "foster_youth", "homeless")  # fmt: skip
    text = [",".join((head, *groups)), *(f"{row}{',' * len(groups)}" for row in rows)]
    (folder / "daily_attendance.csv").write_text("\n".join(text) + "\n")
    (folder / "specs" / "several.yaml").write_text(SEVERAL)
    project = metricspec.load(folder)
    assert project.problems == ()
    data = {name: folder / f"{name}.csv" for name in ("enrollment", "daily_attendance", "org")}
    run = project.execute(["ours.several"], data=data, year="2024-25")
    found = run.result.set_index("org_id")["numerator"]
    # by hand, of s1 + s2 + s3. A: excused 0.5 + 1 + 1, absent 1.5 + 1 + 1, expected and days 3 + 1 + 1, anywhere
    # 3 + 1 + 3, most 1 + 1 + 1; B: s3 alone, excused 0, absent 1, expected and days 2, anywhere 3, most 0.5
    assert found["A"] == pytest.approx(2_500_000 + 35_000 + 5_000 + 500 + 70 + 3)
    assert found["B"] == pytest.approx(10_000 + 2_000 + 200 + 30 + 0.5)
    assert found["N"] == pytest.approx(2_500_000 + 45_000 + 7_000 + 700 + 70 + 3)
    assert [(c.dataset, c.rows) for c in run.quality if c.what == "duplicate"] == [("daily_attendance", 1)]
    names = [stage.name for stage in project.compiler().plan(["ours.several"]).stages]
    assert sum(name.endswith("_at_schools") for name in names) == 2  # those of all days, and of the excused


def test_a_sum_with_an_unknown_day_is_unknown_wherever_the_day_counts(folder: Path) -> None:
    fact = "{from: discipline_action, sum: duration_days / (2 - duration_days), at: org, missing: 0}"  # of 2.0: unknown
    assert value(folder, fact, "A") == pytest.approx(0.5 / 1.5 + 0.6 / 1.4 + 0.2 / 1.8 + 1)
    assert value(folder, fact, "N") == pytest.approx(0.5 / 1.5 + 0.6 / 1.4 + 0.2 / 1.8)  # s3 was at B too
    with pytest.raises(IndexError):
        value(folder, fact, "B")  # nobody is left there
