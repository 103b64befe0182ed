"""metricspec run."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option


@click.command("run")
@click.argument("indicators", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active indicator whose datasets are bound.")
@click.option("--year", default=None, help="One school year, as 2024-25. Default: all.")
@click.option("--level", default=None, help="Show one org level only (school, district, network).")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="A .csv, .parquet or .json file."
)
@data_option
@binding_option
@project_option
def run_command(
    indicators: tuple[str, ...],
    every: bool,
    year: str | None,
    level: str | None,
    out: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> int:
    """Compute indicators. Shows a table, or writes every row with --out; small cells are hidden either way."""
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.results import print_quality, print_results
    from metricspec.reporting.writing import check_output, write_frame
    from metricspec.running.loading import load

    if not indicators and not every:
        raise UsageError("name an indicator, or --all (see: metricspec list)")
    if out is not None:
        check_output(out)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress() as progress:
        run = project.execute(() if every else indicators, year=year, data=data_files(data), progress=progress)
    frame = run.result if level is None else run.result[run.result["org_level"] == level]
    for sentence in run.said:
        click.echo(sentence, err=True)
    if out is not None:
        write_frame(out, frame)
        click.echo(f"{len(frame)} rows written to {out}", err=True)
    else:
        print_results(frame, project.catalog)
    print_quality(run.quality)
    return 0
