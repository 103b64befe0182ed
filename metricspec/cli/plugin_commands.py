"""Commands of plugins: listed by the metadata of what is installed, run where the project names their package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from metricspec.plugins.installed import Installed

META = "metricspec.plugin"


def listed(taken: Sequence[str]) -> list[tuple[str, str]]:
    """Each command that a plugin has, with its package and what that says of itself. Nothing is imported."""
    from metricspec.plugins.installed import installed_plugins

    found: dict[str, str] = {}
    for one in installed_plugins():
        for entry in one.commands:
            if entry.name not in taken:
                found.setdefault(entry.name, f"{one.package}: {one.summary}".removesuffix(": "))
    return sorted(found.items())


def project_folder(arguments: Sequence[str]) -> Path | None:
    """The folder that `--project` names, the last time, among arguments that are not parsed yet."""
    found = None
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--project="):
            found = Path(argument.partition("=")[2])
        elif argument == "--project" and at + 1 < len(arguments):
            found = Path(arguments[at + 1])
    return found


def plugin_command(name: str, arguments: Sequence[str], ctx: click.Context) -> click.Command | None:
    """The command of this name of a plugin that the project names; None where no installed plugin has one.

    Raises UsageError where the project does not name it, and SpecError where its metricspec.yaml has problems, its lock does
    not fit, or the command cannot be imported.
    """
    from metricspec.plugins.installed import installed_plugins

    having = [one for one in installed_plugins() if any(entry.name == name for entry in one.commands)]
    if not having:
        return None
    plugin = _named(name, having, project_folder(arguments))
    ctx.meta[META] = plugin.package
    return _imported(name, plugin)


def _named(name: str, having: Sequence[Installed], folder: Path | None) -> Installed:
    """The first plugin in the project's order that has the command."""
    from metricspec.plugins.wanted import range_from, wanted_plugins
    from metricspec.problems import Problem, SpecError, UsageError
    from metricspec.running.loading import opened_project
    from metricspec.running.plugins import demand_lock

    project = opened_project(folder or Path(), demanded=folder is not None)
    packages = [one.package for one in having]
    for one in project.plugins if project else ():
        if one.package in packages and project is not None:
            demand_lock(project)
            ((_, found, _),) = wanted_plugins({one.package: one.versions}, {one.package: one.place})
            if isinstance(found, Problem):
                raise SpecError([found])
            return found
    where = "this project's metricspec.yaml" if project else "the metricspec.yaml of a project, and go to its folder"
    example = f'plugins: {{{packages[0]}: "{range_from(having[0].version)}"}}'
    raise UsageError(f"the command '{name}' is one of the plugin {packages[0]}: name it in {where}, as {example}")


def _imported(name: str, plugin: Installed) -> click.Command:
    from metricspec.plugins.importing import raised, told
    from metricspec.problems import Problem, SpecError

    entry = next(entry for entry in plugin.commands if entry.name == name)
    about = f"the command '{name}' of the plugin {plugin.package}"
    try:
        found = entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's module: SystemExit too
        message = f"{about} cannot be imported ({entry.value}): {raised(error)}"
        raise SpecError([Problem("MS703", message, hint=told(plugin.package))]) from None
    if not isinstance(found, click.Command):
        message = f"{about} is a {type(found).__name__}, not a click command ({entry.value})"
        raise SpecError([Problem("MS709", message, hint=told(plugin.package))])
    return found
