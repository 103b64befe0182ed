"""What holds of every shipped binding: it says where it is from, and its SQL is SQL for every warehouse."""

from __future__ import annotations

from datetime import date

import pytest

from metricspec.compiler.bind import bound_stage
from metricspec.model import Binding
from metricspec.problems import PartlyPython
from metricspec.reading.load import load as read
from metricspec.registry import load_registry
from metricspec.running.project import Project
from metricspec.sql.stage import Renderer

REGISTRY = load_registry()
BINDINGS = read(REGISTRY.spec_folders, REGISTRY).catalog.bindings
DIALECTS = ("duckdb", "postgres", "tsql", "snowflake")


@pytest.mark.parametrize(
    "dialect", [pytest.param(one, marks=[] if one == "duckdb" else pytest.mark.slow) for one in DIALECTS]
)
@pytest.mark.parametrize("name", sorted(BINDINGS))
def test_it_compiles(name: str, dialect: str, shipped: Project) -> None:
    """Every bound dataset by itself, and every indicator that it has the datasets for."""
    project = shipped.with_binding(name)
    binding = BINDINGS[name]
    renderer = Renderer(dialect)
    for dataset, bound in binding.datasets.items():
        columns = shipped.catalog.datasets[dataset].columns
        assert renderer.stage(bound_stage(shipped.catalog.datasets[dataset], bound, columns)).startswith("SELECT")
    for indicator in project.runnable(binding.datasets):
        try:
            assert "SELECT" in project.compile(indicator, dialect)
        except PartlyPython:
            continue


@pytest.mark.parametrize("binding", [one for one in BINDINGS.values() if one.id != "demo"], ids=lambda one: one.id)
def test_it_says_where_it_is_from(binding: Binding) -> None:
    assert binding.source is not None and binding.source.read is not None
    assert date(2026, 1, 1) <= binding.source.read
    assert not binding.unverified or binding.source.note


def test_source_systems_bind_what_most_indicators_read() -> None:
    for name in ("edfi.ods_5", "edfi.ods_6", "edu.warehouse", "ceds.staging"):
        assert {"org", "enrollment", "attendance_stint", "discipline_action"} <= set(BINDINGS[name].datasets), name
    assert {"enrollment", "attendance_stint", "discipline_action"} <= set(BINDINGS["calpads"].datasets)


def test_both_standards_of_edfi_read_the_same_datasets() -> None:
    five, six = BINDINGS["edfi.ods_5"].datasets, BINDINGS["edfi.ods_6"].datasets
    assert {name: set(one.columns) for name, one in five.items()} == {
        name: set(one.columns) for name, one in six.items()
    }
    assert {name: one.codes for name, one in five.items()} == {name: one.codes for name, one in six.items()}
