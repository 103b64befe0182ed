"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from metricspec.problems import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def project_folder(_context: click.Context, _parameter: click.Parameter, folder: Path | None) -> Path | None:
    """The folder that was named. Raises UsageError where none was, and this one is no project but lies in one: without the
    project's specs everything would seem to be right."""
    from metricspec.running.loading import FILE

    here = Path.cwd()
    if folder is None and not (here / FILE).is_file():
        around = next((one for one in here.parents if (one / FILE).is_file()), None)
        if around is not None:
            raise UsageError(
                f"this folder lies in a project and is none itself: go to {around}, or add --project {around}"
            )
    return folder


def project_option(function: F) -> F:
    return click.option(
        "--project",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        callback=project_folder,
        help="The project's folder (with metricspec.yaml). Default: this folder, if it is one.",
    )(function)


def data_option(function: F) -> F:
    return click.option(
        "--data",
        "data",
        multiple=True,
        metavar="DATASET=PATH",
        help="A csv or parquet file for a dataset; may be given several times.",
    )(function)


def binding_option(function: F) -> F:
    return click.option("--binding", default=None, help="The binding to use instead of the project's.")(function)


def warehouse_options(function: F) -> F:
    """Where a command computes, and how long a statement may take there."""
    function = click.option(
        "--timeout", type=click.FloatRange(min=0.1), default=None, help="Seconds that one statement may take."
    )(function)
    return click.option(
        "--warehouse",
        default=None,
        envvar="METRICSPEC_WAREHOUSE",
        show_envvar=True,
        callback=_without_secret,
        metavar="URL",
        help="Compute there: postgresql://user@host/database, snowflake://..., spark:local, sc://host, "
        "duckdb:///file. Default: the project's, else DuckDB in this process.",
    )(function)


def _without_secret(context: click.Context, option: click.Parameter, url: str | None) -> str | None:
    """A password on a command line stands in the list of processes and in the shell's history."""
    from click.core import ParameterSource

    from metricspec.warehouses.messages import secrets_of

    if url is not None and not url.strip():
        raise UsageError("the warehouse's URL is empty: leave --warehouse and METRICSPEC_WAREHOUSE away, or fill them")
    if url and context.get_parameter_source(option.name or "") == ParameterSource.COMMANDLINE and secrets_of(url):
        raise UsageError(
            "leave the password out of --warehouse, where everyone on this machine can read it: give the whole URL in "
            "METRICSPEC_WAREHOUSE, or the password in the driver's own way (PGPASSWORD or ~/.pgpass, ~/.my.cnf, ...)"
        )
    return url


RESULT_OPTIONS = (
    click.option("--year", default=None, help="One school year, as 2024-25. Default: all; the latest is shown."),
    click.option(
        "--org", "orgs", multiple=True, help="Show or write this org (its id or name); may be given several times."
    ),
    click.option(
        "--group",
        "groups",
        multiple=True,
        help="Show or write this student group; may be given several times, or '*' for all. Default: all students.",
    ),
    click.option("--level", default=None, help="Show or write one org level only (school, district, network)."),
    click.option("--rows", type=click.IntRange(min=1), default=None, help="How many rows of each table to show."),
    click.option(
        "--statistics", is_flag=True, help="Show the further statistics of each measure too; --out always has them."
    ),
    click.option(
        "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="A .csv, .parquet or .json file."
    ),
)


def result_options(function: F) -> F:
    """What may be asked of a Result: which rows, and whether to show or to write them."""
    for option in reversed(RESULT_OPTIONS):
        function = option(function)
    return function


def data_files(given: tuple[str, ...]) -> dict[str, Path]:
    """`("a=x.csv",)` as a mapping. Raises UsageError for anything else."""
    files = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not name or not path:
            raise UsageError(f"--data takes DATASET=PATH, e.g. attendance_stint=days.csv; this is '{text}'")
        files[name] = Path(path)
    return files
