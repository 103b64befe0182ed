"""The hooks of .pre-commit-hooks.yaml, run by pre-commit itself over a repository with a project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY

HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
PROJECT = "metricspec: 1\nproject: ours\nspecs: [specs]\n"
POLICY = "metricspec: 1\npolicy: ours\nprivacy: [{n: 11}]\n"
RATE = """metricspec: 1
indicator: ours.absent
version: "1.0.0"
title: Absent
students: attendance_stint
measure: {type: rate, numerator: 10 * days_absent >= days_expected}
orgs: ca_dashboard
groups: all_students
policy: ours
"""
CASE = """metricspec: 1
test: ours.absent
cases:
  - name: one of one
    stage: tally
    rows: [{student_id: s1, school_id: A, days_expected: 10, days_absent: 1}]
    expect: [{org_level: school, org_id: A, numerator: 1}]
"""


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", "--no-verify")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project under version control, with the hooks as pre-commit finds them in a repository; they run what is installed
    here instead of installing it anew."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    offered = [{**hook, "language": "system"} for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))]
    for hook in offered:
        hook["entry"] = hook["entry"].replace("metricspec", f"{sys.executable} -m metricspec", 1)
    (hooks / HOOKS.name).write_text(yaml.safe_dump(offered), encoding="utf-8")
    git(hooks, "init", "-q")
    commit(hooks)
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=hooks, check=True, capture_output=True, text=True)
    used = [{"id": hook["id"]} for hook in offered]
    config = {"repos": [{"repo": str(hooks), "rev": revision.stdout.strip(), "hooks": used}]}
    ours = tmp_path / "ours"
    (ours / "specs").mkdir(parents=True)
    files = {
        ".pre-commit-config.yaml": yaml.safe_dump(config),
        "compose.yaml": "services: {}\n",
        "metricspec.yaml": PROJECT,
        "specs/policy.yaml": POLICY,
        "specs/absent.yaml": RATE,
        "specs/ours.absent.test.yaml": CASE,
    }
    for name, text in files.items():
        (ours / name).write_text(text, encoding="utf-8")
    git(ours, "init", "-q")
    commit(ours)
    return ours


def hook(repository: Path, tmp_path: Path) -> tuple[int, str]:
    """What pre-commit says of the staged files."""
    git(repository, "add", "-A")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--verbose", "--color", "never"],
        cwd=repository, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def change(repository: Path, name: str, old: str, new: str) -> None:
    path = repository / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_good_change_passes_and_its_tests_run(repository: Path, tmp_path: Path) -> None:
    change(repository, "specs/policy.yaml", "n: 11", "n: 15")
    change(repository, "compose.yaml", "{}", "{web: {}}")
    code, said = hook(repository, tmp_path)
    assert code == 0, said
    assert "3 files checked: no problems" in said  # the policy, the indicator that names it, and its test
    assert "1 cases: 1 passed, 0 failed" in said


def test_a_problem_is_placed(repository: Path, tmp_path: Path) -> None:
    change(repository, "specs/absent.yaml", "days_absent", "days_absnt")
    code, said = hook(repository, tmp_path)
    assert code == 1
    assert "specs/absent.yaml:6:39: MS302" in said
    assert "did you mean 'days_absent'" in said


def test_what_breaks_elsewhere_fails_too(repository: Path, tmp_path: Path) -> None:
    """The indicator did not change: the policy that it names went away."""
    change(repository, "specs/policy.yaml", "policy: ours", "policy: theirs")
    code, said = hook(repository, tmp_path)
    assert code == 1
    assert "specs/absent.yaml:9:9: MS201 there is no policy 'ours'" in said


def test_a_test_that_fails_stops_the_commit(repository: Path, tmp_path: Path) -> None:
    change(repository, "specs/absent.yaml", "10 * days_absent", "5 * days_absent")
    code, said = hook(repository, tmp_path)
    assert code == 1
    assert "check metricspec specs" in said and "0 passed, 1 failed" in said


def test_the_projects_own_file_is_checked(repository: Path, tmp_path: Path) -> None:
    change(repository, "metricspec.yaml", "specs:", "spcs:")
    code, said = hook(repository, tmp_path)
    assert code == 1
    assert "metricspec.yaml:3:1: MS102" in said


def test_other_files_start_nothing(repository: Path, tmp_path: Path) -> None:
    change(repository, "compose.yaml", "{}", "{web: {}}")
    code, said = hook(repository, tmp_path)
    assert code == 0
    assert said.count("no files to check") == 2
