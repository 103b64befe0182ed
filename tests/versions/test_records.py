"""Records of results where versions stand side by side: each version in force is in them, and verified by its own rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import metricspec
from metricspec.cli import cli
from metricspec.model import BoundDataset
from metricspec.records.files import beside
from metricspec.records.record import Asked, grain, indicators_of, policies, years_of
from metricspec.registry import load_registry
from metricspec.running.trace import Read, Trace
from tests.versions.conftest import ALL_YEARS, GAP, LATER, write

STRICT = """metricspec: 1
policy: strict
title: Strict
source: {publisher: x, document: x}
privacy: [{n: 30}]
"""


def call(specs: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, [*arguments, "--project", str(specs.parent)], standalone_mode=False)
    assert done.exception is None, done.exception
    return done


def run(specs: Path, *arguments: str) -> Path:
    out = specs.parent / "r.csv"
    call(specs, "run", *arguments, "--level", "district", "--group", "ALL", "--out", str(out))
    return out


def record(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(beside(path).read_text(encoding="utf-8"))
    return found


def verdict(specs: Path, path: Path) -> tuple[int, list[tuple[str, str]]]:
    done = call(specs, "verify", str(path), "--format", "json")
    return done.return_value, [(one["about"], one["name"]) for one in json.loads(done.stdout)["differences"]]


def test_the_record_of_a_plain_id_names_each_version_in_force(specs: Path) -> None:
    out = run(specs, "ours.absent")
    assert {id_: one["version"] for id_, one in record(out)["indicators"].items()} == {
        "ours.absent@1": "1.2.0",
        "ours.absent@2": "2.0.0",
    }
    assert verdict(specs, out) == (0, [])
    write(specs, "1.2.0", ALL_YEARS, numerator="8 * days_absent >= days_expected")
    assert verdict(specs, out) == (1, [("spec", "ours.absent@1")])


def test_one_version_is_recorded_and_verified(specs: Path) -> None:
    out = run(specs, "ours.absent@1")
    assert record(out)["asked"]["indicators"] == ["ours.absent@1"] and list(record(out)["indicators"]) == [
        "ours.absent@1"
    ]
    assert verdict(specs, out) == (0, [])


def test_a_year_s_file_knows_the_version_of_that_year_alone(specs: Path) -> None:
    out = run(specs, "ours.absent", "--year", "2022-23")
    assert list(record(out)["indicators"]) == ["ours.absent@1"]
    write(specs, "2.0.0", LATER, numerator="19 * days_absent >= days_expected")
    assert verdict(specs, out) == (0, [])


def test_a_newer_version_leaves_files_of_earlier_years_the_same(specs: Path) -> None:
    newer = (specs / "absent-2.yaml").read_text(encoding="utf-8")
    for name in ("absent-2.yaml", "absent-3.yaml"):
        (specs / name).unlink()
    out = run(specs, "ours.absent", "--year", "2022-23")
    (specs / "absent-2.yaml").write_text(newer.replace("policy: sqii", "policy: strict"), encoding="utf-8")
    (specs / "strict.yaml").write_text(STRICT, encoding="utf-8")
    assert verdict(specs, out) == (0, [])


def test_what_an_older_version_alone_reads_is_not_asked_of_a_year_s_file(specs: Path) -> None:
    """Not even where nobody binds it any more."""
    shipped = load_registry().spec_folders[0] / "datasets" / "attendance_stint.yaml"
    text = shipped.read_text(encoding="utf-8").replace("dataset: attendance_stint", "dataset: old_days")
    (specs / "old_days.yaml").write_text(text, encoding="utf-8")
    older = specs / "absent-1.yaml"
    older.write_text(older.read_text(encoding="utf-8").replace("attendance_stint", "old_days"), encoding="utf-8")
    out = run(specs, "ours.absent", "sqii.chronic_absence", "--year", "2024-25")
    assert verdict(specs, out) == (0, [])


@pytest.mark.parametrize(("policy", "unit"), [("sqii", 100), ("strict", 1_000)])
def test_the_minimum_of_an_older_version_coarsens_the_counts_too(policy: str, unit: int, specs: Path) -> None:
    (specs / "strict.yaml").write_text(STRICT, encoding="utf-8")
    write(specs, "1.2.0", ALL_YEARS, policy=policy)
    project = metricspec.load(specs.parent)
    assert grain(project, ["ours.absent"]) == unit
    names = [one.id for one in policies(project, project.registry.involved(["ours.absent"], project.catalog))]
    assert names == sorted({"sqii", policy})
    later = [
        one.id for one in policies(project, project.registry.involved(["ours.absent"], project.catalog, ("2024-25",)))
    ]
    assert later == ["sqii"] and list(indicators_of(project, ["ours.absent"], ("2024-25",))) == ["ours.absent@2"]


def test_a_framework_s_rules_look_back_and_not_forward() -> None:
    """Its table of one year is of the rules of earlier years too; the rows of an indicator are of their own year's."""
    read = Read(BoundDataset("org"), 1, ("2021-22", "2022-23", "2023-24", "2024-25"))
    trace = Trace((), "duckdb", "DuckDB", "1", (read,))
    asked = Asked("framework", (), framework="goals")
    assert years_of(["2023-24"], asked, trace) == ("2021-22", "2022-23", "2023-24")
    assert years_of(["2023-24"], Asked("run", ()), trace) == ("2023-24",)
    assert years_of([], asked, trace) == ()


def test_policies_of_what_an_indicator_is_made_of_are_recorded(specs: Path) -> None:
    """Those of an older version of it too."""
    (specs / "strict.yaml").write_text(STRICT, encoding="utf-8")
    write(specs, "1.2.0", ALL_YEARS, policy="strict")
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    project = metricspec.load(specs.parent)
    gap = "ours.absent_disparity"
    assert [one.id for one in policies(project, project.registry.involved([gap], project.catalog))] == [
        "sqii",
        "strict",
    ]
    assert grain(project, [gap]) == 1_000
