"""metricspec run and metricspec compile."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import metricspec
from metricspec.compiler.tail import RESULT
from metricspec.problems import UsageError

from .conftest import Command

CHRONIC = "ca.chronic_absenteeism"


def test_run_shows_names_values_and_ratings(command: Command, network: Path) -> None:
    code, out, _ = command("run", CHRONIC, "--project", network)
    frame = metricspec.load(network).run(CHRONIC)
    latest = frame[(frame["school_year"] == "2024-25") & (frame["student_group"] == "ALL")]
    shown = latest[latest["suppressed"].isna()]
    assert code == 0
    assert [value for value in shown["value"] if f"{value:.1f}%" not in out] == []
    assert [rating for rating in shown["rating"].dropna() if rating not in out] == []
    assert "Example Network" in out


def test_run_writes_every_row(command: Command, network: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    code, out, err = command("run", CHRONIC, "--project", network, "--out", target)
    written = pd.read_csv(target, dtype={"org_id": str})
    frame = metricspec.load(network).run(CHRONIC)
    assert (code, out) == (0, "")
    assert list(written.columns) == list(RESULT)
    assert len(written) == len(frame)
    assert f"{len(frame):,} rows written" in err
    hidden = written[written["suppressed"].notna()]
    assert len(hidden)
    assert hidden[["numerator", "denominator", "n", "value", "low", "high", "status", "rating"]].isna().all(axis=None)


def test_run_one_org_by_its_name_and_all_its_groups(command: Command, tiny: Path) -> None:
    code, out, _ = command("run", CHRONIC, "--project", tiny, "--org", "north school", "--group", "*")
    assert code == 0
    assert "North School" in out
    assert "All students" in out
    assert "34.2%" in out  # 13 of 38
    english = next(line for line in out.splitlines() if line.startswith("English learners"))
    assert english.split() == ["English", "learners", "*", "*"]


def test_run_hides_a_school_of_eight(command: Command, tiny: Path) -> None:
    code, out, _ = command("run", CHRONIC, "--project", tiny, "--level", "school")
    line = next(line for line in out.splitlines() if "South School" in line)
    assert (code, line.split()) == (0, ["South", "School", "*", "*"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "name an indicator, or --all"),
        (["run", "ca.chronic"], "unknown indicator 'ca.chronic'"),
        (["run", CHRONIC, "--org", "Nroth School"], "did you mean north (North School)"),
        (["run", CHRONIC, "--group", "EEL"], "did you mean 'EL'?"),
        (["run", CHRONIC, "--level", "schol"], "did you mean 'school'?"),
        (["run", CHRONIC, "--year", "2025"], "write it as 2024-25"),
        (["run", CHRONIC, "--out", "x.xls"], "write to a file that ends in one of"),
        (["run", CHRONIC, "--data", "org"], "--data takes DATASET=PATH"),
        (["run", CHRONIC, "--binding", "tinny"], "did you mean 'tiny'?"),
        (["run", "ca.suspension_rate"], "dataset 'enrollment' is not bound"),
        (["compile"], "name an indicator, or --all"),
        (["compile", "nothing"], "unknown indicator 'nothing'"),
    ],
)
def test_usage_errors_say_what_to_do(command: Command, tiny: Path, arguments: list[str], words: str) -> None:
    code, out, err = command(*arguments, "--project", tiny)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_plugin_reads_names_of_orgs_as_run_does(tiny: Path) -> None:
    project = metricspec.load(tiny)
    names = metricspec.org_names(project, [CHRONIC])
    assert names == {"net": "Tiny Network", "d": "Tiny Unified", "north": "North School", "south": "South School"}
    assert metricspec.org_names(metricspec.load()) == {}, "no data, no names"
    assert metricspec.org_id("north school", names, names) == metricspec.org_id("north", names, names) == "north"
    with pytest.raises(UsageError, match=r"unknown org 'Nroth School': did you mean north \(North School\)"):
        metricspec.org_id("Nroth School", names, names)


def test_missing_values_that_must_not_be_missing_are_findings(command: Command, tiny: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(tiny / "stints.csv", dtype=str)
    rows.loc[3, "days_absent"] = None
    rows.to_csv(tmp_path / "stints.csv", index=False)
    code, _, err = command("run", CHRONIC, "--project", tiny, "--data", f"attendance_stint={tmp_path / 'stints.csv'}")
    assert code == 1
    assert "MS510" in err
    assert "days_absent" in err


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake", "postgres"])
def test_compile_to_standard_output(command: Command, dialect: str) -> None:
    code, out, _ = command("compile", CHRONIC, "--dialect", dialect)
    assert code == 0
    assert "days_absent" in out
    assert out.count("-- ") > 10  # every step under its sentence


def test_compile_all_into_a_folder(command: Command, tmp_path: Path) -> None:
    code, _, err = command("compile", "--all", "--dialect", "snowflake", "--out", tmp_path)
    active = [
        i.id
        for i in metricspec.load().catalog.indicators.values()
        # some are partly in Python, so not in SQL, and that is said
        if i.status == "active" and i.measure_type not in ("eblp", "outlier", "similar_schools")
    ]
    assert code == 0
    assert "ca.growth_ela runs partly in Python" in err and "ca.growth_math runs partly in Python" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.snowflake.sql" for name in active)
    assert f"{len(active)} files written" in err
