"""The shipped indicator: no problems in its files, and its tests pass."""

from __future__ import annotations

import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from metricspec.reading.load import load
from metricspec.registry import Registry, load_registry
from metricspec.running.loading import load as open_project
from metricspec.testing.runner import Runner

FOLDER = Path(__file__).resolve().parents[1]


def _installed() -> bool:
    try:
        return bool(version("metricspec-sgp"))
    except PackageNotFoundError:
        return False


def test_no_problems(registry: Registry) -> None:
    ours = str(FOLDER)
    assert [p for p in load(registry.spec_folders, registry).problems if p.place.file.startswith(ours)] == []


def test_cases_of_the_specs(registry: Registry) -> None:
    loaded = load(registry.spec_folders, registry)
    tests = [test for test in loaded.catalog.tests if test.place.file.startswith(str(FOLDER))]
    results = list(Runner(loaded.catalog, registry, loaded.expressions).run(tests))
    assert len(results) == 3
    assert [result for result in results if not result.passed] == []


def test_the_entry_point_names_a_plugin() -> None:
    """What pyproject.toml gives to the group `metricspec` offers the measure type and a folder of specs."""
    described = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
    ((name, module),) = described["project"]["entry-points"]["metricspec"].items()
    found = load_registry(plugins=[import_module(module)])
    assert name in found.measure_types, "the entry point bears the name of the measure type"
    assert found.problems == ()
    assert any((folder / "indicators" / "ela-median.yaml").is_file() for folder in found.spec_folders)


@pytest.mark.skipif(not _installed(), reason="metricspec-sgp is not installed, only at hand")
def test_a_project_that_names_the_package_has_it(tmp_path: Path) -> None:
    (tmp_path / "metricspec.yaml").write_text('metricspec: 1\nproject: ours\nplugins: {metricspec-sgp: ">=0.2,<0.3"}\n')
    project = open_project(tmp_path)
    assert project.registry.problems == ()
    assert project.registry.package_of("metricspec_measure_types", "sgp") == "metricspec-sgp"
    assert "sgp.ela_median" in project.catalog.indicators
