"""metricspec verify."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option, warehouse_options

if TYPE_CHECKING:
    from metricspec.records.verify import Verdict


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(min=1), default=20, show_default=True, help="How many differences to show.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--fit", type=click.Path(path_type=Path), default=None, help="The fit, for a file that metricspec apply wrote."
)
@data_option
@binding_option
@project_option
@warehouse_options
def verify_command(
    file: Path,
    rows: int,
    form: str,
    fit: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Compute again what a file of results holds, and say what differs and why.

    The file's record tells what made it. Exit code 0: the same; 1: something differs; 2: there is no record, or the project cannot
    run it.
    """
    from metricspec.problems import SpecError
    from metricspec.reading.formats import as_text
    from metricspec.records.report import print_verdict, verdict_json

    try:
        verdict = _verdict(file, folder, binding, (data_files(data), warehouse, timeout, fit))
    except SpecError as error:
        click.echo(as_text(error.problems), err=True)
        return 2
    if form == "json":
        click.echo(verdict_json(file.name, verdict))
    else:
        print_verdict(file.name, verdict, rows)
    return 0 if verdict.same else 1


def _verdict(
    file: Path,
    folder: Path | None,
    binding: str | None,
    given: tuple[Mapping[str, Path], str | None, float | None, Path | None],
) -> Verdict:
    from metricspec.cli.opening import load
    from metricspec.records.files import read_result
    from metricspec.records.verify import Means, verify
    from metricspec.reporting.progress import stages_progress

    found = read_result(file)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress("Computing again") as progress:
        return verify(project, found, Means(*given, progress))
