"""metricspec diff."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option, warehouse_options

if TYPE_CHECKING:
    from metricspec.running.project import Project
    from metricspec.versioning.asked import Asked
    from metricspec.versioning.report import Report


@click.command("diff")
@click.argument("words", nargs=-1, required=True, metavar="OLD [NEW] [INDICATOR]...")
@click.option("--sql", is_flag=True, help="Show the change of the compiled SQL too.")
@click.option("--dialect", default=None, help="With --sql: any dialect that sqlglot knows. Default: duckdb.")
@click.option("--numbers", is_flag=True, help="Run both over the project's data, and show which results change.")
@click.option(
    "--rows", type=click.IntRange(min=1), default=20, show_default=True, help="With --numbers: how many rows."
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="The day from which school years are finished or not (they end on June 30). Default: today.",
)
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@data_option
@binding_option
@project_option
@warehouse_options
def diff_command(
    words: tuple[str, ...],
    sql: bool,
    dialect: str | None,
    numbers: bool,
    rows: int,
    as_of: datetime | None,
    form: str,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Say what changes from OLD to NEW, in sentences, by what it does to results; and which versions that needs.

    OLD and NEW are folders (of specs, or of a project) or git revisions of the project. NEW is the working tree if left
    out. Name indicators to see only these. Hidden cells stay hidden in --numbers. The exit code is 1 where specs of NEW
    have problems.
    """
    from datetime import date

    from metricspec.cli.opening import print_plugin_problems
    from metricspec.problems import UsageError
    from metricspec.running.loading import load
    from metricspec.sql.dialects import capabilities
    from metricspec.versioning.asked import asked, report
    from metricspec.versioning.calendar import Calendar
    from metricspec.versioning.report import as_json, as_markdown
    from metricspec.versioning.report_text import print_report
    from metricspec.versioning.sides import opened

    if dialect and not sql:
        raise UsageError("--dialect goes with --sql")
    if dialect:
        capabilities(dialect)
    sides = opened(folder)
    print_plugin_problems(sides.registry)
    given = asked(sides, words)
    made = report(given, Calendar(as_of.date() if as_of else date.today()), rows)
    if sql or numbers:
        current = load(folder, registry=sides.registry)
        current = current.with_binding(binding) if binding else current
        made = _detailed(made, given, current, (warehouse, timeout), data, sql, dialect or "duckdb", numbers)
    if form == "text":
        print_report(made)
    else:
        click.echo(as_json(made) if form == "json" else as_markdown(made))
    wrong = bool(given.new.snapshot.broken) or any(made.errors.values())
    return 1 if wrong or (given.new.faulty and not given.ids) else 0


def _detailed(
    made: Report,
    given: Asked,
    current: Project,
    place: tuple[str | None, float | None],
    data: tuple[str, ...],
    sql: bool,
    dialect: str,
    numbers: bool,
) -> Report:
    """The report with the change of SQL and numbers, of both sides' specs over the current project's data."""
    from dataclasses import replace

    from metricspec.cli.left_out import tell_unjudged
    from metricspec.versioning.asked import numbers_of, sql_of

    old, new = given.old.project(current), given.new.project(current)
    if sql:
        tell_unjudged(dialect)
        made = replace(made, sql=sql_of(made.found, given, old, new, dialect))
    if numbers:
        url, files = place[0] or current.warehouse, data_files(data)
        engine = lambda: current.connect(url, timeout=place[1])  # noqa: E731
        made = replace(made, numbers=numbers_of(made.found, given, old, new, files, engine))
    return made
