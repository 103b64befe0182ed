"""Orgs by name: their names out of the data, and what a person typed as one of those that there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler.bind import bound_stage
from metricspec.model import BoundDataset, Catalog, Dataset, Indicator
from metricspec.problems import SpecError, UsageError
from metricspec.reading.suggest import hint, nearest
from metricspec.running.binding import absolute, overridden, reached
from metricspec.running.project import Project
from metricspec.sql.stage import Renderer, q
from metricspec.warehouse import Rows, Warehouse

if TYPE_CHECKING:
    import pandas as pd


def org_names(
    project: Project,
    indicators: frozenset[str] | None = None,
    data: Mapping[str, Path] | None = None,
    warehouse: str | None = None,
) -> dict[str, str]:
    """Each org's latest name by id; an org without a name is left out.

    `indicators` limits the datasets of published rows that are read to those of these indicators.
    """
    names: dict[str, tuple[str, str]] = {}
    try:
        with project.connect(warehouse) as engine:
            bound, _ = overridden(absolute(project.binding, project.folder, data or {}), data or {}, project.catalog)
            bound = reached(bound, engine, data or {})
            for dataset in _with_names(project, indicators):
                found = bound.get(dataset)
                if found is not None and not (found.file and not Path(found.file).is_file()):
                    for org, year, name in _named(engine, project.catalog.datasets[dataset], found):
                        if str(year) >= names.get(str(org), ("", ""))[0]:
                            names[str(org)] = (str(year), str(name))
    except (SpecError, UsageError):
        pass  # names are a courtesy: without them ids are shown
    return {org: name for org, (_, name) in names.items()}


def _named(engine: Warehouse, dataset: Dataset, bound: BoundDataset) -> Rows:
    """Each org, school year and name that a dataset's rows have together."""
    inner = bound_stage(dataset, bound, ("org_id", "school_year", "org_name"))
    text = f"""SELECT DISTINCT {q("org_id")}, {q("school_year")}, {q("org_name")} FROM ({inner.template.text}) AS o
        WHERE {q("org_id")} IS NOT NULL AND {q("school_year")} IS NOT NULL AND {q("org_name")} IS NOT NULL"""
    return engine.rows(Renderer(engine.dialect).text(text, physical=True), "reading the names of orgs")


def _with_names(project: Project, indicators: frozenset[str] | None) -> list[str]:
    used: dict[str, None] = {}
    wanted = None if indicators is None else {name.partition("@")[0] for name in indicators}
    for name, indicator in project.catalog.indicators.items():
        if wanted is not None and name not in wanted:
            continue
        rows = project.registry.rows_of(indicator)
        if rows is not None:
            used[rows] = None
        elif indicator.orgs:
            used[project.catalog.orgs[indicator.orgs].dataset] = None
    columns = {"org_id", "school_year", "org_name"}
    return [name for name in used if columns <= set(project.catalog.datasets[name].columns)]


def org_id(text: str, ids: Iterable[str], names: Mapping[str, str]) -> str:
    """The org that a person means by its id or its name. Raises UsageError with suggestions where there is none."""
    known = dict.fromkeys(str(one) for one in ids)
    if text in known:
        return text
    called = {one: names[one] for one in known if one in names}
    same = [one for one, name in called.items() if name.lower() == text.lower()]
    if len(same) == 1:
        return same[0]
    part = same or [one for one, name in called.items() if text.lower() in name.lower()]
    close = nearest(text, called.values())
    near = nearest(text, known)
    part += [one for one, name in called.items() if name == close and one not in part]
    part += [near] if near is not None and near not in part else []
    start = f"'{text}' is the name of several orgs, give an id" if same else f"unknown org '{text}'"
    raise UsageError(f"{start}: {_listed(part or list(known), called, bool(part))}")


def _listed(ids: Sequence[str], names: Mapping[str, str], near: bool, limit: int = 6) -> str:
    if not ids:
        return "the data has no orgs"
    shown = [f"{one} ({names[one]})" if one in names else one for one in ids[:limit]]
    more = f" and {len(ids) - limit:,} more" if len(ids) > limit else ""
    return f"{'did you mean' if near else 'there are'} {', '.join(shown)}{more}"


def chosen_orgs(frame: pd.DataFrame, names: Mapping[str, str], given: Sequence[str]) -> tuple[str, ...]:
    """The ids of the orgs that a person named, out of those in a Result."""
    ids = sorted({str(one) for one in frame["org_id"]}) if given else []
    return tuple(org_id(text, ids, names) for text in given)


def chosen_groups(frame: pd.DataFrame, given: Sequence[str]) -> tuple[str, ...]:
    """Student groups that a person named, each checked against those in a Result."""
    known = sorted({str(one) for one in frame["student_group"]})
    for text in given:
        if text != "*" and text not in known:
            raise UsageError(_unknown("student group", text, known))
    return tuple(given)


def chosen_level(frame: pd.DataFrame, text: str) -> str:
    known = sorted({str(one) for one in frame["org_level"]})
    if text not in known:
        raise UsageError(_unknown("org level", text, known))
    return text


def _unknown(what: str, text: str, known: Sequence[str]) -> str:
    return f"unknown {what} '{text}': {hint(text, known, 'there are', 30)}"


def all_students(catalog: Catalog, indicator: Indicator) -> str | None:
    """The group of an indicator's group set that everyone belongs to, where it has one."""
    return catalog.groups[indicator.groups].everyone
