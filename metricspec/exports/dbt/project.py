"""The files of a dbt project, which other dbt projects can also take in as a package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from metricspec.exports import Files
from metricspec.exports.chosen import sql_plan
from metricspec.exports.dbt.checks import data_checks, result_checks, with_grains
from metricspec.exports.dbt.models import Models, Names
from metricspec.exports.dbt.properties import TAG, column_docs, result_properties, step_properties
from metricspec.exports.dbt.sources import DATA, Sources
from metricspec.problems import UsageError
from metricspec.running.project import Project
from metricspec.sql.dialects import capabilities

README = """# {name}

A dbt project made by `metricspec export dbt` ({count}). Do not edit it: change the specs and export
again, or take it into a project of your own as a package and set its configuration there.

- `models/results`: what may be read. `{name}_result` holds every indicator with small numbers hidden; each other model
  is a view on the rows of one indicator. Grant readers this schema only.
- `models/steps`: how the numbers come about, down to single students, with NOTHING HIDDEN. The tables among them lie in a
  schema of their own (`+schema: {name}_steps`) and carry the tag `{tag}`. Grant it to nobody but the account that runs dbt.
"""


@dataclass(frozen=True)
class DbtOptions:
    """`name` is the project's; every model begins with it."""

    dialect: str = "duckdb"
    name: str = "metricspec"


def dbt_project(project: Project, ids: Sequence[str], options: DbtOptions) -> Files:
    """The files of a dbt project of some indicators, compiled in one plan, so that what they share is made once.

    A step that the plan marks as stored (many later steps read it or name its columns) is a table; the others are
    ephemeral, so that nothing unhidden is kept that need not be. Raises UsageError, PartlyPython among them.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", options.name):
        raise UsageError(f"--name {options.name}: a dbt project is named in small letters, digits and underscores")
    names = Names(options.name)
    chosen = names.indicators(ids)
    able = capabilities(options.dialect)
    reads = sql_plan(project.compiler(options.dialect), ids).reads
    sources = Sources(_source(project, options), able.reads_files)
    marked = sources.marked(project.binding, project.catalog, reads)
    plan = sql_plan(replace(project, binding=marked).compiler(options.dialect), ids)
    models = Models(with_grains(plan, project.catalog, marked), options.dialect, names, sources.jinja())
    indicators = [(project.indicator(name), model) for name, model in chosen.items()]
    return {
        "README.md": README.format(
            name=options.name, count=f"{len(ids)} indicator{'s' if len(ids) > 1 else ''}", tag=TAG
        ),
        "dbt_project.yml": _yaml(_settings(options.name, _data(project, sources), able.session)),
        **({"profiles.yml": _yaml(_profile(options.name))} if options.dialect == "duckdb" else {}),
        "models/sources.yml": _yaml(sources.properties()),
        "models/results/columns.md": column_docs(names),
        "models/results/schema.yml": _yaml(result_properties(names, indicators, project.registry)),
        "models/steps/schema.yml": _yaml(step_properties(models, project.catalog)),
        **models.results(chosen),
        **models.steps(tables=able.script),
        **result_checks(models),
        **data_checks(models, project.catalog),
    }


def _source(project: Project, options: DbtOptions) -> str:
    name = re.sub(r"\W+", "_", project.binding.id) if project.binding else "district"
    return f"{options.name}_{name}"


def _data(project: Project, sources: Sources) -> str | None:
    """The folder that relative files lie in, where there are files."""
    return str(project.folder.resolve()) if any(one.file for one in sources.tables.values()) else None


def _settings(name: str, data: str | None, session: Sequence[str]) -> dict[str, Any]:
    before = {"+pre-hook": list(session)} if session else {}
    steps = {"+materialized": "ephemeral", "+schema": f"{name}_steps", "+tags": [TAG]}
    settings: dict[str, Any] = {
        "name": name,
        "version": "1.0.0",
        "config-version": 2,
        "require-dbt-version": [">=1.10.5", "<2.0.0"],
        "profile": name,
        "model-paths": ["models"],
        "test-paths": ["tests"],
        "data_tests": {name: {"+store_failures": False}},  # which would keep the rows of students that fail
        "models": {name: {**before, "results": {"+materialized": "view"}, "steps": steps}},
    }
    return {**settings, "vars": {name: {DATA: data}}} if data else settings


def _profile(name: str) -> dict[str, Any]:
    """Where dbt runs it, if nothing else is said: a database file in the project."""
    return {name: {"target": "local", "outputs": {"local": {"type": "duckdb", "path": f"{name}.duckdb"}}}}


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
