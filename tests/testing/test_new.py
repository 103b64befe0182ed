"""metricspec new: what it writes passes check and test as it stands."""

from pathlib import Path

import pytest

from metricspec.testing.scaffold import scalar

from .conftest import Command

FITTING = [
    *(("rate", one) for one in ("attendance_stint", "enrollment", "daily_attendance", "cohort_outcome", "assessment")),
    *(("ratio", one) for one in ("attendance_stint", "daily_attendance", "course_grade")),
    *(("mean", one) for one in ("attendance_stint", "discipline_action", "assessment")),
]


@pytest.mark.parametrize(("measure", "students"), FITTING)
def test_what_it_makes_passes(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch, measure: str, students: str
) -> None:
    monkeypatch.chdir(project)
    code, out, _ = command("new", "ours.first_try", "--measure", measure, "--students", students)
    assert (code, "metricspec test ours.first_try" in out) == (0, True)
    home = project / "specs" / "indicators" / "ours"
    assert {path.name for path in home.iterdir()} == {"first-try.yaml", "ours.first_try.test.yaml"}
    code, out, err = command("check", home)
    assert (code, out, err) == (0, "", "2 files checked: no problems\n")
    code, _, err = command("test", "ours.first_try")
    assert (code, err) == (0, "3 cases: 3 passed, 0 failed\n")


def test_the_test_would_notice_another_rule(project: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    command("new", "ours.late")
    spec = project / "specs" / "indicators" / "ours" / "late.yaml"
    spec.write_text(spec.read_text().replace("10 * days_absent >= days_expected", "10 * days_absent > days_expected"))
    assert command("test", "ours.late")[0] == 1


def test_it_refuses_to_overwrite(project: Path, command: Command) -> None:
    assert command("new", "ours.late", "--project", project)[0] == 0
    spec = project / "specs" / "indicators" / "ours" / "late.yaml"
    spec.write_text("mine")
    code, _, err = command("new", "ours.late", "--project", project)
    assert (code, "exists already" in err, spec.read_text()) == (2, True, "mine")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Ours.Late"], "small letters, digits and _"),
        (["ours..late"], "small letters, digits and _"),
        (["../late"], "small letters, digits and _"),
        (["ours.absent"], "there is an indicator 'ours.absent' already"),
        (["ca.chronic_absenteeism"], "there is an indicator 'ca.chronic_absenteeism' already"),
        (["ours.late", "--students", "enrolment"], "did you mean 'enrollment'?"),
        (["ours.late", "--students", "org"], "no dataset of students 'org'"),
        (["ours.late", "--students", "enrollment", "--measure", "mean"], "needs a number column"),
        (["ours.late", "--title", "two\nlines"], "one line"),
    ],
)
def test_what_it_refuses(project: Path, command: Command, arguments: list[str], says: str) -> None:
    code, _, err = command("new", *arguments, "--project", project)
    assert (code, says in err) == (2, True)
    assert not (project / "specs" / "indicators").exists()


@pytest.mark.parametrize("title", ["Growth: math", "It's 10% # not", "no", "null", "2024-25", "Inasistencia crónica"])
def test_any_title_is_kept_as_written(project: Path, command: Command, title: str) -> None:
    from metricspec.testing.selection import select_tests

    assert command("new", "ours.late", "--title", title, "--project", project)[0] == 0
    assert str(select_tests(["ours.late"], project).catalog.indicators["ours.late"].title) == title


def test_a_folder_of_specs_that_is_not_there_yet_is_made(project: Path, command: Command) -> None:
    (project / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nspecs: [rules]\n")
    assert command("new", "late", "--project", project)[0] == 0
    assert (project / "rules" / "indicators" / "late.yaml").is_file()


def test_without_a_project_it_says_what_to_do(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = command("new", "ours.late")
    assert (code, "--project" in err, "--dir" in err) == (2, True, True)
    code, out, _ = command("new", "ours.late", "--dir", "drafts")
    assert (code, "metricspec test drafts" in out) == (0, True)
    assert command("check", "drafts")[0] == 0
    assert command("test", "drafts")[0] == 0


def test_a_project_without_a_folder_of_specs_is_told_the_line_to_add(project: Path, command: Command) -> None:
    (project / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\n")
    code, _, err = command("new", "ours.late", "--project", project)
    assert (code, "add the line `specs: [specs]`" in err) == (2, True)


@pytest.mark.parametrize(
    ("value", "written"), [("Off", "'Off'"), ("n", "'n'"), ("null", "'null'"), ("nobody", "nobody")]
)
def test_words_that_yaml_reads_otherwise_are_quoted(value: str, written: str) -> None:
    assert scalar(value) == written
