"""schema.yml: what each model and column is, and dbt's own tests of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metricspec.compiler.tail import RESULT
from metricspec.exports.dbt.jinja import escaped_values
from metricspec.exports.dbt.models import Models, Names
from metricspec.model import Catalog, Indicator
from metricspec.registry import Registry
from metricspec.reporting import words
from metricspec.reporting.marks import REASONS
from metricspec.reporting.result_columns import MEANINGS

ALWAYS = ("indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group")
UNHIDDEN = "NOT FOR PUBLISHING: numbers of single students or small groups that are not hidden yet. "
TAG = "not_for_publishing"


def column_docs(names: Names) -> str:
    """Each column's meaning once, as a block that every model's column points to."""
    blocks = (
        f"{{% docs {names.project}_{name} %}}\n{meaning}\n{{% enddocs %}}\n" for name, (_, meaning) in MEANINGS.items()
    )
    return "\n".join(blocks)


def result_properties(names: Names, indicators: Iterable[tuple[Indicator, str]], registry: Registry) -> dict[str, Any]:
    """Of the released models: every column described; tests of what holds for each row."""
    whole = {
        "name": names.result,
        "description": "The results of all exported indicators, with small numbers hidden: fit to be granted to readers.",
        "columns": [_column(names, column, _tests(column)) for column in RESULT],
    }
    models = [whole, *(_indicator(names, indicator, model, registry) for indicator, model in indicators)]
    return {"version": 2, "models": models}


def _column(names: Names, column: str, tests: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column, "quote": True, "description": f"{{{{ doc('{names.project}_{column}') }}}}"}
    return {**found, "data_tests": tests} if tests else found


def _tests(column: str) -> list[Any]:
    if column in ALWAYS:
        return ["not_null"]
    if column in ("suppressed", "prior_suppressed"):
        return [_accepted(list(REASONS))]
    return []


def _accepted(values: list[str]) -> dict[str, Any]:
    return {"accepted_values": {"arguments": {"values": values}}}


def _indicator(names: Names, indicator: Indicator, model: str, registry: Registry) -> dict[str, Any]:
    sentence = registry.measure_types[indicator.measure_type].sentence(indicator.measure)
    description = [f"{indicator.title} ({indicator.id} {indicator.version}).", str(indicator.description)]
    description += [f"{sentence[0].upper()}{sentence[1:]}.", words.value_words(indicator), "Small numbers are hidden."]
    about = {
        "indicator": indicator.id,
        "version": indicator.version,
        "unit": indicator.unit,
        "better": indicator.better,
        "policy": indicator.policy,
        "title": dict(indicator.title.by_language),
    }
    own = {"indicator": [_accepted([indicator.id])]}
    found: dict[str, Any] = escaped_values(
        {"name": model, "description": " ".join(filter(None, description)), "config": {"meta": {"metricspec": about}}}
    )
    return {**found, "columns": [_column(names, column, escaped_values(own.get(column, []))) for column in RESULT]}


def step_properties(models: Models, catalog: Catalog) -> dict[str, Any]:
    """Of the steps: what each does, that none may be published, and tests of what the data must not lack."""
    return {"version": 2, "models": [_step(models, stage.name, stage.says, catalog) for stage in models.plan.sql]}


def _step(models: Models, stage: str, says: str, catalog: Catalog) -> dict[str, Any]:
    found: dict[str, Any] = escaped_values({"name": models.names.step(stage), "description": UNHIDDEN + says})
    columns = [{"name": name, "quote": True, "data_tests": ["not_null"]} for name in _demanded(models, stage, catalog)]
    return {**found, "columns": columns} if columns else found


def _demanded(models: Models, stage: str, catalog: Catalog) -> list[str]:
    """The columns of a step in which a missing value stops a run."""
    found = [column for where, column in models.plan.demanded if where == stage]
    read: Mapping[str, frozenset[str]] = models.plan.reads
    dataset = stage.removeprefix("bound_")
    if stage.startswith("bound_") and dataset in read:
        columns = catalog.datasets[dataset].columns
        found += [name for name in columns if name in read[dataset] and columns[name].missing == "error"]
    return found
