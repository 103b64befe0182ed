"""metricspec test: what is run, what it exits with."""

from pathlib import Path

import pytest

from .conftest import RATE, Command, write_test

GOOD = """\
- name: one of one
  stage: tally
  rows: [{student_id: s1, school_id: A, days_absent: 18}]
  expect: [{org_level: school, org_id: A, numerator: 1}]
"""
BAD = GOOD.replace("numerator: 1", "numerator: 0")


@pytest.mark.parametrize(("cases", "code", "says"), [(GOOD, 0, "1 passed, 0 failed"), (BAD, 1, "0 passed, 1 failed")])
@pytest.mark.parametrize("named", ["specs", "specs/absent.yaml", "specs/ours.absent.test.yaml", "ours.absent"])
def test_exit_codes(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch, cases: str, code: int, says: str, named: str
) -> None:
    write_test(project, cases)
    monkeypatch.chdir(project)
    found, out, err = command("test", named)
    assert (found, says in err) == (code, True)
    assert out.splitlines()[-1].split() == ["ours.absent", "1", str(1 - code), str(code)]


@pytest.mark.parametrize(
    ("named", "says"),
    [("nowhere.yaml", "neither a file or folder nor an indicator"), ("specs/absent.yaml", "there are no tests in")],
)
def test_nothing_to_run_is_no_success(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch, named: str, says: str
) -> None:
    monkeypatch.chdir(project)
    code, _, err = command("test", named)
    assert (code, says in err) == (2, True)


def test_a_test_of_a_broken_indicator_is_not_passed_over(project: Path, command: Command) -> None:
    test = write_test(project, GOOD)
    (project / "specs" / "absent.yaml").write_text(RATE.replace("days_absent", "days_abscent"))
    code, out, err = command("test", test, "--project", project)
    assert code == 1
    assert "did you mean 'days_absent'?" in out
    assert "MS613 the test of ours.absent was not run" in out
    assert "0 cases" in err


def test_a_test_outside_of_any_project(project: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    write_test(project, GOOD)
    (project / "metricspec.yaml").unlink()
    monkeypatch.chdir(project)
    code, _, err = command("test", "specs")
    assert (code, "1 cases: 1 passed" in err) == (0, True)


def test_a_folder_that_is_no_project(tmp_path: Path, command: Command) -> None:
    code, _, err = command("test", "--project", tmp_path)
    assert (code, "is not a project" in err) == (2, True)
