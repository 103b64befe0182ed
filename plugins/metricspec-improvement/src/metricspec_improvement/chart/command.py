"""metricspec run-chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click


@click.command("run-chart")
@click.argument("result", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--indicator", default=None, help="Id of the indicator. Needed where the file has several.")
@click.option("--org", required=True, help="Id of the school, district or network.")
@click.option("--group", default="ALL", show_default=True, help="The student group.")
@click.option("--year", default=None, help="The school year, as 2024-25. Default: the latest in the file.")
@click.option("--version", default=None, help="The version of the indicator. Default: the newest that has the year.")
@click.option("--title", default="", help="What the chart is called. Default: the indicator's id.")
@click.option("--org-name", default="", help="What the org is called. Default: its level and id.")
@click.option("--unit", default="", help="What the values are, such as 'percent of days'.")
@click.option("--change", default="", help="What was changed, to be written at the line where it began.")
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
    out: Path,
) -> int:
    """Draw the run chart of one org and student group from a RESULT file (csv, parquet) of `metricspec run --out`.

    Nothing but the file is read, so that what is hidden in it is hidden in the chart: as a gap, with the word. The
    page says the signal in a sentence and has the points as a table too.
    """
    from metricspec.problems import UsageError

    from metricspec_improvement.chart import drawing
    from metricspec_improvement.chart.page import page
    from metricspec_improvement.chart.series import Wanted, one_series, read_result
    from metricspec_improvement.chart.words import Labels, sentences

    if out.suffix not in (".html", ".svg", ".png"):
        raise UsageError(f"--out {out}: a chart ends in .html, .svg or .png")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    drawing.ready()
    labels = Labels(title, org_name, unit, change)
    series = one_series(read_result(result), Wanted(indicator, org, group, year, version))
    made: dict[str, Callable[[], bytes]] = {
        ".html": lambda: page(series, labels).encode(),
        ".svg": lambda: drawing.svg(series, labels).encode(),
        ".png": lambda: drawing.png(series, labels),
    }
    write_whole(out, made[out.suffix]())
    for sentence in sentences(series, labels):
        click.echo(sentence)
    click.echo(f"written to {out}", err=True)
    return 0


def write_whole(path: Path, content: bytes) -> None:
    """Beside the file, then over it: whoever reads it reads all of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
