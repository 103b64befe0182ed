"""A project folder to write specs into, and the result of one case of a test written there."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from metricspec.cli import main
from metricspec.testing.runner import CaseResult, Runner
from metricspec.testing.selection import select_tests

Run = Callable[[str], CaseResult]
Command = Callable[..., tuple[int, str, str]]

RATE = """\
metricspec: 1
indicator: ours.absent
version: "1.0.0"
title: Absent
students: attendance_stint
measure: {type: rate, numerator: 10 * days_absent >= days_expected}
orgs: plain
groups: dash14
policy: ca_dashboard
compare: previous
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one indicator, ours.absent."""
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nspecs: [specs]\n")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "absent.yaml").write_text(RATE)
    return tmp_path


def write_test(project: Path, cases: str, indicator: str = "ours.absent") -> Path:
    """A test file of some cases, in a block that starts with `- name`."""
    path = project / "specs" / f"{indicator}.test.yaml"
    path.write_text(f"metricspec: 1\ntest: {indicator}\ncases:\n{indent(dedent(cases), '  ')}")
    return path


@pytest.fixture
def run(project: Path) -> Run:
    """The result of the only case given."""

    def once(case: str) -> CaseResult:
        selection = select_tests([str(write_test(project, case))], project)
        assert selection.problems == ()
        (result,) = Runner(selection.catalog, selection.registry, selection.expressions).run(selection.tests)
        return result

    return once


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Exit code, standard output and standard error of a command line."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(stopped.value.code)), out, err

    return call
