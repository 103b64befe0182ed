"""The shipped indicators: no problems in their files, each has a test, and the tests pass."""

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
    assert registry.problems == ()
    assert [p for p in load(registry.spec_folders, registry).problems if p.place.file.startswith(ours)] == []


def test_cases_of_the_specs(registry: Registry) -> None:
    loaded = load(registry.spec_folders, registry)
    indicators = {i.id for i in loaded.catalog.indicators.values() if i.place.file.startswith(str(FOLDER))}
    tests = [test for test in loaded.catalog.tests if test.place.file.startswith(str(FOLDER))]
    assert {test.indicator for test in tests} == indicators and indicators
    results = list(Runner(loaded.catalog, registry, loaded.expressions).run(tests))
    assert len(results) == sum(len(test.cases) for test in tests)
    assert [result for result in results if not result.passed] == []


def test_the_entry_point_is_named_as_the_measure_type() -> None:
    described = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))
    ((name, module),) = described["project"]["entry-points"]["metricspec"].items()
    plugin = import_module(module)
    found = load_registry(plugins=[plugin])
    assert name in found.measure_types
    assert plugin.METRICSPEC_HOOKS == 2 and plugin.__version__ == described["project"]["version"]
