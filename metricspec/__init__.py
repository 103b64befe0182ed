"""metricspec: indicators of school districts, defined once in YAML and compiled to SQL for any warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metricspec.running.project import Project

__all__ = ["Project", "load", "org_id", "org_names"]


def load(project: str | Path | None = None) -> Project:
    """Open a project folder, or the shipped catalogue alone where none is given.

    `load("demo").run("ca.chronic_absenteeism", year="2024-25")` returns a DataFrame of the Result's columns;
    `.compile(id, dialect="snowflake")` returns SQL.
    """
    from metricspec.running.loading import load as open_project

    return open_project(project)


def org_names(project: Project, indicators: Iterable[str] | None = None) -> dict[str, str]:
    """Each org's latest name by id, out of the project's data (of those that these indicators read, where they are named); an
    org without a name is left out, and all are where the data cannot be read."""
    from metricspec.running.orgs import org_names as named

    return named(project, None if indicators is None else frozenset(indicators))


def org_id(text: str, ids: Iterable[str], names: Mapping[str, str]) -> str:
    """The org of `ids` that a person means by its id or its name. Raises UsageError, with names and ids that are near, where
    there is none."""
    from metricspec.running.orgs import org_id as meant

    return meant(text, ids, names)
