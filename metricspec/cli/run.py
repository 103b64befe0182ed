"""metricspec run."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option


@click.command("run")
@click.argument("indicators", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active indicator whose datasets are bound.")
@click.option("--year", default=None, help="One school year, as 2024-25. Default: all; the latest is shown.")
@click.option("--org", "orgs", multiple=True, help="Show this org (its id or name); may be given several times.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    help="Show this student group; may be given several times, or '*' for all. Default: all students.",
)
@click.option("--level", default=None, help="Show or write one org level only (school, district, network).")
@click.option("--rows", type=click.IntRange(min=1), default=None, help="How many rows of each table to show.")
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
    orgs: tuple[str, ...],
    groups: tuple[str, ...],
    level: str | None,
    rows: int | None,
    out: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> int:
    """Compute indicators. Shows tables, or writes every row with --out; small cells are hidden either way."""
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.quality import print_quality
    from metricspec.reporting.results import View, print_results
    from metricspec.reporting.writing import check_output, write_frame
    from metricspec.running.loading import load
    from metricspec.running.orgs import chosen_groups, chosen_level, chosen_orgs, org_names

    if not indicators and not every:
        raise UsageError("name an indicator, or --all (see: metricspec list)")
    if out is not None:
        check_output(out)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    files = data_files(data)
    with stages_progress() as progress:
        run = project.execute(() if every else indicators, year=year, data=files, progress=progress)
    for sentence in run.said:
        click.echo(sentence, err=True)
    frame = run.result
    if level is not None:
        frame = frame[frame["org_level"] == chosen_level(frame, level)]
    if out is not None:
        write_frame(out, frame)
        click.echo(f"{len(frame):,} rows written to {out}", err=True)
    else:
        names = org_names(project, frozenset(frame["indicator"]), files)
        view = View(chosen_groups(frame, groups), chosen_orgs(frame, names, orgs), None, rows, names)
        print_results(frame, project.catalog, view)
    print_quality(run.quality, project.catalog)
    return 0
