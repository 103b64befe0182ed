"""metricspec moments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option

if TYPE_CHECKING:
    from metricspec.running.pooling import Moments

GUIDE = "docs/how-to/pool-growth-across-districts.md"


@click.command("moments")
@click.argument("indicator")
@click.option("--year", default=None, help="One school year, as 2024-25. Default: all.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The .parquet file to write."
)
@data_option
@binding_option
@project_option
def moments_command(
    indicator: str,
    year: str | None,
    out: Path,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> None:
    """Export the sums that a growth model of several districts needs of this one: no row of a student, but confidential.

    Cells and schools of few scores are left out as the indicator's policy says; what was left out is told.
    """
    from metricspec.cli.opening import load
    from metricspec.measures.pooling.table import to_metadata
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.quality import print_quality
    from metricspec.reporting.writing import check_output, write_parquet
    from metricspec.running.moments_files import KEY
    from metricspec.running.pooling import moments

    check_output(out, (".parquet",))
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress() as progress:
        found = moments(project, indicator, year=year, data=data_files(data), progress=progress)
    for sentence in found.said:
        click.echo(sentence, err=True)
    _left_out(found)
    cells = int((found.release.rows["part"] == "cell").sum())
    if cells:
        write_parquet(out, found.release.rows, {KEY: to_metadata(found.header)})
        schools = found.release.schools
        click.echo(f"{cells:,} cells and {schools:,} schools in them written to {out}", err=True)
        _warn(found, out)
    print_quality(found.quality, project.catalog)
    if not cells:
        from metricspec.problems import UsageError

        raise UsageError("nothing was written: every cell is of too few scores")


def _left_out(found: Moments) -> None:
    """What the policy kept back; no number of it."""
    release, least = found.release, found.header.privacy_n
    if release.refused:
        click.echo(f"left out, cells of fewer than {least} scores: {', '.join(release.refused)}", err=True)
    if release.schools_left_out:
        click.echo(
            f"left out, schools of fewer than {least} scores in a cell, and the next larger where they would be told by "
            "what is left over: their scores count in the cell, not in the spread of schools",
            err=True,
        )
    if release.populations_withheld:
        cells = int((release.rows["part"] == "cell").sum())
        click.echo(
            f"left out, the standard deviation over all scores in {len(release.populations_withheld):,} of {cells:,} cells, "
            f"because fewer than {least} scores are not complete; that of the complete scores takes its place",
            err=True,
        )


def _warn(found: Moments, out: Path) -> None:
    """That the file is confidential, and which of its sums are over few students."""
    click.echo(
        f"{out.name} is confidential: exchange it under a data-sharing agreement, do not publish it ({GUIDE})", err=True
    )
    release, least = found.release, found.header.privacy_n
    if release.schools_telling:
        click.echo(
            f"its school means tell, for {release.schools_telling:,} of the {release.schools:,} schools in cells, how many "
            f"of a school's students have, or have not, a condition, where they are fewer than {least}",
            err=True,
        )
    by_cell: dict[str, list[str]] = {}
    for rare in release.rare:
        by_cell.setdefault(rare.cell, []).append(rare.term)
    if by_cell:
        click.echo(f"its sums tell of fewer than {least} students who have, or have not:", err=True)
    for cell, terms in by_cell.items():
        click.echo(f"  {cell}: {', '.join(terms)}", err=True)
