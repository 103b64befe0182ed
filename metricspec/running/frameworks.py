"""A framework of a project: which of its indicators can run, what else is public, and the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler.bind import bound_stage
from metricspec.frameworks import Given, compose
from metricspec.frameworks.given import Attributes
from metricspec.model import BoundDataset
from metricspec.model.framework import LOCAL, Framework, Local
from metricspec.problems import UsageError
from metricspec.reading.suggest import hint
from metricspec.running.binding import absolute, missing_columns, overridden, reached
from metricspec.running.project import Project, Run
from metricspec.sql.stage import Renderer, q
from metricspec.warehouse import Progress, Rows, Warehouse

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTES = ("charter", "alternative", "title_i", "org_type")
PROGRAMS = "org_program"  # a dataset of further attributes, where it is bound
Findings = dict[tuple[str, str, str], str]
Orgs = dict[tuple[str, str], Attributes]


@dataclass(frozen=True)
class FrameworkRun:
    """`frame` has the columns `frameworks.FRAME`; `run` is the run of its indicators; `said` tells what it lacks."""

    frame: pd.DataFrame
    run: Run
    said: tuple[str, ...]


def run_framework(
    project: Project,
    framework: Framework,
    *,
    data: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
    url: str | None = None,
    timeout: float | None = None,
    trace: bool = False,
) -> FrameworkRun:
    """Run the framework's indicators once, in one plan, and compose it from their Result.

    All years are computed, since rules look back. Raises UsageError where none of its indicators can run.
    """
    where = url or project.warehouse
    files = dict(data or {})
    bound, _ = overridden(absolute(project.binding, project.folder, files), files, project.catalog)
    chosen, said = runnable(project, framework, bound)
    if not chosen:
        raise UsageError(f"no indicator of {framework.id} can run: {'; '.join(said) or 'no dataset is bound'}")
    engine = project.connect(where, timeout=timeout)
    run = project.execute(chosen, data=files, progress=progress, warehouse=engine, trace=trace)
    with project.connect(where, timeout=timeout) as engine:
        bound = reached(bound, engine, files)
        orgs, local = org_attributes(project, chosen, bound, engine), local_findings(project, bound, engine)
    silent = local_rules(framework)
    if silent and local is None:
        said.append(f"the dataset {LOCAL} is not bound: local indicators count as {' or '.join(sorted(silent))}")
    given = Given(run.result, frozenset(chosen), orgs, local)
    return FrameworkRun(compose(framework, project.catalog, given), run, tuple(said))


def local_rules(framework: Framework) -> set[str]:
    """What the rules on local indicators take them for where nothing is reported; empty without such rules."""
    conditions = (condition for criterion in framework.criteria for condition in criterion.conditions)
    return {one.rule.missing for one in conditions if isinstance(one.rule, Local)}


def runnable(project: Project, framework: Framework, bound: Mapping[str, BoundDataset]) -> tuple[list[str], list[str]]:
    """Of each of a framework's indicators the first whose datasets are bound; and a sentence for each without one."""
    chosen, said = [], []
    for one in framework.inputs:
        found = [id_ for id_ in one.of if project.datasets(project.indicator(id_)) <= set(bound)]
        if found:
            chosen.append(found[0])
            continue
        lacking = sorted(project.datasets(project.indicator(one.of[0])) - set(bound))
        said.append(f"{one.of[0]} was not computed: {', '.join(lacking)} is not bound")
    return list(dict.fromkeys(chosen)), said


def org_attributes(
    project: Project, indicators: list[str], bound: Mapping[str, BoundDataset], engine: Warehouse
) -> Orgs:
    """What the datasets of orgs and programs, or of published rows, say of each org and school year."""
    found: dict[tuple[str, str], dict[str, bool | str]] = {}
    datasets = dict.fromkeys(_org_dataset(project, name) for name in indicators)
    for dataset in (*datasets, *([PROGRAMS] if PROGRAMS in bound else [])):
        columns = [name for name in ATTRIBUTES if name in project.catalog.datasets[dataset].columns]
        keys = ("org_id", "school_year")
        kept = [name for name in columns if not missing_columns(bound, {dataset: (*keys, name)}, engine)]
        for org, year, *values in _rows(project, dataset, (*keys, *kept), bound, engine):
            about = found.setdefault((str(org), str(year)), {})
            for name, value in zip(kept, values, strict=True):
                if value is not None:
                    about[name] = str(value) if name == "org_type" else bool(value)
    return dict(found)


def local_findings(project: Project, bound: Mapping[str, BoundDataset], engine: Warehouse) -> Findings | None:
    """Findings by org, school year and priority; None where the dataset is not bound."""
    if LOCAL not in bound or LOCAL not in project.catalog.datasets:
        return None
    rows = _rows(project, LOCAL, ("org_id", "school_year", "priority", "finding"), bound, engine)
    found = {
        (str(org), str(year), str(priority)): str(finding)
        for org, year, priority, finding in rows
        if finding is not None
    }
    codes = project.catalog.codes[project.catalog.datasets[LOCAL].columns["finding"].codes or ""].names
    for finding in found.values():
        if finding not in codes:
            raise UsageError(f"{LOCAL}: unknown finding '{finding}': {hint(finding, codes, 'there are')}")
    return found


def _org_dataset(project: Project, name: str) -> str:
    indicator = project.indicator(name)
    rows = project.registry.rows_of(indicator)
    if rows is not None:
        return rows
    assert indicator.orgs is not None
    return project.catalog.orgs[indicator.orgs].dataset


def _rows(
    project: Project, dataset: str, columns: tuple[str, ...], bound: Mapping[str, BoundDataset], engine: Warehouse
) -> Rows:
    inner = bound_stage(project.catalog.datasets[dataset], bound[dataset], columns)
    listed = ", ".join(q(name) for name in columns)
    text = f"SELECT DISTINCT {listed} FROM ({inner.template.text}) AS o WHERE {q('org_id')} IS NOT NULL"
    return engine.rows(Renderer(engine.dialect).text(text, physical=True), f"reading {dataset}")
