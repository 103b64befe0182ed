"""Titles, names and units that the command takes from the project, and orgs that are named as people name them."""

from __future__ import annotations

from typing import Any

import metricspec
import pandas as pd
import pytest
from click.testing import CliRunner
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.running.loading import load
from metricspec.running.project import Project

from metricspec_improvement.chart.command import run_chart_command

BINDING = "metricspec: 1\nbinding: ours\ndatasets:\n  daily_attendance: {file: daily.csv}\n  org: {file: org.csv}\n"
OTHERS = ["economically_disadvantaged", "english_learner", "foster_youth", "homeless", "long_term_english_learner"]
SPEC = """\
metricspec: 1
indicator: ours.late
version: "1.0.0"
title: Lateness
better: lower
unit: days
digits: 1
students: daily_attendance
measure: {type: run_chart, numerator: days_absent, date: date, every: day, change: "2024-09-11"}
orgs: plain
groups: dash14
policy: ca_dashboard
compare: none
"""


def away(school: str, day: int) -> int:
    if school == "2":
        return int(day > 10)
    return 2 if day > 10 else day % 2


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Project:
    """Two schools of one name in part, of twenty students on twenty days. Of Ash none or one is absent, from the eleventh day on
    two; of Ash Hill none, and then one."""
    folder = tmp_path_factory.mktemp("project")
    rows = [
        (f"{school}{student}", school, f"2024-09-{day:02d}", int(student < away(school, day)), True)
        for school in ("1", "2") for day in range(1, 21) for student in range(20)
    ]  # fmt: skip
    columns = ["student_id", "school_id", "date", "days_absent", "disability"]
    frame = pd.DataFrame(rows, columns=columns).assign(
        school_year="2024-25", days_expected=1, race_ethnicity="white", **dict.fromkeys(OTHERS, False)
    )
    frame.to_csv(folder / "daily.csv", index=False)
    orgs = pd.DataFrame(
        [("D", "district", None, "Vale"), ("1", "school", "D", "Ash"), ("2", "school", "D", "Ash Hill")]
    )
    orgs.columns = pd.Index(["org_id", "org_level", "parent_id", "org_name"])
    orgs.assign(school_year="2024-25", org_type="", charter=False, alternative=False).to_csv(
        folder / "org.csv", index=False
    )
    (folder / "specs").mkdir()
    (folder / "specs" / "binding.yaml").write_text(BINDING)
    (folder / "specs" / "late.yaml").write_text(SPEC)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: ours\nspecs: [specs]\n")
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"], project.problems
    project.run("ours.late").to_parquet(folder / "late.parquet", index=False)
    return project


def said(project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str, file: str = "late.parquet") -> str:
    """What the command says in the project; raises what it raises."""
    monkeypatch.setattr(metricspec, "load", lambda folder: project)
    out = project.folder / "late.html"
    given: list[Any] = [str(project.folder / file), "--out", str(out), *arguments]
    done = CliRunner().invoke(run_chart_command, given, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    heading = done.stdout.partition("\n")[0]
    assert f"<h1>{heading}</h1>" in out.read_text(encoding="utf-8")
    return done.stdout


@pytest.mark.parametrize("org", ["1", "Ash", "ash"])
def test_title_name_group_and_unit_come_from_the_project(
    project: Project, monkeypatch: pytest.MonkeyPatch, org: str
) -> None:
    lines = said(project, monkeypatch, "--org", org, "--change", "bus").splitlines()
    assert lines[0] == "Lateness: Ash, All students, 2024-25"
    assert lines[1] == "Shift after bus: 10 points in a row lie above the earlier median."
    assert lines[2].startswith("The median of the 10 points before bus is 0.0 days, and")
    assert lines[3].endswith("neither why nor whether for the better (lower is better here).")
    assert said(project, monkeypatch, "--org", org, "--group", "SWD").startswith(
        "Lateness: Ash, Students with disabilities,"
    )


def test_what_is_given_comes_first(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("--title", "Late", "--org-name", "Ours", "--unit", "times")
    says = said(project, monkeypatch, "--org", "Ash Hill", *given)
    assert says.startswith("Late: Ours, All students, 2024-25\n") and "is 0.0 times" in says


def test_no_verdict_where_the_median_is_the_least_value(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten days of 0 before, and ten above it after: of a rate that is often 0, no point can lie below."""
    lines = said(project, monkeypatch, "--org", "Ash Hill", "--change", "bus").splitlines()
    assert lines[1:] == [
        "No verdict: too many points lie on the median.",
        "The median of the 10 points before bus is 0.0 days, and is carried on over the 10 points after.",
        "Of the 20 points 10 lie off it, all on one side. The rules are for points that fall on either side of it like coins.",
    ]


def test_another_version_is_not_described(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its title and direction may be others; the org's name is not."""
    frame = pd.read_parquet(project.folder / "late.parquet").assign(version="2.0.0")
    frame.to_parquet(project.folder / "other.parquet", index=False)
    says = said(project, monkeypatch, "--org", "1", file="other.parquet")
    assert says.startswith("ours.late: Ash, all students, 2024-25\n") and "better here" not in says


def test_an_unknown_org(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"unknown org 'Elm': there are 1 \(Ash\), 2 \(Ash Hill\), D \(Vale\)"):
        said(project, monkeypatch, "--org", "Elm")
    with pytest.raises(UsageError, match=r"unknown org 'Hill': did you mean 2 \(Ash Hill\)"):
        said(project, monkeypatch, "--org", "Hill")
