"""metricspec list and metricspec show."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import project_option


@click.command("list")
@click.option("--unverified", is_flag=True, help="Only indicators with a part that is not verified.")
@click.option(
    "--authority", "authorities", multiple=True, help="Only ids that start so, as ca; may be given several times."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@project_option
def list_command(unverified: bool, authorities: tuple[str, ...], form: str, folder: Path | None) -> int:
    """List the indicators of the catalogue: the shipped ones and the project's own."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.problems import UsageError
    from metricspec.reading.suggest import hint
    from metricspec.reporting.listing import as_json, authority, chosen, print_list
    from metricspec.running.loading import load

    project = load(folder)
    catalog = project.catalog
    known = sorted({authority(name) for name in catalog.indicators} - {""})
    for given in authorities:
        if given not in known:
            raise UsageError(f"unknown authority '{given}': {hint(given, known, 'there are')}")
    indicators = chosen(catalog, unverified=unverified, authorities=authorities)
    if form == "json":
        click.echo(as_json(indicators, catalog))
    else:
        print_list(indicators, catalog)
    print_left_out(project.problems)
    return 0


@click.command("show")
@click.argument("indicator")
@project_option
def show_command(indicator: str, folder: Path | None) -> int:
    """Say in plain English what an indicator means: who counts, what is divided by what, which rules, whose source."""
    from metricspec.reporting.show import print_indicator
    from metricspec.running.loading import load

    project = load(folder)
    print_indicator(project.indicator(indicator), project.catalog, project.registry, project.expressions)
    return 0
