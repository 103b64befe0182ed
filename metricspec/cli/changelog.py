"""metricspec changelog."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import project_option


@click.command("changelog")
@click.argument("indicators", nargs=-1)
@click.option("--since", default=None, metavar="REVISION", help="Only what changed after this git revision.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write a Markdown file (.md)."
)
@project_option
def changelog_command(indicators: tuple[str, ...], since: str | None, out: Path | None, folder: Path | None) -> int:
    """Write the specs' history for people, out of git: what changed with each version of each indicator.

    What is not committed yet is not in it.
    """
    from metricspec.cli.opening import print_plugin_problems
    from metricspec.problems import UsageError
    from metricspec.reading.suggest import indicator_hint
    from metricspec.reporting.figures import plural
    from metricspec.reporting.writing import check_output, write_text
    from metricspec.versioning.changelog import changelog, chosen
    from metricspec.versioning.git import Repository
    from metricspec.versioning.history import history_between
    from metricspec.versioning.sides import opened

    if out is not None:
        check_output(out, (".md",))
    sides = opened(folder)
    print_plugin_problems(sides.registry)
    repository = Repository.around(sides.root)
    start = repository.commit(since) if since is not None else None
    found = history_between(repository, sides.root, sides.registry, repository.commit("HEAD"), start)
    snapshot = sides.working_tree().snapshot
    known = sorted({*found, *snapshot.ids("indicator")})
    for name in indicators:
        if name not in known and name not in snapshot.names() and not chosen(found, [name]):
            raise UsageError(f"unknown indicator '{name}': {indicator_hint(name, known, sides.registry.home(name))}")
    wanted = chosen(found, indicators) if indicators else found
    text = changelog(wanted, {id_: str(one.title) for id_, one in snapshot.catalog.indicators.items()})
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)
        click.echo(f"the history of {plural(len(wanted), 'indicator')} written to {out}", err=True)
    return 0
