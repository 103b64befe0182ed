"""metricspec test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import project_option

if TYPE_CHECKING:
    from metricspec.testing.runner import CaseResult
    from metricspec.testing.selection import Selection


@click.command("test")
@click.argument("wanted", nargs=-1, metavar="[PATH|INDICATOR]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    show_default=True,
    help="text for people, github for annotations of a pull request, json for programs.",
)
@click.option(
    "--affected", is_flag=True, help="With paths: run the tests of every indicator that depends on these files."
)
@project_option
def test_command(wanted: tuple[str, ...], form: str, affected: bool, folder: Path | None) -> int:
    """Run the tests that lie beside the specs: all of them, those below some paths, or those of some indicators.

    The rows of a test are made up and stay in this process; no real data is read. Exit code 1 where a case fails.
    """
    from metricspec.cli.opening import print_plugin_problems
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.testing.report import github_text, json_text
    from metricspec.testing.runner import Runner
    from metricspec.testing.selection import select_tests

    if affected and not wanted:
        raise UsageError("--affected goes with files or folders: without them all tests are run")
    selection = select_tests(wanted, folder, affected=affected)
    print_plugin_problems(selection.registry)
    runner = Runner(selection.catalog, selection.registry, selection.expressions)
    with stages_progress("Testing") as progress:
        results = list(runner.run(selection.tests, progress))
    if form == "text":
        _print(results, selection)
    else:
        write = {"github": github_text, "json": json_text}[form]
        text = write(results, selection.problems)
        if text:
            click.echo(text)
    return 1 if selection.problems or not all(result.passed for result in results) else 0


def _print(results: list[CaseResult], selection: Selection) -> None:
    """Problems and failures, then the table, then one sentence."""
    from rich.console import Console

    from metricspec.reading.formats import as_text
    from metricspec.testing.report import case_text, summary

    if selection.problems:
        click.echo(as_text(selection.problems) + "\n")
    failed = [result for result in results if not result.passed]
    for result in failed:
        click.echo(case_text(result) + "\n")
    if results:
        Console().print(summary(results))
    count = len(selection.problems)
    problems = f", {count} problem{'s' * (count != 1)} in the specs" if count else ""
    say = f"{len(results)} cases: {len(results) - len(failed)} passed, {len(failed)} failed{problems}"
    click.echo(say, err=True)
    if selection.untested:
        click.echo(f"indicators without a test: {', '.join(selection.untested)}", err=True)
