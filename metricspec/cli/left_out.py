"""What is not done, or not looked at, is said on standard error: specs that are left out, dialects that nobody judged."""

from __future__ import annotations

from collections.abc import Sequence

import click

from metricspec.problems import Problem


def print_left_out(problems: Sequence[Problem]) -> int:
    """Say on standard error which files were left out. The exit code: 1 where there are any."""
    files = sorted({problem.place.file for problem in problems if problem.severity == "error"})
    if files:
        click.echo(f"left out, because of problems (metricspec check shows them): {', '.join(files)}", err=True)
    return 1 if files else 0


def tell_unjudged(*dialects: str) -> None:
    """Say of each dialect that nobody has judged that it is so."""
    from metricspec.sql.dialects import unjudged

    for dialect in dict.fromkeys(dialects):
        if said := unjudged(dialect):
            click.echo(said, err=True)
