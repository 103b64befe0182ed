"""metricspec compile."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from metricspec.cli.options import binding_option, project_option


@click.command("compile")
@click.argument("indicators", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active indicator.")
@click.option("--dialect", default="duckdb", show_default=True, help="Any dialect that sqlglot knows.")
@click.option(
    "--plan",
    "form",
    type=click.Choice(["statement", "script"]),
    default=None,
    help="One statement, or a script of steps.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write a file per indicator here.",
)
@binding_option
@project_option
def compile_command(
    indicators: tuple[str, ...],
    every: bool,
    dialect: str,
    form: Literal["statement", "script"] | None,
    out: Path | None,
    binding: str | None,
    folder: Path | None,
) -> int:
    """Compile indicators to SQL: on standard output, or into a folder with --out."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.problems import UsageError
    from metricspec.reporting.writing import write_text
    from metricspec.running.loading import load

    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    names = list(indicators)
    if every:
        names = [i.id for i in project.catalog.indicators.values() if i.status == "active"]
    if not names:
        raise UsageError("name an indicator, or --all (see: metricspec list)")
    for name in names:
        project.indicator(name)
    compiler = project.compiler(dialect)
    texts = {name: compiler.compile(name, form) for name in names}
    for name, text in texts.items():
        if out is None:
            click.echo(text, nl=False)
        else:
            write_text(out / f"{name}.{dialect}{'.script' if form == 'script' else ''}.sql", text)
    if out is not None:
        click.echo(f"{len(texts)} file{'s' if len(texts) > 1 else ''} written to {out}", err=True)
    return print_left_out(project.problems) if every else 0
