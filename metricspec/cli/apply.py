"""metricspec apply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option, result_options

if TYPE_CHECKING:
    import pandas as pd

    from metricspec.measures.growth.fit import Fit


@click.command("apply")
@click.argument("indicator")
@click.option(
    "--fit", "fitted", type=click.Path(path_type=Path), required=True, help="The .json file that metricspec fit wrote."
)
@result_options
@data_option
@binding_option
@project_option
def apply_command(
    indicator: str,
    fitted: Path,
    year: str | None,
    orgs: tuple[str, ...],
    groups: tuple[str, ...],
    level: str | None,
    rows: int | None,
    statistics: bool,
    out: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> None:
    """Compute a growth indicator with a model fitted elsewhere, as by metricspec fit on the sums of several districts.

    Shows tables, or writes rows with --out, as metricspec run does; small cells are hidden either way.
    """
    from metricspec.cli.opening import load
    from metricspec.cli.run import Wanted, deliver
    from metricspec.records.key import content_hash
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.writing import check_output
    from metricspec.running.pooling import with_fit

    if out is not None:
        check_output(out)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    project, fit = with_fit(project, indicator, fitted)
    files = data_files(data)
    with stages_progress() as progress:
        run = project.execute((indicator,), year=year, data=files, progress=progress, trace=out is not None)
    for sentence in run.said:
        click.echo(sentence, err=True)
    _told(fit, fitted, run.result)
    deliver(project, run, files, Wanted(orgs, groups, level, rows, out, statistics, year, content_hash(fitted)))


def _told(fit: Fit, path: Path, frame: pd.DataFrame) -> None:
    """What the numbers are measured by, and years of which the fit knows nothing."""
    from metricspec.reporting.figures import plural
    from metricspec.running.pooling import missing_years

    whole = plural(sum(cell.n for cell in fit.cells), "score")
    click.echo(f"measured by {path}: {whole} of {plural(len(fit.districts), 'district')}", err=True)
    years = missing_years(fit, frame)
    if years:
        click.echo(f"the fit has no cell of {', '.join(years)}: no score of it is measured", err=True)
