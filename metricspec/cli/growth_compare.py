"""metricspec growth-compare."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option

DEFAULT = "core.growth_ela"


@click.command("growth-compare")
@click.argument("indicator", metavar="[ID]", default=DEFAULT)
@click.option("--year", default=None, help="The school year, as 2024-25. Default: the latest that has results.")
@click.option("--level", default="school", show_default=True, help="The org level (school, district).")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("growth.html"),
    show_default=True,
    help="The page to write.",
)
@data_option
@binding_option
@project_option
def growth_compare_command(
    indicator: str,
    year: str | None,
    level: str,
    out: Path,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> int:
    """Show what controlling for peers changes: a growth indicator (core.growth_ela) beside the models below it.

    Fits the indicator's model without its peers, and with prior scores only, over the same scores. Writes one page that needs
    nothing else: how each model goes with what students bring along, which schools move, what cannot be concluded.
    Small numbers are hidden as in the results, before anything is drawn.
    """
    from importlib.metadata import version

    from metricspec.cli.opening import load
    from metricspec.problems import UsageError
    from metricspec.reporting.growth_compare import page, print_comparison, ready
    from metricspec.reporting.progress import stages_progress
    from metricspec.reporting.writing import write_text
    from metricspec.running.growth_comparison import compare_growth

    if out.suffix not in (".html", ".htm"):
        raise UsageError(f"--out {out}: a page ends in .html")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    ready()
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress("Comparing") as progress:
        found = compare_growth(project, indicator, year=year, level=level, data=data_files(data), progress=progress)
        progress(1, 1, "drawing the page")
        rules = project.catalog.policies[found.indicator.policy]
        policy = str(rules.title) or rules.id
        again = _command(indicator, found.year, level, out, data, binding)
        text = page(found, policy, again, f"metricspec {version('metricspec-edu')}")
    write_text(out, text)
    print_comparison(found)
    click.echo(f"\nwritten to {out}", err=True)
    return 0


def _command(indicator: str, year: str, level: str, out: Path, data: tuple[str, ...], binding: str | None) -> str:
    """What makes the page again, in the project's folder; no path of this machine stands in it."""
    parts = ["metricspec", "growth-compare", indicator, "--year", year]
    parts += ["--level", level] if level != "school" else []
    parts += ["--out", out.name]
    for one in data:
        dataset, _, path = one.partition("=")
        parts += ["--data", f"{dataset}={Path(path).name}"]
    parts += ["--binding", binding] if binding else []
    return shlex.join(parts)
