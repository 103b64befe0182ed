"""metricspec framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option, warehouse_options

if TYPE_CHECKING:
    import pandas as pd

    from metricspec.model import Framework
    from metricspec.running.frameworks import FrameworkRun
    from metricspec.running.project import Project


@click.command("framework")
@click.argument("framework")
@click.option(
    "--year", default=None, help="One school year, as 2024-25. Default: all are written, the latest is shown."
)
@click.option("--org", "orgs", multiple=True, help="This org (its id or name), in full; may be given several times.")
@click.option("--rows", type=click.IntRange(min=1), default=None, help="How many orgs to show.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="A .csv, .parquet or .json file."
)
@data_option
@binding_option
@project_option
@warehouse_options
def framework_command(
    framework: str,
    year: str | None,
    orgs: tuple[str, ...],
    rows: int | None,
    out: Path | None,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Compute a framework: its indicators in one run, then the index of each org, its designations and why.

    Everything is made of released numbers. Where a hidden one would decide, a designation is undecided, and says so.
    """
    from metricspec.cli.opening import load
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.writing import check_output
    from metricspec.running.frameworks import run_framework

    if out is not None:
        check_output(out)
    project = load(folder)
    spec = project.framework_spec(framework)
    if binding:
        project = project.with_binding(binding)
    files = data_files(data)
    with stages_progress() as progress:
        done = run_framework(
            project, spec, data=files, progress=progress, url=warehouse, timeout=timeout, trace=out is not None
        )
    for sentence in (*done.run.said, *done.said):
        click.echo(sentence, err=True)
    deliver(project, spec, done, Wanted(year, orgs, rows, out, files, warehouse or project.warehouse))
    return 0


@dataclass(frozen=True)
class Wanted:
    """What a person asked for: a year, some orgs in full, how many to show, or a file; and where names are read."""

    year: str | None
    orgs: tuple[str, ...]
    rows: int | None
    out: Path | None
    files: Mapping[str, Path]
    url: str | None


def deliver(project: Project, spec: Framework, done: FrameworkRun, wanted: Wanted) -> None:
    """Show or write a framework's table, and tell what was missing in the data."""
    from metricspec.reporting.frameworks import FrameworkView, print_framework
    from metricspec.reporting.quality import print_quality
    from metricspec.running.orgs import chosen_orgs, org_names

    frame = _of_year(done.frame, wanted.year)
    named = wanted.out is None or wanted.orgs
    names = org_names(project, frozenset(done.run.result["indicator"]), wanted.files, wanted.url) if named else {}
    chosen = chosen_orgs(frame, names, wanted.orgs)
    if wanted.out is None:
        print_framework(frame, spec, FrameworkView(chosen, wanted.rows, names))
    else:
        _write(project, spec, done, wanted.out, replace(wanted, orgs=chosen))
    print_quality(done.run.quality, project.catalog)


def _write(project: Project, spec: Framework, done: FrameworkRun, out: Path, wanted: Wanted) -> None:
    """The table, with the record of how it was made."""
    from metricspec.records.files import write_result
    from metricspec.records.key import project_key
    from metricspec.records.record import Asked, narrowed, record_of, years_of

    assert done.run.trace is not None
    asked = Asked("framework", (), wanted.year, None, wanted.orgs, framework=spec.id)
    frame = narrowed(done.frame, asked)
    years = years_of(frame["school_year"], asked, done.run.trace)
    write_result(out, frame, record_of(project, done.run.trace, asked, project_key(project.folder), years))
    click.echo(f"{len(frame):,} rows written to {out}", err=True)


def _of_year(frame: pd.DataFrame, year: str | None) -> pd.DataFrame:
    """The rows of a year. Raises UsageError where there are none."""
    from metricspec.problems import UsageError
    from metricspec.schoolyear import demand_school_year

    if year is None:
        return frame
    demand_school_year(year)
    years = sorted({str(one) for one in frame["school_year"]})
    if year not in years:
        raise UsageError(f"there is nothing for {year}; the data have {', '.join(years) or 'no year'}")
    return frame[frame["school_year"] == year]
