"""metricspec docs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import project_option

if TYPE_CHECKING:
    from metricspec.running.project import Project
    from metricspec.site.catalogue import Catalogue, History

DIALECTS = "duckdb,postgres,snowflake"
NAME = "Indicator catalogue"


@click.command("docs")
@click.argument("indicators", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("site"),
    show_default=True,
    help="The folder of the site: a new one, or that of an earlier site.",
)
@click.option("--dialects", default=None, help=f"Whose SQL is shown, parted by commas.  [default: {DIALECTS}]")
@click.option("--name", default=None, help=f"What the site is called.  [default: {NAME}]")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a page is not what the specs say now.")
@project_option
def docs_command(
    indicators: tuple[str, ...], out: Path, dialects: str | None, name: str | None, check: bool, folder: Path | None
) -> int:
    """Build the reference of every indicator, or of those named, as a site of plain files: what each means, its formula,
    sources, cut scores, tests and SQL. With --check, compare a site with the specs as they are now.
    """
    from metricspec.cli.left_out import print_left_out
    from metricspec.cli.opening import load
    from metricspec.site.build import check_installed
    from metricspec.site.manifest import read_manifest

    check_installed()
    was = read_manifest(out) if check else None
    project = load(folder)
    chosen = indicators or (was.chosen if was else ())
    wanted = tuple(dialects.split(",")) if dialects else was.dialects if was else tuple(DIALECTS.split(","))
    title = name or (was.name if was else NAME)
    if was:
        return _check(project, out, title, wanted, chosen)
    pages = _build(project, out, title, wanted, chosen)
    click.echo(f"{pages} pages written to {out}", err=True)
    return print_left_out(project.problems)


def _build(project: Project, out: Path, name: str, dialects: tuple[str, ...], chosen: tuple[str, ...]) -> int:
    """Write the site; how many pages it has."""
    from metricspec.reporting.folders import check_folder, write_folder
    from metricspec.site.build import built
    from metricspec.site.manifest import NAME as MANIFEST
    from metricspec.site.manifest import SITE, manifest_of
    from metricspec.site.pages import pages

    check_folder(out, SITE)
    found = pages(_catalogue(project, dialects, chosen, _history(project)), name)
    files = built(found, name)
    manifest = manifest_of(found, files, name, dialects, chosen)
    write_folder(out, {**files, MANIFEST: manifest.text()}, SITE)
    return len(found)


def _check(project: Project, out: Path, name: str, dialects: tuple[str, ...], chosen: tuple[str, ...]) -> int:
    """Say what of a site is stale. The exit code."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.problems import UsageError
    from metricspec.site.manifest import manifest_of, read_manifest, stale
    from metricspec.site.pages import pages

    was = read_manifest(out)
    gone = [id_ for id_ in chosen if project.catalog.find(id_) is None]
    if gone:
        raise UsageError(f"the site shows {', '.join(gone)}, which the specs do not have any more: build it again")
    found = pages(_catalogue(project, dialects, chosen, {}), name)
    lines = stale(out, was, manifest_of(found, {}, name, dialects, chosen))
    for line in lines:
        click.echo(line)
    if lines:
        click.echo(f"{out} is not current: {_again(out, name, dialects, chosen)} builds it again", err=True)
    else:
        click.echo(f"{out}: all {len(found)} pages are current")
    return 1 if print_left_out(project.problems) or lines else 0


def _again(out: Path, name: str, dialects: tuple[str, ...], chosen: tuple[str, ...]) -> str:
    """The command that builds a site of the same indicators and dialects."""
    import shlex

    words = ["metricspec", "docs", *chosen, "--out", str(out)]
    words += ["--dialects", ",".join(dialects)] if ",".join(dialects) != DIALECTS else []
    words += ["--name", name] if name != NAME else []
    return shlex.join(words)


def _catalogue(project: Project, dialects: tuple[str, ...], chosen: tuple[str, ...], history: History) -> Catalogue:
    """Raises UsageError for unknown dialects and indicators."""
    from metricspec.cli.left_out import tell_unjudged
    from metricspec.site.catalogue import Catalogue
    from metricspec.sql.dialects import capabilities

    for dialect in dialects:
        capabilities(dialect)
    tell_unjudged(*dialects)
    for name in chosen:
        project.indicator(name)
    return Catalogue(project, tuple(dict.fromkeys(dialects)), chosen, history)


def _history(project: Project) -> History:
    """The history of each indicator, where the specs lie in a git tree."""
    from metricspec.versioning.history import history

    return history(project.folder, project.registry)
