"""metricspec run-chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from metricspec_improvement.chart.series import Series
    from metricspec_improvement.chart.verdict import Verdict
    from metricspec_improvement.chart.words import Labels


@click.command("run-chart")
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--indicator", default=None, help="Id of the indicator. Needed where the file has several.")
@click.option("--org", required=True, help="The school, district or network: its id or its name.")
@click.option("--group", default="ALL", show_default=True, help="The student group.")
@click.option("--year", default=None, help="The school year, as 2024-25. Default: the latest in the file.")
@click.option("--version", default=None, help="The version of the indicator. Default: the newest that has the year.")
@click.option("--title", default="", help="What the chart is called. Default: the indicator's title.")
@click.option("--org-name", default="", help="What the org is called. Default: its name in the project's data.")
@click.option(
    "--unit", default="", help="What the values are, such as 'percent of days'. Default: the indicator's unit."
)
@click.option("--change", default="", help="What was changed, to be written at the line where it began.")
@click.option(
    "--project",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The project's folder (with metricspec.yaml). Default: this folder.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="A page (.html) or a picture (.svg, .png).",
)
def run_chart_command(
    result: Path,
    indicator: str | None,
    org: str,
    group: str,
    year: str | None,
    version: str | None,
    title: str,
    org_name: str,
    unit: str,
    change: str,
    folder: Path | None,
    out: Path,
) -> int:
    """Draw the run chart of one org and student group from a RESULT file (csv, parquet) of `metricspec run --out`.

    All numbers are the file's, so that what is hidden in it is hidden in the chart: as a gap, with the word. The project
    gives titles and names. The page says one verdict, explains it, and has the points as a table too.
    """
    from metricspec import load, org_id, org_names

    from metricspec_improvement.chart.drawing import ready
    from metricspec_improvement.chart.naming import named
    from metricspec_improvement.chart.series import Wanted, demand_change, one_series, read_result
    from metricspec_improvement.chart.verdict import verdict
    from metricspec_improvement.chart.words import Labels, heading

    demand_out(out)
    ready()
    frame, project = read_result(result), load(folder)
    names = org_names(project, set(frame["indicator"]))
    wanted = Wanted(indicator, org_id(org, sorted(set(frame["org_id"])), names), group, year, version)
    series = one_series(frame, wanted)
    if change:
        demand_change(frame, series, change)
    labels = named(Labels(title, org_name, "", unit, change), series, project, names)
    told = verdict(series, labels)
    write_whole(out, content(series, labels, told, out.suffix))
    for sentence in (heading(series, labels), *told.sentences):
        click.echo(sentence)
    click.echo(f"written to {out}", err=True)
    return 0


def demand_out(out: Path) -> None:
    """Raises UsageError, before any work, where no chart can be written."""
    from metricspec.problems import UsageError

    if out.suffix not in (".html", ".svg", ".png"):
        raise UsageError(f"--out {out}: a chart ends in .html, .svg or .png")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")


def content(series: Series, labels: Labels, told: Verdict, suffix: str) -> bytes:
    from metricspec_improvement.chart.drawing import png, svg
    from metricspec_improvement.chart.page import page

    if suffix == ".png":
        return png(series, labels, told)
    return (page if suffix == ".html" else svg)(series, labels, told).encode()


def write_whole(path: Path, content: bytes) -> None:
    """Beside the file, then over it: whoever reads it reads all of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
