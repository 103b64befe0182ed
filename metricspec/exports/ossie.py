"""A semantic model as Apache Ossie (incubating; once Open Semantic Interchange) describes one.

Metrics read the released result and nothing before it: an expression over the rows of students would show every number
that is hidden. What an indicator means stands beside its metric, as an extension of our own.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from metricspec.compiler.tail import RESULT
from metricspec.exports import Files
from metricspec.exports.ossie_datasets import dataset_entry, expression
from metricspec.exports.views import view_name
from metricspec.measure import MomentMeasure, TallyMeasure
from metricspec.model import Indicator, Text
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.reporting import words
from metricspec.reporting.result_columns import MEANINGS
from metricspec.running.project import Project
from metricspec.sql.stage import lit, q

VERSION = "0.2.0.dev0"
VENDOR = "METRICSPEC"
ROWS = (
    "Read one school year, one org level, one student group and one category at a time: a student stands in many rows, so "
    "no metric may be added up or averaged over rows. An empty number is hidden or unknown, never 0."
)


@dataclass(frozen=True)
class OssieOptions:
    """`result` is the table of released results; without one, that which `export dbt` makes of the name."""

    name: str = "metricspec"
    result: str | None = None
    json: bool = False


def ossie(project: Project, ids: Sequence[str], options: OssieOptions) -> Files:
    """One document: the result, the datasets that the indicators read, and a metric for each indicator."""
    indicators = [project.indicator(name) for name in ids]
    names = sorted({name for indicator in indicators for name in project.datasets(indicator)})
    model = f"{options.name}_result"
    if model in names:
        raise UsageError(f"--name {options.name}: {model} is a dataset already")
    bound = project.binding.datasets if project.binding else {}
    document = {
        "version": VERSION,
        "name": options.name,
        "description": "Indicators of school districts, with small numbers hidden, and the datasets they are computed from.",
        "ai_context": {"instructions": ROWS},
        "datasets": [
            _result(model, options.result or model),
            *(dataset_entry(project.catalog.datasets[name], bound.get(name)) for name in names),
        ],
        "relationships": _relationships(project, names, model),
        "metrics": [metric for indicator in indicators for metric in _metrics(indicator, model, project.registry)],
    }
    if options.json:
        return {f"{options.name}.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n"}
    return {f"{options.name}.yaml": yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)}


def _result(model: str, source: str) -> dict[str, Any]:
    """The Result as a dataset."""
    fields = []
    for name in RESULT:
        kind, meaning = MEANINGS[name]
        found = {"name": name, "expression": expression(exp.column(name, quoted=True)), "description": meaning}
        if kind == "text":
            found["dimension"] = {"is_time": name == "school_year"}
        fields.append({**found, "datatype": "String" if kind == "text" else "Float"})
    says = (
        "What may be published: one row for each indicator, school year, org, student group, category and statistic. "
    )
    return {"name": model, "source": source, "description": says + ROWS, "fields": fields}


def _relationships(project: Project, names: Sequence[str], model: str) -> list[dict[str, Any]]:
    """From rows of students, and from results, to their org in that year."""
    datasets = project.catalog.datasets
    found = []
    for org in (datasets[name] for name in names):
        key, year = org.keys.get("org"), org.keys.get("year")
        if key is None or year is None or set(org.grain) != {key, year}:
            continue
        joined = [(model, "org_id", "school_year")]
        for name in names:
            keys = datasets[name].keys
            if "school" in keys and "year" in keys:
                joined.append((name, keys["school"], keys["year"]))
        found += [
            {
                "name": f"{name}_{org.id}",
                "from": name,
                "to": org.id,
                "from_columns": list(own),
                "to_columns": [key, year],
            }
            for name, *own in joined
        ]
    return found


def _metrics(indicator: Indicator, model: str, registry: Registry) -> list[dict[str, Any]]:
    """The indicator's metric, or one for each part of a whole."""
    measure = registry.measure_types[indicator.measure_type]
    parts: list[str | None] = [None]
    if isinstance(measure, MomentMeasure):
        parts = [e.category for e in measure.estimates(indicator.measure) if e.statistic is None]
    return [_metric(indicator, category, model, registry) for category in parts]


def _metric(indicator: Indicator, category: str | None, model: str, registry: Registry) -> dict[str, Any]:
    """The published value: the only row of its org, year and group (and category), so any aggregate would do.

    An indicator's own row has neither statistic nor category; where the category is itself a result, every row has one.
    """
    measure = registry.measure_types[indicator.measure_type]
    own = ("statistic",) if isinstance(measure, TallyMeasure) or category else ("statistic", "category")
    part = [f"{q(model)}.{q('category')} = {lit(category)}"] if category else []
    when = " AND ".join(
        [f"{q(model)}.{q('indicator')} = {lit(indicator.id)}", *part, *(f"{q(model)}.{q(c)} IS NULL" for c in own)]
    )
    tree = sqlglot.parse_one(f"MAX(CASE WHEN {when} THEN {q(model)}.{q('value')} END)", read="duckdb")
    sentence = measure.sentence(indicator.measure)
    title = f"{indicator.title}: {category}" if category else f"{indicator.title}"
    description = [f"{title}.", str(indicator.description), f"{sentence[0].upper()}{sentence[1:]}."]
    return {
        "name": view_name(f"{indicator.id}_{category}" if category else indicator.id),
        "expression": expression(tree),
        "description": " ".join(filter(None, (*description, words.value_words(indicator)))),
        "datatype": "Float",
        "ai_context": {
            "instructions": ROWS,
            "synonyms": [indicator.id, *_titles(indicator.title)] if not category else [title],
        },
        "custom_extensions": [
            {
                "vendor_name": VENDOR,
                "data": json.dumps(_definition(indicator, category), ensure_ascii=False, default=str),
            }
        ],
    }


def _titles(title: Text) -> list[str]:
    return list(dict.fromkeys(words for _, words in title.by_language))


def _definition(indicator: Indicator, category: str | None) -> dict[str, Any]:
    """What the indicator means, in metricspec's own words; numerators and denominators stand in `measure`."""
    spec = indicator.measure
    measure = dataclasses.asdict(spec) if dataclasses.is_dataclass(spec) and not isinstance(spec, type) else {}
    found = {
        "indicator": indicator.id,
        "category": category,
        "version": indicator.version,
        "unit": indicator.unit,
        "better": indicator.better,
        "students": indicator.students,
        "stints": list(indicator.stints),
        "facts": [dataclasses.asdict(fact) for fact in indicator.facts],
        "population": list(indicator.population),
        "measure": {"type": indicator.measure_type, **measure},
        "orgs": indicator.orgs,
        "groups": indicator.groups,
        "policy": indicator.policy,
        "rating": indicator.rating,
    }
    return {key: value for key, value in found.items() if value not in (None, [], "")}
