"""metricspec calibrate."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option


@click.command("calibrate")
@click.argument("indicator")
@click.option("--year", default=None, help="One school year, as 2024-25. Default: all.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The .yaml file to write the block into.",
)
@data_option
@binding_option
@project_option
def calibrate_command(
    indicator: str,
    year: str | None,
    out: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> None:
    """Fit the item parameters of a survey scale to its answers, for a spec with 'score: partial_credit'.

    Which people, items and answers count is what the indicator says, however it is scored.
    """
    from metricspec.cli.opening import load
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.quality import print_quality
    from metricspec.reporting.writing import check_output, write_text
    from metricspec.running.calibrating import calibrated

    if out is not None:
        check_output(out, (".yaml",))
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress() as progress:
        found = calibrated(project, indicator, year=year, data=data_files(data), progress=progress)
    for sentence in found.said:
        click.echo(sentence, err=True)
    if out is None:
        click.echo(found.text, nl=False)
    else:
        write_text(out, found.text)
        items, people = len(found.calibration.parameters.items), found.calibration.people
        click.echo(f"parameters of {items} items, from {people:,} people, written to {out}", err=True)
    print_quality(found.quality, project.catalog)
