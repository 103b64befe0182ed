"""metricspec export: indicators as files that other tools deploy, by what ships and what a project's plugins offer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from metricspec.cli.options import binding_option, project_option
from metricspec.exports.offered import DIALECT, metricspec_exporters
from metricspec.offers import ExportCall, Exporter

if TYPE_CHECKING:
    from metricspec.registry import Registry
    from metricspec.running.project import Project


class Exporters(click.Group):
    """The exporters that ship; another name is looked for among those of the project's plugins."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if not name or name.startswith("-") or name in self.commands:
            return super().resolve_command(ctx, args)
        from metricspec.cli.opening import print_plugin_problems
        from metricspec.cli.plugin_commands import project_folder
        from metricspec.reading.suggest import hint

        registry = _registry(project_folder(args[1:]))
        found = registry.exporters.get(name)
        if found is None:
            print_plugin_problems(registry)
            ctx.fail(f"no such exporter '{name}': {hint(name, registry.exporters, 'there are')}")
        return name, command_of(found, registry), args[1:]


@click.group("export", cls=Exporters)
def export_command() -> None:
    """Write indicators as files that other tools deploy. Hidden numbers stay hidden in each.

    A project's plugins may have further ones: `metricspec plugins` lists them.
    """


def command_of(exporter: Exporter, registry: Registry | None = None) -> click.Command:
    """The command of an exporter: which indicators, where to, and its own options. `registry` is that of the project, where
    it was loaded already."""

    def export(
        indicators: tuple[str, ...],
        every: bool,
        binding: str | None,
        folder: Path | None,
        out: Path,
        **options: str | None,
    ) -> int:
        from metricspec.cli.left_out import tell_unjudged
        from metricspec.cli.opening import load
        from metricspec.plugins.working import blaming

        _check(exporter, out)
        project, ids, code = _chosen(load(folder, registry), indicators, every, binding, python=exporter.python)
        one = out.suffix in exporter.suffixes
        own = {option.name: options[_key(option.name)] for option in exporter.options}
        with blaming(project.registry.package_of("metricspec_exporters", exporter.name), "the exporter"):
            files = _texts(exporter.export(project, ExportCall(ids, own, out.suffix if one else "")))
        if DIALECT in exporter.options:
            tell_unjudged(options[_key(DIALECT.name)] or "")
        _write(out, files, one=one)
        _told(1 if one else len(files), len(ids), out)
        return code

    for decorator in reversed(list(_parameters(exporter))):
        export = decorator(export)
    return click.command(exporter.name, help=exporter.says)(export)


def _parameters(exporter: Exporter) -> Iterator[Callable[[Any], Any]]:
    yield click.argument("indicators", nargs=-1)
    yield click.option("--all", "every", is_flag=True, help="Every active indicator that can be exported.")
    yield binding_option
    yield project_option
    yield _out_option(exporter)
    for option in exporter.options:
        yield click.option(
            f"--{option.name}",
            _key(option.name),
            default=option.default,
            show_default=option.default is not None,
            metavar=option.metavar,
            help=option.says,
        )


def _texts(files: Any) -> dict[str, str]:
    """Raises TypeError where an exporter gives anything but texts by their path."""
    found = dict(files)
    if not found or not all(isinstance(one, str) for pair in found.items() for one in pair):
        raise TypeError("it gives no texts by their path")
    return found


def _key(option: str) -> str:
    return f"own_{option.replace('-', '_').replace('.', '_')}"


def _out_option(exporter: Exporter) -> Any:
    *most, last = exporter.suffixes or ("",)
    suffixes = f"{', '.join(most)} or {last}" if most else last
    folder = "a new one, or an earlier export, which is replaced."
    if not exporter.folder:
        says = f"A {suffixes} file."
    elif exporter.suffixes:
        says = f"A {suffixes} file for all in one, or a folder: {folder}"
    else:
        says = f"The folder to write: {folder}"
    kind = click.Path(path_type=Path, dir_okay=exporter.folder)
    return click.option("--out", type=kind, required=True, help=says)


def _check(exporter: Exporter, out: Path) -> None:
    """Raises UsageError, before any work, where the exporter cannot write there."""
    from metricspec.reporting.folders import check_folder
    from metricspec.reporting.writing import check_output

    if not exporter.folder:
        check_output(out, exporter.suffixes)
    elif out.suffix not in exporter.suffixes:
        check_folder(out)


def _write(out: Path, files: dict[str, str], *, one: bool) -> None:
    from metricspec.reporting.folders import write_folder
    from metricspec.reporting.writing import write_text

    if one:
        write_text(out, "\n".join(files.values()))
    else:
        write_folder(out, files)


def _registry(folder: Path | None) -> Registry:
    """What ships and the project's plugins offer. Raises SpecError where metricspec.yaml has problems."""
    from metricspec.running.loading import opened_project
    from metricspec.running.plugins import project_registry

    return project_registry(opened_project(folder or Path(), demanded=folder is not None))


def _chosen(
    project: Project, indicators: tuple[str, ...], every: bool, binding: str | None, *, python: bool = False
) -> tuple[Project, tuple[str, ...], int]:
    """The project, the indicators to export, and the exit code; says what is left out."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.exports.chosen import every as all_of
    from metricspec.exports.chosen import named
    from metricspec.problems import UsageError

    if binding:
        project = project.with_binding(binding)
    if not indicators and not every:
        raise UsageError("name an indicator, or --all (see: metricspec list)")
    found = all_of(project, python=python) if every else named(project, indicators)
    for reason in found.left_out:
        click.echo(f"left out: {reason}", err=True)
    if not found.ids:
        raise UsageError("no indicator can be exported: the binding has the datasets of none")
    return project, found.ids, print_left_out(project.problems) if every else 0


def _told(files: int, indicators: int, out: Path) -> None:
    what = f"{indicators} indicator{'s' if indicators > 1 else ''}"
    click.echo(f"{what}: {files} file{'s' if files > 1 else ''} written to {out}", err=True)


for _exporter in metricspec_exporters():
    export_command.add_command(command_of(_exporter))
