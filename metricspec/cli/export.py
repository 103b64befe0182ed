"""metricspec export: indicators as files that other tools deploy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from metricspec.cli.options import binding_option, project_option

if TYPE_CHECKING:
    from metricspec.running.project import Project

F = TypeVar("F", bound=Callable[..., Any])


def chosen_options(function: F) -> F:
    """Which indicators of which project."""
    decorators = (
        click.argument("indicators", nargs=-1),
        click.option("--all", "every", is_flag=True, help="Every active indicator that can be exported."),
        binding_option,
        project_option,
    )
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def dialect_option(function: F) -> F:
    return click.option("--dialect", default="duckdb", show_default=True, help="Any dialect that sqlglot knows.")(
        function
    )


@click.group("export")
def export_command() -> None:
    """Write indicators as files that other tools deploy. Hidden numbers stay hidden in each."""


@export_command.command("dbt")
@chosen_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder to write: a new one, or an earlier export, which is replaced.",
)
@dialect_option
@click.option("--name", default="metricspec", show_default=True, help="The name of the dbt project.")
def dbt_command(
    indicators: tuple[str, ...],
    every: bool,
    binding: str | None,
    folder: Path | None,
    out: Path,
    dialect: str,
    name: str,
) -> int:
    """Write a dbt project: one model for each indicator, its shared steps, sources, descriptions and tests."""
    from metricspec.exports.dbt import DbtOptions, dbt_project
    from metricspec.reporting.folders import check_folder, write_folder

    check_folder(out)
    project, ids, code = _chosen(indicators, every, binding, folder)
    files = dbt_project(project, ids, DbtOptions(dialect, name))
    write_folder(out, files)
    _told(len(files), len(ids), out)
    return code


@export_command.command("views")
@chosen_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A .sql file for one script, or a folder for a script of each indicator.",
)
@dialect_option
@click.option("--schema", default="", help="The schema to make the views in. Default: where the script is run.")
def views_command(
    indicators: tuple[str, ...],
    every: bool,
    binding: str | None,
    folder: Path | None,
    out: Path,
    dialect: str,
    schema: str,
) -> int:
    """Write CREATE VIEW scripts: one view of released numbers for each indicator."""
    from metricspec.exports.views import ViewOptions, views
    from metricspec.reporting.folders import check_folder, write_folder
    from metricspec.reporting.writing import write_text

    one = out.suffix == ".sql"
    if not one:
        check_folder(out)
    project, ids, code = _chosen(indicators, every, binding, folder)
    files = views(project, ids, ViewOptions(dialect, schema))
    if one:
        write_text(out, "\n".join(files.values()))
    else:
        write_folder(out, files)
    _told(1 if one else len(files), len(ids), out)
    return code


@export_command.command("ossie")
@chosen_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .yaml or .json file.")
@click.option("--name", default="metricspec", show_default=True, help="The name of the semantic model.")
@click.option(
    "--result",
    "result",
    default=None,
    metavar="TABLE",
    help="The table or view that holds the released results. Default: what export dbt makes of this --name.",
)
def ossie_command(
    indicators: tuple[str, ...],
    every: bool,
    binding: str | None,
    folder: Path | None,
    out: Path,
    name: str,
    result: str | None,
) -> int:
    """Write a semantic model of datasets and indicators for other tools, as Apache Ossie (incubating) describes one."""
    from metricspec.exports.ossie import OssieOptions, ossie
    from metricspec.reporting.writing import check_output, write_text

    check_output(out, (".yaml", ".yml", ".json"))
    project, ids, code = _chosen(indicators, every, binding, folder, python=True)
    (text,) = ossie(project, ids, OssieOptions(name, result, json=out.suffix == ".json")).values()
    write_text(out, text)
    _told(1, len(ids), out)
    return code


def _chosen(
    indicators: tuple[str, ...], every: bool, binding: str | None, folder: Path | None, *, python: bool = False
) -> tuple[Project, tuple[str, ...], int]:
    """The project, the indicators to export, and the exit code; says what is left out."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.exports.chosen import every as all_of
    from metricspec.exports.chosen import named
    from metricspec.problems import UsageError
    from metricspec.running.loading import load

    project = load(folder)
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
