"""metricspec check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from metricspec.cli.options import binding_option, project_option, warehouse_options

if TYPE_CHECKING:
    from metricspec.problems import Problem
    from metricspec.running.live import Checked


class SpecPath(click.Path):
    """A file or folder that is there; of another word it says where a git revision goes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            said = f"{error.message} Name files or folders here; a git revision goes with --against."
            raise click.BadParameter(said, ctx, param) from None


@click.command("check")
@click.argument("paths", nargs=-1, type=SpecPath(path_type=Path, exists=True))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json", "sarif"]),
    default="text",
    show_default=True,
)
@click.option(
    "--against",
    default=None,
    metavar="REVISION",
    help="Compare with this git revision (or folder): versions that are too low for what changed are errors.",
)
@click.option("--live", is_flag=True, help="Check the binding against the warehouse too: what it names, and the data.")
@click.option(
    "--sample", type=click.IntRange(min=100), default=None, help="With --live: read this many rows of each dataset."
)
@click.option("--affected", is_flag=True, help="With paths: report also on the specs that depend on these.")
@binding_option
@project_option
@warehouse_options
def check_command(
    paths: tuple[Path, ...],
    form: str,
    against: str | None,
    affected: bool,
    live: bool,
    sample: int | None,
    binding: str | None,
    folder: Path | None,
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Check specs: files or folders, or the whole project. Exit code 1 where there are errors."""
    from metricspec.problems import SpecError, UsageError
    from metricspec.reading.formats import render
    from metricspec.running.loading import FILE, load_for_check

    if (sample or binding) and not live:
        raise UsageError("--sample and --binding go with --live")
    if paths and live:
        raise UsageError("--live checks a project's binding: leave out the files")
    if affected and not paths:
        raise UsageError("--affected goes with files or folders: without them everything is checked")
    checked, problems = load_for_check(paths, folder, affected=affected)
    found: list[Checked] = []
    try:
        if against is not None:
            problems = [*_against(against, folder, paths), *problems]
        if live:
            found = _live(folder, binding, warehouse, timeout, sample, quiet=form != "text")
    except SpecError as refused:  # told together with what was found before
        problems += [one for one in refused.problems if one not in problems]
        live = False
    told: list[Problem] = [one.problem for dataset in found for one in dataset.findings if one.weight != "note"]
    text = render(problems if form == "text" else [*problems, *told], form)
    if text:
        click.echo(text)
    if form == "text":
        if not paths and not ((folder or Path()) / FILE).is_file():
            click.echo("there is no project here (metricspec.yaml): these are the specs that ship", err=True)
        _summaries(checked, problems, found, live)
    return 1 if any(p.severity == "error" for p in (*problems, *told)) else 0


def _against(reference: str, folder: Path | None, paths: tuple[Path, ...]) -> list[Problem]:
    """The versions that are too low for what changed since a revision; with `paths`, of these files only."""
    from datetime import date

    from metricspec.running.loading import under
    from metricspec.versioning.against import version_problems
    from metricspec.versioning.asked import side
    from metricspec.versioning.calendar import Calendar
    from metricspec.versioning.compared import Comparison
    from metricspec.versioning.sides import opened

    sides = opened(folder)
    old, new = side(sides, reference), sides.working_tree()
    found = Comparison(old.snapshot, new.snapshot, Calendar(date.today())).all()
    wanted = [path.resolve() for path in paths]
    problems = version_problems(found, reference)
    return [one for one in problems if not paths or under(Path(one.place.file), wanted)]


def _live(
    folder: Path | None,
    binding: str | None,
    warehouse: str | None,
    timeout: float | None,
    sample: int | None,
    *,
    quiet: bool,
) -> list[Checked]:
    """What the binding finds in the warehouse. Raises UsageError where there is no binding."""
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.running.binding import absolute, reached
    from metricspec.running.live import check_live
    from metricspec.running.loading import load

    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    if project.binding is None:
        raise UsageError("there is no binding to check: go to a project that has one, or name one with --binding")
    with stages_progress("Checking") as progress, project.connect(warehouse, timeout=timeout) as engine:
        bound = reached(absolute(project.binding, project.folder), engine, ())
        return check_live(project.catalog, bound, engine, sample=sample, progress=None if quiet else progress)


def _summaries(checked: int, problems: list[Problem], found: list[Checked], live: bool) -> None:
    from metricspec.reporting.live import checked_words, print_live, summary

    errors = sum(p.severity == "error" for p in problems)
    if live:
        print_live(found)
        click.echo("", err=True)
        click.echo(summary(found), err=True)
    click.echo(checked_words(checked, "file", errors, len(problems) - errors), err=True)
