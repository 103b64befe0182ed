"""The shipped specs: no problems in their files, and their tests pass."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

from metricspec.reading.load import load
from metricspec.registry import Registry, load_registry
from metricspec.testing.runner import Runner

FOLDER = Path(__file__).resolve().parents[1]


def test_no_problems(registry: Registry) -> None:
    ours = str(FOLDER)
    assert [p for p in load(registry.spec_folders, registry).problems if p.place.file.startswith(ours)] == []


def test_cases_of_the_specs(registry: Registry) -> None:
    loaded = load(registry.spec_folders, registry)
    tests = [test for test in loaded.catalog.tests if test.place.file.startswith(str(FOLDER))]
    results = list(Runner(loaded.catalog, registry, loaded.expressions).run(tests))
    assert len(results) == 9
    assert [result for result in results if not result.passed] == []


def test_the_entry_point_names_a_plugin() -> None:
    """What pyproject.toml gives to the group `metricspec` offers the measure type and a folder of specs."""
    described = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
    (module,) = described["project"]["entry-points"]["metricspec"].values()
    found = load_registry(plugins=[import_module(module)])
    assert "course_access" in found.measure_types
    assert any((folder / "indicators" / "ap-access.yaml").is_file() for folder in found.spec_folders)
