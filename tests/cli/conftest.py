"""Command lines in process, and a project so small that most of its numbers must stay hidden."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from metricspec.cli import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Exit code, standard output and standard error of a command line, on a terminal of 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(stopped.value.code)), out, err

    return call


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    found = list(rows)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


BINDING = """\
metricspec: 1
binding: tiny
title: Two schools
datasets:
  org:
    file: org.csv
  attendance_stint:
    file: stints.csv
    columns:
      entry_date: {constant: '2024-08-15'}
      exit_date: {none: true}
      attendance_exempt: {constant: false}
      nonpublic_school: {constant: false}
      accountability_district_id: {none: true}
      days_attended: {sql: days_expected - days_absent}
      days_excused: {none: true}
      days_unexcused: {none: true}
      days_suspended_out: {none: true}
      days_suspended_in: {none: true}
      days_independent_study_incomplete: {none: true}
      long_term_english_learner: {constant: false}
      reclassified_4_years: {constant: false}
      economically_disadvantaged: {constant: false}
      disability: {constant: false}
      foster_youth: {constant: false}
      homeless: {constant: false}
"""


def stint(number: int, school: str, **values: object) -> dict[str, object]:
    usual = {
        "student_id": f"s{number}", "school_id": school, "school_year": "2024-25", "stint_id": "1", "grade": "05",
        "enrollment_status": "10", "days_expected": 180, "days_absent": 0, "race_ethnicity": "HI",
        "english_learner": "false",
    }  # fmt: skip
    return {**usual, **values}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """North School: 62 students, of whom 20 are in high school and 4 were enrolled for 30 days; of the other 38 there
    are 13 chronically absent, and 7 are English learners. South School: 8 students, 3 of them chronically absent."""
    folder = tmp_path_factory.mktemp("tiny")
    north = [stint(n, "north", grade="09") for n in range(20)]
    north += [stint(n, "north", days_expected=30) for n in range(20, 24)]
    north += [stint(n, "north", days_absent=18 if n < 37 else 2, english_learner=n < 31) for n in range(24, 62)]
    south = [stint(n, "south", days_absent=90 if n < 103 else 1) for n in range(100, 108)]
    write(folder / "stints.csv", [*north, *south])
    usual = {"school_year": "2024-25", "charter": "false", "alternative": "false"}
    orgs = [
        {"org_id": "net", "org_level": "network", "org_name": "Tiny Network", "org_type": "", "parent_id": "", **usual},
        {
            "org_id": "d",
            "org_level": "district",
            "org_name": "Tiny Unified",
            "org_type": "UD",
            "parent_id": "net",
            **usual,
        },
        {
            "org_id": "north",
            "org_level": "school",
            "org_name": "North School",
            "org_type": "ES",
            "parent_id": "d",
            **usual,
        },
        {
            "org_id": "south",
            "org_level": "school",
            "org_name": "South School",
            "org_type": "ES",
            "parent_id": "d",
            **usual,
        },
    ]
    write(folder / "org.csv", orgs)
    (folder / "specs").mkdir()
    (folder / "specs" / "tiny.yaml").write_text(BINDING, encoding="utf-8")
    (folder / "metricspec.yaml").write_text(
        "metricspec: 1\nproject: tiny\nbinding: tiny\nspecs: [specs]\n", encoding="utf-8"
    )
    return folder
