"""A small project of two schools whose rows can be changed, and files of its results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from metricspec.cli import cli

SPEC = """\
metricspec: 1
indicator: absent
version: "1.0.0"
title: Absent
unit: percent
digits: 1
source: {publisher: x, document: x}
students: attendance_stint
population: [days_expected >= 31]
measure: {type: rate, numerator: 10 * days_absent >= days_expected}
orgs: plain
groups: all_students
policy: ours
compare: previous
"""
POLICY = """\
metricspec: 1
policy: ours
title: Ours
source: {publisher: x, document: x}
privacy: [{n: 10}]
"""
BINDING = """\
metricspec: 1
binding: ours
title: Ours
datasets:
  org: {file: org.csv}
  attendance_stint:
    file: days.csv
    columns: {days_absent: away}
"""
Write = Callable[..., Result]


def students(school: str, year: str, absent: int, of: int) -> str:
    """Rows of so many students of a school and year, the first of them often absent."""
    rows = (f"{school}{n},{school},{year},1,2023-08-01,,05,10,180,100,{90 if n < absent else 0}" for n in range(of))
    return "".join(f"{row}\n" for row in rows)


HEAD = "student_id,school_id,school_year,stint_id,entry_date,exit_date,grade,enrollment_status,days_expected,days_attended,away"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path / "ours")
    return tmp_path / "ours"


def write_project(folder: Path) -> None:
    (folder / "specs").mkdir(parents=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: ours\nspecs: [specs]\n")
    for name, text in (("absent", SPEC), ("policy", POLICY), ("binding", BINDING)):
        (folder / "specs" / f"{name}.yaml").write_text(text)
    orgs = "org_id,school_year,org_level,org_name,parent_id,org_type,charter,alternative,grade_span\n"
    orgs += "".join(
        f"{org},{year},{level},{org},{parent},,false,false,\n"
        for year in ("2022-23", "2023-24")
        for org, level, parent in (
            ("A", "school", "D"),
            ("B", "school", "D"),
            ("D", "district", "N"),
            ("N", "network", ""),
        )
    )
    (folder / "org.csv").write_text(orgs)
    write_days(folder)


def write_days(folder: Path, absent: int = 6) -> None:
    rows = students("A", "2022-23", 5, 40) + students("A", "2023-24", absent, 40) + students("B", "2023-24", 3, 4)
    (folder / "days.csv").write_text(f"{HEAD}\n{rows}")


@pytest.fixture
def call(project: Path) -> Write:
    """A command in the project."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, [*arguments, "--project", str(project)], standalone_mode=False)

    return run
