"""Specs with problems are left out of what is done with all: never without a word."""

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
