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
    type=click.Choice(["statement", "script", "long", "wide", "moments"]),
    default=None,
    help="One statement, or a script of steps; of a regression the solve in rows (long) or columns (wide), or only the "
    "sums that it is made of (moments). Default: what suits the dialect.",
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
    plan: Literal["statement", "script", "long", "wide", "moments"] | None,
    out: Path | None,
    binding: str | None,
    folder: Path | None,
) -> int:
    """Compile indicators to SQL: on standard output, or into a folder with --out."""
    from metricspec.cli.left_out import print_left_out, tell_unjudged
    from metricspec.cli.opening import load
    from metricspec.problems import PartlyPython, UsageError
    from metricspec.reporting.writing import write_text

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
    compiler = project.compiler(dialect, solve=plan if plan in ("long", "wide") else None)
    tell_unjudged(dialect)
    form = plan if plan in ("statement", "script") else None
    texts = {}
    for name in names:
        try:
            texts[name] = compiler.moments(name) if plan == "moments" else compiler.compile(name, form)
        except PartlyPython as error:
            if not every:
                raise
            click.echo(f"left out: {error}", err=True)
    for name, text in texts.items():
        if out is None:
            click.echo(text, nl=False)
        else:
            write_text(out / f"{name}.{dialect}{f'.{plan}' if plan not in (None, 'statement') else ''}.sql", text)
    if out is not None:
        click.echo(f"{len(texts)} file{'s' if len(texts) > 1 else ''} written to {out}", err=True)
    return print_left_out(project.problems) if every else 0
