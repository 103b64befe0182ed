"""metricspec check."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import project_option


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json", "sarif"]),
    default="text",
    show_default=True,
)
@project_option
def check_command(paths: tuple[Path, ...], form: str, folder: Path | None) -> int:
    """Check specs: files or folders, or the whole project. Exit code 1 where there are errors."""
    from metricspec.reading.formats import render
    from metricspec.running.loading import load_for_check

    checked, problems = load_for_check(paths, folder)
    text = render(problems, form)
    if text:
        click.echo(text)
    errors = sum(p.severity == "error" for p in problems)
    warnings = len(problems) - errors
    if form == "text":
        found = {0: "no problems", 1: "1 problem"}.get(errors, f"{errors} problems")
        also = f", {warnings} warning{'s' if warnings > 1 else ''}" if warnings else ""
        click.echo(f"{checked} files checked: {found}{also}", err=True)
    return 1 if errors else 0
