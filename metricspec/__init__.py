"""metricspec: indicators of school districts, defined once in YAML and compiled to SQL for any warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metricspec.running.project import Project

__all__ = ["Project", "load"]


def load(project: str | Path | None = None) -> Project:
    """Open a project folder, or the shipped catalogue alone where none is given.

    `load("demo").run("ca.chronic_absenteeism", year="2024-25")` returns a DataFrame of the Result's columns;
    `.compile(id, dialect="snowflake")` returns SQL.
    """
    from metricspec.running.loading import load as open_project

    return open_project(project)
