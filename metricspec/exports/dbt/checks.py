"""Tests of a dbt project that dbt's own generic tests cannot say; each is a query that must find no row."""

from __future__ import annotations

from dataclasses import replace

from metricspec.compiler.bind import bound_stage
from metricspec.compiler.tail import HIDES_WITH_PRIOR, HIDES_WITH_VALUE
from metricspec.exports import Files
from metricspec.exports.dbt.models import Models
from metricspec.model import Binding, Catalog, Dataset
from metricspec.sql.stage import Plan, comma, q

KEYS = ("indicator", "school_year", "org_level", "org_id", "student_group", "category", "statistic")


def result_checks(models: Models) -> Files:
    """One row for each key, and no number where a reason says that it is hidden."""
    names = models.names
    keys = comma(map(q, KEYS))
    unique = f"SELECT {keys} FROM {{}} GROUP BY {keys} HAVING COUNT(*) > 1"
    told = " OR ".join(f"{q(column)} IS NOT NULL" for column in HIDES_WITH_VALUE)
    prior = " OR ".join(f"{q(column)} IS NOT NULL" for column in HIDES_WITH_PRIOR)
    hidden = f"""SELECT {keys} FROM {{}}
        WHERE (suppressed IS NOT NULL AND ({told})) OR (prior_suppressed IS NOT NULL AND ({prior}))"""
    return {
        f"tests/{names.result}_has_one_row_for_each_key.sql": models.query(unique, names.result),
        f"tests/{names.result}_hides_what_it_says.sql": models.query(hidden, names.result),
    }


def with_grains(plan: Plan, catalog: Catalog, binding: Binding) -> Plan:
    """The plan with the whole grain of each dataset that `data_checks` tests, needed by the numbers or not."""
    wider = {}
    for name, columns in plan.reads.items():
        dataset = catalog.datasets[name]
        if _of_orgs(dataset) and not set(dataset.grain) <= columns:
            wider[f"bound_{name}"] = bound_stage(dataset, binding.datasets[name], {*columns, *dataset.grain})
    return replace(plan, stages=tuple(wider.get(stage.name, stage) for stage in plan.stages))


def _of_orgs(dataset: Dataset) -> bool:
    return "student" not in dataset.keys


def data_checks(models: Models, catalog: Catalog) -> Files:
    """Datasets of orgs with one row for each grain: a doubled row would count every student twice."""
    files = {}
    for name in models.plan.reads:
        dataset = catalog.datasets[name]
        if not _of_orgs(dataset):
            continue
        grain = comma(map(q, dataset.grain))
        model = models.names.step(f"bound_{name}")
        text = models.query(f"SELECT {grain} FROM {{}} GROUP BY {grain} HAVING COUNT(*) > 1", model)
        files[f"tests/{models.names.project}_{name}_has_no_row_twice.sql"] = text
    return files
