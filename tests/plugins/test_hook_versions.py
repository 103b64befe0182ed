"""Each version of the hooks that the table names has a frozen plugin, and its numbers are the same through this metricspec."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from metricspec.hookspecs import SUPPORTED, VERSION, VERSIONS
from metricspec.measure import CheckedMeasure, Estimate, MomentMeasure
from metricspec.model import Scalar
from metricspec.plugins.earlier import adapted
from metricspec.reading.load import load
from metricspec.registry import Registry, load_registry
from metricspec.testing.runner import Runner
from tests.plugins.site import FROZEN, Site

NUMBERS = [one.number for one in VERSIONS]
PACKAGE = "district-measures"
INDICATOR = """\
metricspec: 1
indicator: ours.suspensions_per_hundred
version: "1.0.0"
title: Suspensions per hundred students
better: lower
unit: ratio
digits: 1
students: enrollment
facts:
  suspensions:
    from: discipline_action
    where: action = '100'
    count: true
    missing: 0
measure:
  type: per_hundred
  value: suspensions
orgs: plain
groups: all_students
policy: ca_dashboard
compare: previous
"""
# Suspensions of forty students of one school: none, or as many as stand here.
SUSPENDED = {3: 1, 7: 2, 11: 1, 31: 3}


def rows() -> dict[str, list[dict[str, Scalar]]]:
    at = {"school_id": "A", "school_year": "2024-25"}
    students: list[dict[str, Scalar]] = [{"student_id": f"s{n}", **at} for n in range(40)]
    actions: list[dict[str, Scalar]] = [
        {"student_id": f"s{n}", "action_id": f"a{n}-{time}", "action": "100", **at}
        for n, times in SUSPENDED.items()
        for time in range(times)
    ]
    return {"enrollment": students, "discipline_action": actions}


def results(registry: Registry, folder: Path) -> list[dict[str, Scalar]]:
    folder.mkdir(exist_ok=True)
    (folder / "ours.yaml").write_text(INDICATOR, encoding="utf-8")
    loaded = load([*registry.spec_folders, folder], registry)
    assert [p for p in loaded.errors if p.place.file.startswith(str(folder))] == []
    runner = Runner(loaded.catalog, registry, loaded.expressions)
    return [dict(row) for row in runner.results("ours.suspensions_per_hundred", rows(), "tally")]


def test_the_table_is_whole() -> None:
    assert tuple(NUMBERS) == SUPPORTED and NUMBERS[-1] == VERSION
    assert {folder.name for folder in FROZEN.iterdir()} == {f"hooks-{number}" for number in NUMBERS}
    ends = [one.ends for one in VERSIONS]
    assert all(ends[:-1]) and ends[-1] is None, "each earlier version says when it ends, the current one does not end"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_plugin_of_each_version_gives_the_numbers(site: Site, tmp_path: Path, number: int) -> None:
    assert site.install_folder(FROZEN / f"hooks-{number}") == PACKAGE
    registry = load_registry({PACKAGE: ">=0.1"})
    (ours,) = (one for one in registry.provided if one.package == PACKAGE)
    assert ours.hooks == number and isinstance(registry.measure_types["per_hundred"], MomentMeasure)
    found = results(registry, tmp_path / "specs")
    school = next(row for row in found if row["org_level"] == "school" and row["org_id"] == "A")
    total, students = sum(SUSPENDED.values()), 40
    assert (school["numerator"], school["denominator"], school["n"]) == (100 * total, students, students)
    assert school["value"] == 100 * total / students
    if number == VERSION:
        assert registry.problems == ()
    else:
        (problem,) = registry.problems
        assert (problem.code, problem.severity) == ("MS710", "warning")
        ends = next(one.ends for one in VERSIONS if one.number == number)
        assert PACKAGE in problem.message and f"metricspec {ends}" in problem.message
        assert "METRICSPEC_HOOKS = 2" in problem.hint and "estimates(spec)" in problem.hint


def test_the_first_version_is_the_page_as_it_was(site: Site) -> None:
    """It really is of version 1: one estimate, no constant; else the test above would prove nothing."""
    site.install_folder(FROZEN / "hooks-1")
    module = importlib.import_module("district_measures")
    assert not hasattr(module, "METRICSPEC_HOOKS")
    assert hasattr(module.PerHundred, "estimate") and not hasattr(module.PerHundred, "estimates")


class Slotted:
    """A measure with slots, and an optional part."""

    __slots__ = ("name",)

    def __init__(self) -> None:
        self.name = "slotted"

    def estimate(self, spec: str) -> Estimate:
        return Estimate(spec, self.name, "n", "value")

    def wrong(self, spec: str) -> Sequence[str]:
        return ()


def test_what_is_put_beside_an_earlier_measure() -> None:
    """State, docstring and optional parts stay, the original is not changed, and what needs nothing is left as it is."""
    before = Slotted()
    after = adapted(before)
    assert after.estimates("x") == (Estimate("x", "slotted", "n", "value"),)
    assert (after.name, type(after).__doc__, type(after).__name__) == ("slotted", Slotted.__doc__, "Slotted")
    assert after.wrong("x") == () and hasattr(CheckedMeasure, "wrong")
    assert not hasattr(before, "estimates") and type(before) is Slotted
    for whole in (after, SimpleNamespace(rows=1), Slotted):
        assert adapted(whole) is whole
