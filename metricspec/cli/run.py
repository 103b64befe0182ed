"""metricspec run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import (
    binding_option,
    data_files,
    data_option,
    project_option,
    result_options,
    warehouse_options,
)

if TYPE_CHECKING:
    from metricspec.running.project import Project, Run


@click.command("run")
@click.argument("indicators", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active indicator whose datasets are bound.")
@result_options
@data_option
@binding_option
@project_option
@warehouse_options
def run_command(
    indicators: tuple[str, ...],
    every: bool,
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
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Compute indicators. Shows tables, or writes rows with --out; small cells are hidden either way."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.cli.opening import load
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.writing import check_output

    if not indicators and not every:
        raise UsageError("name an indicator, or --all (see: metricspec list)")
    if out is not None:
        check_output(out)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    files = data_files(data)
    url = warehouse or project.warehouse
    with stages_progress() as progress, project.connect(url, timeout=timeout) as engine:
        run = project.execute(
            () if every else indicators,
            year=year,
            data=files,
            progress=progress,
            warehouse=engine,
            trace=out is not None,
        )
    if url:
        click.echo(f"computed in {engine.title}", err=True)
    for sentence in run.said:
        click.echo(sentence, err=True)
    deliver(project, run, files, Wanted(orgs, groups, level, rows, out, statistics, year), url)
    return print_left_out(project.problems) if every else 0


@dataclass(frozen=True)
class Wanted:
    """Which rows of a Result a person asked for, and where they go; `fit`: the hash of a fit made elsewhere."""

    orgs: tuple[str, ...]
    groups: tuple[str, ...]
    level: str | None
    rows: int | None
    out: Path | None
    statistics: bool = False
    year: str | None = None
    fit: str | None = None


def deliver(
    project: Project, run: Run, files: Mapping[str, Path], wanted: Wanted, warehouse: str | None = None
) -> None:
    """Show or write what was asked for of a Result, and tell what was missing in the data."""
    from metricspec.reporting.quality import print_quality
    from metricspec.reporting.results import View, print_results
    from metricspec.running.orgs import chosen_groups, chosen_level, chosen_orgs, org_names

    frame = run.result
    if wanted.level is not None and not frame.empty:
        frame = frame[frame["org_level"] == chosen_level(frame, wanted.level)]
    if frame.empty:
        click.echo("no results: no student or published row counts for what was asked", err=True)
    named = wanted.out is None or wanted.orgs
    names = org_names(project, frozenset(frame["indicator"]), files, warehouse) if named else {}
    orgs = chosen_orgs(frame, names, wanted.orgs)
    groups = chosen_groups(frame, wanted.groups)
    if wanted.out is None:
        print_results(frame, project.catalog, View(groups, orgs, None, wanted.rows, names, wanted.statistics))
    else:
        _write(project, run, wanted.out, replace(wanted, orgs=orgs, groups=groups))
    print_quality(run.quality, project.catalog)


def _write(project: Project, run: Run, out: Path, wanted: Wanted) -> None:
    """The rows of the orgs and groups that were asked for, all where none were, with the record of how they were made."""
    from metricspec.records.files import write_result
    from metricspec.records.key import project_key
    from metricspec.records.record import Asked, narrowed, record_of, years_of

    assert run.trace is not None
    asked = Asked(
        "apply" if wanted.fit else "run", (), wanted.year, wanted.level, wanted.orgs, wanted.groups, fit=wanted.fit
    )
    frame = narrowed(run.result, asked)
    years = years_of(frame["school_year"], asked, run.trace)
    write_result(out, frame, record_of(project, run.trace, asked, project_key(project.folder), years))
    click.echo(f"{len(frame):,} rows written to {out}", err=True)
