"""The plugins of a project: held against its lock, then loaded."""

from __future__ import annotations

from metricspec.model import Project
from metricspec.registry import Registry, load_registry


def project_registry(project: Project | None) -> Registry:
    """What ships, and what the plugins offer that a project names; without a project what ships.

    Raises SpecError, before anything of a plugin is imported, where the project's lock does not fit what is installed.
    """
    if project is None or not project.plugins:
        return load_registry()
    wanted = {one.package: one.versions for one in project.plugins}
    return load_registry(wanted, places={one.package: one.place for one in project.plugins})
