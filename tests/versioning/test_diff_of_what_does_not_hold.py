"""diff where a side has problems, where a side is a folder of specs alone, and where a word is no side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.versioning.commands import command
from tests.versioning.repositories import INDICATOR, OWN, POLICY, RULES, Repository, repository

FRAMEWORK = """\
metricspec: 1
framework: table
title: Ours
indicators:
  chronic: {of: [ca.chronic_absenteeism]}
criteria:
  high:
    any_of:
      - rating: {chronic: [Red]}
designations:
  support:
    org_level: school
    criteria: [high]
"""


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return repository(tmp_path / "project")


def test_a_change_that_does_not_compile(project: Repository) -> None:
    project.replace(OWN, "20 * days_absent", "20 * days_absnt")
    done = command(project.folder, "diff", "HEAD")
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "it gives no results now, because of 1 problem" in said
    assert f"{OWN}:" in said and "MS302" in said and "days_absnt" in said
    (one,) = json.loads(command(project.folder, "diff", "HEAD", "--format", "json").stdout)["indicators"]
    assert [error["code"] for error in one["errors"]] == ["MS302"] and one["errors_before"] == []


def test_a_change_that_mends(project: Repository) -> None:
    project.replace(OWN, "20 * days_absent", "20 * days_absnt")
    project.commit("broken")
    project.replace(OWN, "20 * days_absnt", "20 * days_absent")
    done = command(project.folder, "diff", "HEAD")
    assert done.returncode == 0
    assert "it gave no results before, because of 1 problem" in done.stdout and "now, because" not in done.stdout


def test_what_it_depends_on_does_not_hold(project: Repository) -> None:
    """Those that a broken document reaches in the same way are told of together."""
    project.write("specs/own/other.yaml", INDICATOR.replace("late_start", "later_start"))
    project.commit("two")
    project.replace(POLICY, "n: 11", "n: 12\n    from: 2020-21\n    to: 2018-19")
    done = command(project.folder, "diff", "HEAD")
    said = " ".join(done.stdout.split())
    assert done.returncode == 1 and "2 indicators, through what they depend on" in said
    assert said.count("it gives no results now") == 1 and "2018-19" in said


def test_a_folder_of_specs_says_nothing_of_what_ships(project: Repository, tmp_path: Path) -> None:
    shutil.copytree(project.folder / "specs", tmp_path / "specs")
    project.replace(OWN, "20 * days_absent", "25 * days_absent")
    for words in (("diff", str(tmp_path / "specs")), ("diff", "HEAD", str(tmp_path / "specs"))):
        done = command(project.folder, *words, "--format", "json")
        found = json.loads(done.stdout)["indicators"]
        assert [(one["id"], one["became"]) for one in found] == ([("late_start", "changed")] if len(words) == 2 else [])


def test_an_indicator_where_a_side_should_be(project: Repository) -> None:
    done = command(project.folder, "diff", "late_start")
    assert done.returncode == 2
    assert "'late_start' is an indicator: name first what it is compared with, such as HEAD late_start" in done.stderr
    assert "unshallow" not in command(project.folder, "diff", "late_strat").stderr


def test_a_shallow_clone_is_told_of(project: Repository, tmp_path: Path) -> None:
    project.replace(OWN, "20 * days_absent", "25 * days_absent")
    project.commit("second")
    project.git("clone", "-q", "--depth", "1", project.folder.as_uri(), str(tmp_path / "shallow"))
    done = command(tmp_path / "shallow", "diff", "HEAD~1")
    assert done.returncode == 2 and "git fetch --unshallow" in done.stderr


@pytest.mark.parametrize(("version", "says"), [("1.0.1", "1 version too low"), ("2.0.0", "their versions are enough")])
def test_what_versions_say_of_the_whole(project: Repository, version: str, says: str) -> None:
    project.write("specs/own/other.yaml", INDICATOR.replace("late_start", "later_start"))
    project.commit("two")
    for file, raised in ((OWN, version), ("specs/own/other.yaml", "2.0.0")):
        project.replace(file, "20 * days_absent", "25 * days_absent")
        project.replace(file, 'version: "1.0.0"', f'version: "{raised}"')
    assert f"2 indicators: 2 with a major change ({says})" in command(project.folder, "diff", "HEAD").stdout


@pytest.mark.parametrize("effective", ["{to: 2018-19}", "{from: 2016-17, to: 2018-19, except: [2017-18]}"])
def test_a_rule_without_years_is_felt_where_an_indicator_has_ended(project: Repository, effective: str) -> None:
    project.replace(OWN, "better: lower\n", f"better: lower\neffective: {effective}\n")
    project.commit("ended")
    project.replace(POLICY, "n: 11", "n: 12")
    assert "2.0.0 is needed (major)" in command(project.folder, "diff", "HEAD").stdout


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_documents_that_are_no_indicators(project: Repository, form: str) -> None:
    """New, changed and gone ones are compared beside the indicators."""
    project.write("specs/policies/theirs.yaml", RULES.replace("policy: own", "policy: theirs"))
    project.write("specs/policies/gone.yaml", RULES.replace("policy: own", "policy: gone"))
    project.write("specs/own/table.yaml", FRAMEWORK)
    project.commit("more")
    project.write("specs/policies/new.yaml", RULES.replace("policy: own", "policy: new"))
    project.replace("specs/policies/theirs.yaml", "n: 11", "n: 12")
    project.replace("specs/own/table.yaml", "title: Ours", "title: Our table")
    (project.folder / "specs/policies/gone.yaml").unlink()
    done = command(project.folder, "diff", "HEAD", "--format", form)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(name in done.stdout for name in ("theirs", "new", "gone", "Our table"))


def test_an_indicator_that_breaks_without_a_change_of_its_own(project: Repository) -> None:
    (project.folder / POLICY).unlink()
    for words in (("diff", "HEAD"), ("diff", "HEAD", "late_start")):
        done = command(project.folder, *words)
        assert done.returncode == 1 and "it gives no results now" in done.stdout and "MS201" in done.stdout
    assert "1.0.0 as before" in done.stdout and "1 indicator: 1 without a change" in done.stdout


def test_another_version_and_no_change(project: Repository) -> None:
    project.replace(OWN, 'version: "1.0.0"', 'version: "1.1.0"')
    done = command(project.folder, "diff", "HEAD")
    assert "1.0.0 -> 1.1.0, and no change" in done.stdout and "1 indicator: 1 without a change" in done.stdout
