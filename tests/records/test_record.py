"""The record that a file of results carries: what stands in it, what must not, and that it is written with its file."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

import metricspec
from metricspec.problems import Place
from metricspec.records.files import beside, read_result
from metricspec.records.key import project_key
from metricspec.records.record import Asked, binding_hash, grain, plugins_of, record_of, rounded
from metricspec.registry import MEASURES, Provided
from metricspec.running.trace import Read
from metricspec.versioning.fingerprint import fingerprint

from .conftest import POLICY, Write


def record(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(beside(path).read_text(encoding="utf-8"))
    return found


def test_what_stands_in_it(call: Write, project: Path) -> None:
    out = project / "r.csv"
    assert (
        call("run", "absent", "--year", "2023-24", "--level", "school", "--org", "A", "--out", str(out)).exception
        is None
    )
    found = record(out)
    opened = metricspec.load(project)
    indicator = opened.catalog.indicators["absent"]
    print_ = fingerprint(indicator, opened.catalog, opened.registry)
    assert found["indicators"] == {"absent@1": {"version": "1.0.0", "fingerprint": print_}}
    assert found["engine"] == {"dialect": "duckdb", "name": "DuckDB", "version": duckdb.__version__}
    assert found["policies"] == {"ours": {"privacy": [10]}}
    assert found["asked"] == {
        "command": "run", "indicators": ["absent"], "year": "2023-24", "level": "school", "orgs": ["A"], "groups": [],
        "framework": None, "fit": None,
    }  # fmt: skip
    assert found["rows"]["count"] == 1 and found["binding"]["id"] == "ours"
    assert found["data"]["attendance_stint"]["years"] == ["2022-23", "2023-24"]


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_every_kind_of_file_has_one(ending: str, call: Write, project: Path) -> None:
    out = project / f"r.{ending}"
    assert call("run", "absent", "--out", str(out)).exception is None
    found = read_result(out)
    assert not found.altered and len(found.rows) == 7 and found.record["rows"]["count"] == 7
    assert beside(out).exists() is (ending != "parquet")
    if ending == "parquet":
        assert json.loads(pq.read_schema(out).metadata[b"metricspec"]) == found.record


def test_nothing_in_it_tells_of_students_places_or_hidden_numbers(call: Write, project: Path) -> None:
    """84 rows of students: 40 and 40 shown, so that 84 would tell the 4 of the school that is hidden."""
    assert call("run", "absent", "--out", str(project / "r.csv")).exception is None
    text, key = (
        beside(project / "r.csv").read_text(encoding="utf-8"),
        (project / ".metricspec" / "record.key").read_text(),
    )
    found = json.loads(text)
    assert found["data"]["attendance_stint"]["rows"] == 100
    for told in (str(project), "days.csv", "B0", "A0", key.strip(), " 84", "away"):
        assert told not in text


@pytest.mark.parametrize(("least", "unit"), [(11, 100), (20, 100), (21, 1_000), (200, 1_000), (201, 10_000)])
def test_rows_are_told_far_more_coarsely_than_any_minimum(least: int, unit: int, project: Path) -> None:
    (project / "specs" / "policy.yaml").write_text(POLICY.replace("10", str(least)), encoding="utf-8")
    opened = metricspec.load(project)
    assert grain(opened, ["absent"]) == unit
    assert {rounded(rows, unit) for rows in range(unit // 2, unit + unit // 2)} == {unit}


def test_the_key_stays_in_the_project_and_is_made_once(call: Write, project: Path) -> None:
    for name in ("one", "two"):
        assert call("run", "absent", "--out", str(project / f"{name}.csv")).exception is None
    one, two = record(project / "one.csv"), record(project / "two.csv")
    assert one["data"] == two["data"] and one["key"] == two["key"]
    place = project / ".metricspec"
    assert (place / "record.key").stat().st_mode & 0o077 == 0
    assert (place / ".gitignore").read_text() == "*\n"
    (place / "record.key").unlink()
    assert call("run", "absent", "--out", str(project / "three.csv")).exception is None
    assert record(project / "three.csv")["data"]["org"]["seal"] != one["data"]["org"]["seal"]


def test_without_a_place_for_a_key_nothing_is_sealed(project: Path) -> None:
    assert project_key(project.parent) is None
    opened = metricspec.load(project)
    trace = opened.execute(["absent"], trace=True).trace
    assert trace is not None
    made = record_of(opened, trace, Asked("run", ()), None)
    assert made["key"] is None and set(made["data"]["org"]) == {"from", "rows", "years"}


def test_the_binding_s_hash_knows_names_and_no_secret(project: Path) -> None:
    opened = metricspec.load(project)
    assert opened.binding is not None
    org = opened.binding.datasets["org"]

    def hashed(**changes: Any) -> str:
        return binding_hash([Read(replace(org, **changes), 1, ())])

    assert hashed() == hashed(file="/elsewhere/org.csv") == hashed(file=None, table="org")
    assert (
        len(
            {hashed(), hashed(where="charter"), hashed(file=None, table="orgs"), hashed(codes={"charter": {"Y": True}})}
        )
        == 4
    )
    url = "SELECT * FROM postgres_scan('postgresql://me:{}@host/db', 'org')"
    assert hashed(file=None, sql=url.format("secret")) == hashed(file=None, sql=url.format("public"))


def test_only_plugins_whose_measure_types_computed_are_named(project: Path) -> None:
    """What ships is none, also where another package has its name; nor is a plugin that had nothing to do."""
    opened = metricspec.load(project)
    indicator = opened.catalog.indicators["absent"]
    registry = opened.registry
    assert plugins_of(opened, [indicator]) == {}
    ours = {MEASURES: ("theirs",)}
    provided = (*registry.provided, Provided("pytest", "7.5", 2, Place(), ours), Provided("idle", "1", 2, Place(), {}))
    widened = replace(opened, registry=replace(registry, provided=provided))
    assert plugins_of(widened, [indicator]) == {}
    assert plugins_of(widened, [indicator, replace(indicator, measure_type="theirs")]) == {"pytest": "7.5"}


@pytest.mark.parametrize("stop", ["r.csv", "r.csv.meta.json"])
def test_the_file_and_its_record_are_written_both_or_neither(
    stop: str, call: Write, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = project / "r.csv"
    assert call("run", "absent", "--out", str(out)).exception is None
    before = {path.name: path.read_bytes() for path in project.iterdir() if path.is_file()}
    move = os.replace

    def moving(source: Path, target: Path) -> None:
        if Path(target).name == stop and Path(source).suffix != ".old":
            raise OSError(28, "No space left on device")
        move(source, target)

    monkeypatch.setattr(os, "replace", moving)
    assert isinstance(call("run", "absent", "--year", "2023-24", "--out", str(out)).exception, OSError)
    assert {path.name: path.read_bytes() for path in project.iterdir() if path.is_file()} == before
    for name in ("r.csv", "r.csv.meta.json"):
        (project / name).unlink()
    assert isinstance(call("run", "absent", "--out", str(out)).exception, OSError)
    assert not out.exists() and not beside(out).exists()
