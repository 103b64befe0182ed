"""A project for a command: what is wrong with its plugins is said once, on standard error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from metricspec.registry import Registry
    from metricspec.running.project import Project


def load(folder: Path | None = None, registry: Registry | None = None) -> Project:
    """As `metricspec.running.loading.load`."""
    from metricspec.running.loading import load as open_project

    project = open_project(folder, registry=registry)
    print_plugin_problems(project.registry)
    return project


def print_plugin_problems(registry: Registry) -> None:
    from metricspec.reading.formats import as_text

    if registry.problems:
        click.echo(as_text(registry.problems), err=True)
