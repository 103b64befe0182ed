"""metricspec demo."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from metricspec.running.project import Project, Run

EXAMPLE = "ca.chronic_absenteeism"


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="metricspec-demo", type=click.Path(path_type=Path))
@click.option("--students", type=int, default=12_000, show_default=True, help="Students enrolled in each year.")
@click.option("--districts", type=int, default=8, show_default=True, help="Districts of the network.")
@click.option("--years", type=int, default=4, show_default=True, help="School years, the last being 2024-25.")
@click.option("--seed", type=int, default=20_260, show_default=True, help="The same seed gives the same network.")
def demo_command(folder: Path, students: int, districts: int, years: int, seed: int) -> int:
    """Make a fictional network of districts in DIR and compute its indicators.

    DIR becomes a project of its own (default: metricspec-demo). A folder that is no demo is never overwritten.
    """
    from metricspec.cli.opening import load
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.running.demo import refuse_foreign, spilling, write_project
    from metricspec.synthetic import generate

    started = time.monotonic()
    refuse_foreign(folder)
    with stages_progress("Making students") as progress:
        try:
            generate(
                folder / "data", students=students, districts=districts, years=years, seed=seed,
                progress=lambda done, total: progress(done, total, ""),
            )  # fmt: skip
        except ValueError as error:
            raise UsageError(str(error)) from None
    write_project(folder)
    project = load(folder)
    with stages_progress() as progress, spilling(folder) as warehouse:
        run = project.execute((), progress=progress, warehouse=warehouse)
    _show(project, run, folder, students, time.monotonic() - started)
    return 0


def _show(project: Project, run: Run, folder: Path, students: int, seconds: float) -> None:
    """The network at a glance, its districts, one district's groups, and what to try next."""
    from rich.text import Text

    from metricspec.reporting import figures
    from metricspec.reporting.results import View, print_results
    from metricspec.running.orgs import org_names

    to = figures.console()
    frame, names = run.result, org_names(project)
    one = frame[frame["indicator"] == EXAMPLE]
    biggest = _biggest_district(one)
    ids = figures.plural(frame["indicator"].nunique(), "indicator")
    to.print(Text(f"{folder}: a fictional network of about {students:,} students a year; every name in it is made up"))
    to.print(Text(f"{ids}, {len(frame):,} results in {seconds:.0f} s", style="dim"))
    print_results(frame, project.catalog, View(level="network", names=names), to)
    print_results(one, project.catalog, View(level="district", names=names), to)
    print_results(one, project.catalog, View(groups=("*",), orgs=(biggest,), names=names), to)
    to.print()
    to.print(Text("What to try next", style="bold"))
    for command, says in _next(folder, names.get(biggest, biggest)):
        to.print(Text(f"  {says}", style="dim"))
        to.print(Text(f"    {command}"), soft_wrap=True)


def _biggest_district(rows: pd.DataFrame) -> str:
    """The district with the most students counted in its latest year."""
    districts = rows[(rows["org_level"] == "district") & rows["n"].notna()]
    return str(districts.sort_values(["school_year", "n"])["org_id"].iloc[-1])


def _next(folder: Path, district: str) -> list[tuple[str, str]]:
    return [
        (f"cd {shlex.quote(str(folder))}", "the demo is a project of its own:"),
        (f"metricspec show {EXAMPLE}", "what does this indicator mean, in plain English?"),
        (f"metricspec explain {EXAMPLE} --org {shlex.quote(district)}", "whom does each rule leave out?"),
        (
            f"metricspec run ca.suspension_rate --org {shlex.quote(district)} --group '*'",
            "another indicator, by group:",
        ),
        ("metricspec run --all --out results.csv", "every result, small numbers hidden, as a file:"),
        (f"metricspec compile {EXAMPLE} --dialect snowflake", "the same indicator as SQL for a warehouse:"),
    ]
