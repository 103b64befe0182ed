"""How a failure reads."""

import json
from pathlib import Path

import pytest

from metricspec.testing.report import case_text, written

from .conftest import Command, Run, write_test

CASE = """\
- name: one of two
  stage: tally
  rows:
    - {student_id: s1, school_id: A, days_expected: 40, days_absent: 4}
    - {student_id: s2, school_id: A}
  expect:
    - {org_level: school, org_id: A, numerator: 2, denominator: 2, value: 33.3}
    - {org_level: school, org_id: B, numerator: 2}
"""


def test_the_text_stands_side_by_side(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    lines = case_text(run(CASE)).splitlines()
    assert lines[:5] == [
        "FAILED ours.absent: one of two",
        "  specs/ours.absent.test.yaml:10:9: row school A ALL 2024-25",
        "      column     expected  got",
        "      numerator  2         1",
        "      value      33.3      50",
    ]
    assert lines[5] == "  specs/ours.absent.test.yaml:11:9: no row school B ALL 2024-25"
    assert lines[6:8] == ["      rows that there are:", "        school A ALL 2024-25"]


def test_values_are_written_as_in_a_test() -> None:
    assert [written(v) for v in (None, True, 3.0, 0.1, "Low")] == ["null", "true", "3", "0.1", "Low"]


def test_github_annotates_the_expectation(project: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    write_test(project, CASE)
    code, out, _ = command("test", "ours.absent", "--format", "github")
    first, second = out.splitlines()
    assert code == 1
    assert first.startswith("::error file=specs/ours.absent.test.yaml,line=10,")
    assert "numerator: expected 2, got 1; value: expected 33.3, got 50" in first
    assert "no row school B ALL 2024-25 (rows that there are: school A ALL 2024-25" in second


def test_json_has_every_case(project: Path, command: Command) -> None:
    write_test(project, CASE)
    code, out, _ = command("test", "ours.absent", "--project", project, "--format", "json")
    (case,) = json.loads(out)["cases"]
    assert (code, case["passed"], case["case"]) == (1, False, "one of two")
    assert case["differences"][0]["columns"][0] == {"column": "numerator", "expected": 2, "got": 1.0}
