"""metricspec plugins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import project_option

if TYPE_CHECKING:
    from metricspec.model import Project
    from metricspec.problems import Place, Problem
    from metricspec.registry import Registry
    from metricspec.reporting.plugins import Row


@click.group("plugins", invoke_without_command=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@project_option
@click.pass_context
def plugins_command(ctx: click.Context, form: str, folder: Path | None) -> int:
    """Show which package offers what: the plugins that the project names, those that are installed and not named, and
    metricspec itself. Exit code 1 where a plugin of the project cannot be used.

    Where the lock does not fit, nothing of any plugin is imported, and the table says so.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from metricspec.problems import SpecError
    from metricspec.reading.formats import as_text
    from metricspec.registry import load_registry
    from metricspec.reporting.plugins import as_json, print_plugins
    from metricspec.running.loading import opened_project
    from metricspec.running.plugins import project_registry, unlocked

    described = opened_project(folder or Path(), demanded=folder is not None)
    problems: list[Problem] = []
    try:
        registry = project_registry(described)
        problems += registry.problems
    except SpecError as error:
        registry = load_registry()
        problems += error.problems
    rows = list(_rows(registry, described, problems))
    if form == "json":
        click.echo(as_json(rows))
    else:
        print_plugins(rows)
    told = [*problems, *(unlocked(described) if described else ())]
    if told:
        click.echo(as_text(told), err=True)
    return 1 if any(problem.severity == "error" for problem in problems) else 0


@plugins_command.command("lock")
@project_option
def lock_command(folder: Path | None) -> int:
    """Write metricspec.lock beside metricspec.yaml: the version and the files of each plugin that the project names.

    From then on a plugin that differs stops every command before anything of it runs. Look at what you lock: this imports
    nothing, and believes what is installed.
    """
    from metricspec.plugins.lock import lock_text, locked
    from metricspec.plugins.wanted import wanted_plugins
    from metricspec.problems import Problem, SpecError, UsageError
    from metricspec.reporting.writing import write_text
    from metricspec.running.loading import opened_project
    from metricspec.running.plugins import lock_file

    project = opened_project(folder or Path(), demanded=True)
    if project is None or not project.plugins:
        raise UsageError("metricspec.yaml names no plugins, so there is nothing to lock: add `plugins:` to it")
    named = wanted_plugins(
        {one.package: one.versions for one in project.plugins}, {one.package: one.place for one in project.plugins}
    )
    entries = [one if isinstance(one, Problem) else locked(one) for _, one, _ in named]
    wrong = [one for one in entries if isinstance(one, Problem)]
    if wrong:
        raise SpecError(wrong)
    whole = [one for one in entries if not isinstance(one, Problem)]
    path = lock_file(project)
    write_text(path, lock_text(whole))
    for entry in whole:
        click.echo(f"{entry.package} {entry.version} sha256 {entry.sha256[:16]}")
    click.echo(f"written to {path}", err=True)
    return 0


def _rows(registry: Registry, project: Project | None, problems: Sequence[Problem]) -> Iterator[Row]:
    """metricspec, then the plugins of the project in its order, then the others that are installed."""
    from metricspec.plugins.installed import installed, installed_plugins
    from metricspec.plugins.working import US
    from metricspec.reporting.plugins import PACKAGE, Row, offers_of

    provided = {one.package: one for one in registry.provided}
    ours, own = provided[US], installed(PACKAGE)
    yield Row(PACKAGE, own.version if own else "", "", ours.hooks, offers_of(ours.names, ()), "", True)
    named = {one.package: one for one in project.plugins} if project else {}
    for package, one in named.items():
        found, gives = installed(package), provided.get(package)
        commands = [entry.name for entry in found.commands] if found and _usable(one.place, problems) else []
        offers = offers_of(gives.names if gives else {}, commands)
        hooks = gives.hooks if gives else None
        loaded = gives is not None or bool(commands)
        yield Row(package, found.version if found else "", one.versions, hooks, offers, _lock(project, package), loaded)
    for other in installed_plugins():
        if other.package not in named:
            yield Row(other.package, other.version, "not named", None, {}, "", False)


def _usable(place: Place, problems: Sequence[Problem]) -> bool:
    """Whether nothing stands against running a plugin's commands: the range at its place, or the lock of any."""
    return not any(p.code in ("MS711", "MS712", "MS713") or (p.code == "MS705" and p.place == place) for p in problems)


def _lock(project: Project | None, package: str) -> str:
    """How a plugin stands to the project's lock."""
    from metricspec.plugins.installed import installed
    from metricspec.plugins.lock import lock_problems
    from metricspec.running.plugins import lock_file

    if project is None or installed(package) is None:
        return ""
    if not lock_file(project).is_file():
        return "not locked"
    found: Sequence[Problem] = list(lock_problems(lock_file(project), [package]))
    if not found:
        return "locked"
    return {"MS711": "unreadable", "MS713": "not locked"}.get(found[0].code, "differs")
