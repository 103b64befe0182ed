"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from metricspec.problems import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def project_option(function: F) -> F:
    return click.option(
        "--project",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
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


def data_files(given: tuple[str, ...]) -> dict[str, Path]:
    """`("a=x.csv",)` as a mapping. Raises UsageError for anything else."""
    files = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not equals or not name or not path:
            raise UsageError(f"--data takes DATASET=PATH, e.g. attendance_stint=days.csv; this is '{text}'")
        files[name] = Path(path)
    return files
