"""The fingerprint: the same for what means the same, another for every edit that changes a number of the past."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from metricspec.compiler import Compiler
from metricspec.problems import UsageError
from metricspec.reading.load import Loaded, load
from metricspec.reading.yaml_nodes import read_nodes
from metricspec.registry import Registry, load_registry
from metricspec.versioning.canonical import Canonical
from metricspec.versioning.fingerprint import fingerprint, framework_fingerprint, parts

REGISTRY = load_registry()
SPECS = REGISTRY.spec_folders[0]
SAID = {"title", "description", "note", "source", "unverified", "version", "status", "supersedes"}


def fingerprints(loaded: Loaded, registry: Registry = REGISTRY) -> dict[str, str]:
    catalog = loaded.catalog
    found = {id_: fingerprint(one, catalog, registry) for id_, one in catalog.indicators.items()}
    found |= {
        f"framework {id_}": framework_fingerprint(one, catalog, registry) for id_, one in catalog.frameworks.items()
    }
    return found


@cache
def shipped() -> Mapping[str, str]:
    return fingerprints(load([SPECS], REGISTRY))


def shuffled(value: Any, order: random.Random) -> Any:
    """Data with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(one, order)) for key, one in value.items()]
        order.shuffle(items)
        return dict(items)
    return [shuffled(one, order) for one in value] if isinstance(value, list) else value


def rewritten(folder: Path, seed: int) -> None:
    """Write the shipped specs anew: no comments, other line breaks and quotes, keys in another order, other titles."""
    order = random.Random(seed)
    for path in sorted(SPECS.rglob("*.yaml")):
        data = read_nodes(str(path), path.read_bytes())[0].data
        if "test" in data or "binding" in data:
            continue
        head = {key: data[key] for key in list(data)[:2]}
        body = shuffled({key: value for key, value in data.items() if key not in head}, order)
        body |= {key: "Otherwise" for key in ("title", "description") if key in body}
        if data.get("ordered"):
            body["values"] = data["values"]
        new = folder / path.relative_to(SPECS)
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(
            yaml.safe_dump({**head, **body}, sort_keys=False, width=50, allow_unicode=True), encoding="utf-8"
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_formatting_comments_titles_and_the_order_of_keys_change_nothing(seed: int, tmp_path: Path) -> None:
    rewritten(tmp_path, seed)
    loaded = load([tmp_path], REGISTRY)
    assert [problem for problem in loaded.problems if problem.severity == "error"] == []
    assert fingerprints(loaded) == shipped()


def test_fingerprints_differ_between_indicators() -> None:
    assert len(set(shipped().values())) == len(shipped()) > 60


def test_the_same_in_every_process() -> None:
    """Nothing depends on the hashing of texts, which differs from run to run."""
    code = (
        "import metricspec; from metricspec.versioning.fingerprint import fingerprint as f\n"
        "p = metricspec.load()\n"
        "print(*(f(i, p.catalog, p.registry) for i in p.catalog.indicators.values()))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert set(said.pop().split()) == {value for id_, value in shipped().items() if not id_.startswith("framework")}


CHRONIC = "indicators/ca/chronic-absenteeism.yaml"
# file, what is written there, what instead, an indicator that changes, one that does not
EDITS = [
    (CHRONIC, "'10', '30'", "'10', '20'", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "  - not attendance_exempt\n", "", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "days_expected >= 31", "days_expected >= 30", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "10 * days_absent >=", "10 * days_absent >", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "missing: exclude", "missing: no", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "orgs: ca_dashboard", "orgs: plain", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "groups: dash14", "groups: all_students", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "policy: ca_dashboard", "policy: sqii", "ca.chronic_absenteeism", "ca.suspension_rate"),
    ("indicators/core/attendance-rate.yaml", "digits: 1", "digits: 2", "attendance_rate", "ca.suspension_rate"),
    (CHRONIC, "unit: percent", "unit: ratio", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "from: 2016-17", "from: 2017-18", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "to: 2018-19", "to: 2017-18", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "rating: ca.chronic_absenteeism\n", "", "ca.chronic_absenteeism", "ca.suspension_rate"),
    (CHRONIC, "expected >= 31", "expected >= 30", "framework essa", "framework core_sqii"),
    ("indicators/ca/suspension-rate.yaml", "days_suspended >= 1", "days_suspended > 1", "suspension_disparity", "ca.chronic_absenteeism"),
    ("levels/ca/chronic-absenteeism.yaml", "2.5", "2.6", "ca.chronic_absenteeism", "ca.suspension_rate"),
    ("levels/ca/chronic-absenteeism.yaml", "{above: 3.0}", "{from: 3.1}", "ca.chronic_absenteeism", "ca.ela_dfs"),
    ("levels/ca/chronic-absenteeism.yaml", "[Green, Green, Yellow", "[Green, Yellow, Yellow", "ca.chronic_absenteeism", "ca.ela_dfs"),
    ("policies/ca_dashboard.yaml", "n: 11", "n: 10", "ca.chronic_absenteeism", "sqii.chronic_absence"),
    ("orgs/ca_dashboard.yaml", "    stints: [not charter]\n", "", "ca.chronic_absenteeism", "sqii.chronic_absence"),
    ("groups/dash14.yaml", "membership: latest", "membership: any_time_in_year", "ca.chronic_absenteeism", "sqii.chronic_absence"),
    ("lookups/ca-ela-level-3-minimum.yaml", "2432", "2433", "ca.ela_dfs", "ca.math_dfs"),
    ("codes/grade.yaml", "  '02': Grade 2\n", "", "ca.chronic_absenteeism", "ca.published.math"),
    ("datasets/org.yaml", "grain: [org_id, school_year]", "grain: [school_year, org_id]", "ca.ela_dfs", "ca.published.math"),
]  # fmt: skip


def changed(folder: Path, file: str, old: str, new: str) -> dict[str, str]:
    shutil.copytree(SPECS, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.test.yaml", "bindings"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return fingerprints(load([folder], REGISTRY))


@pytest.mark.parametrize(("file", "old", "new", "other", "same"), EDITS)
def test_an_edit_of_the_past(file: str, old: str, new: str, other: str, same: str, tmp_path: Path) -> None:
    found = changed(tmp_path, file, old, new)
    assert found[other] != shipped()[other]
    assert found[same] == shipped()[same]


DAYS = "  days_absent: {type: decimal, scale: 2, title: Days absent for any reason, rollup: sum, missing: error, default: 0}"


@pytest.mark.parametrize("new", ["rollup: max", "scale: 1", "missing: 0"])
def test_a_column_that_is_named_counts(new: str, tmp_path: Path) -> None:
    key = new.partition(":")[0]
    old = next(one for one in DAYS[:-1].split(", ") if one.strip().startswith(key))
    found = changed(tmp_path, "datasets/attendance_stint.yaml", DAYS, DAYS.replace(old, new))
    assert found["ca.chronic_absenteeism"] != shipped()["ca.chronic_absenteeism"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("datasets/attendance_stint.yaml", DAYS, DAYS.replace("default: 0", "default: 1").replace("any reason", "a reason")),
        ("datasets/attendance_stint.yaml", DAYS, f"{DAYS}\n  shoe_size: {{type: integer, title: x, rollup: max}}"),
        ("codes/race_ethnicity.yaml", "AA:", "AA: "),
        (CHRONIC, "10 * days_absent >= days_expected", "10  *  days_absent   >= days_expected"),
        (CHRONIC, 'version: "1.0.0"', 'version: "1.0.1"'),
        (CHRONIC, "status: active", "status: deprecated\ndeprecated: {since: 2026-07-01}"),
        ("levels/ca/chronic-absenteeism.yaml", "2.5", "2.50"),
        ("levels/ca/chronic-absenteeism.yaml", "status:\n  - bands", "status:\n  - note: read again\n    unverified: true\n    bands"),
    ],
)  # fmt: skip
def test_what_is_only_said_changes_nothing(file: str, old: str, new: str, tmp_path: Path) -> None:
    assert changed(tmp_path, file, old, new) == shipped()


def test_every_column_that_the_compiler_reads_is_in_it() -> None:
    loaded = load([SPECS], REGISTRY)
    compiler = Compiler(loaded.catalog, REGISTRY, loaded.expressions)

    def known(id_: str) -> set[tuple[str, str]]:
        found = parts(loaded.catalog.indicators[id_], loaded.catalog, REGISTRY)
        columns = {(name, column) for name, one in found["datasets"].items() for column in one["columns"]}
        return columns.union(*(known(other) for other in found["others"]))

    for id_ in loaded.catalog.indicators:
        read = {(name, column) for name, columns in compiler.plan([id_]).reads.items() for column in columns}
        assert read <= known(id_), id_


@dataclass(frozen=True)
class Spec:
    title: str
    note: str = ""
    digits: int = 1


class Odd:
    pass


def test_a_measure_s_own_words_decide_what_is_only_said() -> None:
    """A plugin's spec may call a rule `title`; its schema says what is a label."""
    assert Canonical().of(Spec("a", "b")) == {"title": "a", "note": "b"}
    assert Canonical(labels=frozenset({"note"})).of(Spec("a", "b", 2)) == {"title": "a", "digits": 2}


def test_a_value_without_a_form_is_refused() -> None:
    with pytest.raises(UsageError, match="a Odd of a measure's spec"):
        Canonical().of({"a": [Odd()]})
