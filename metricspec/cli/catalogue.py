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
@click.option("--frameworks", is_flag=True, help="List the frameworks instead.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@project_option
def list_command(
    unverified: bool, authorities: tuple[str, ...], frameworks: bool, form: str, folder: Path | None
) -> int:
    """List the indicators of the catalogue, or its frameworks: the shipped ones and the project's own."""
    from metricspec.cli.left_out import print_left_out
    from metricspec.cli.opening import load
    from metricspec.problems import UsageError
    from metricspec.reading.suggest import hint
    from metricspec.reporting.framework_words import frameworks_as_json, print_frameworks, unverified_rules
    from metricspec.reporting.listing import as_json, authority, chosen, print_list

    project = load(folder)
    catalog = project.catalog
    if frameworks:
        specs = [one for one in catalog.frameworks.values() if not unverified or unverified_rules(one)]
        if form == "json":
            click.echo(frameworks_as_json(specs))
        else:
            print_frameworks(specs)
        print_left_out(project.problems)
        return 0
    known = sorted({authority(name) for name in catalog.indicators} - {""})
    for given in authorities:
        if given not in known:
            raise UsageError(f"unknown authority '{given}': {hint(given, known, 'there are')}")
    indicators = chosen(catalog, unverified=unverified, authorities=authorities)
    if form == "json":
        click.echo(as_json(indicators, catalog))
    else:
        print_list(indicators, catalog)
        doubted = [one.id for one in catalog.frameworks.values() if unverified_rules(one)]
        if unverified and doubted and not authorities:
            click.echo(f"frameworks with such a part: {', '.join(doubted)} (metricspec show ID)")
    print_left_out(project.problems)
    return 0


@click.command("show")
@click.argument("indicator")
@project_option
def show_command(indicator: str, folder: Path | None) -> int:
    """Say in plain English what an indicator means: who counts, what is divided by what, which rules, whose source.

    Or what a framework is made of: its indicators, weights and designations.
    """
    from metricspec.cli.opening import load
    from metricspec.reporting.framework_words import show_framework
    from metricspec.reporting.show import print_indicator

    project = load(folder)
    if indicator.replace("-", "_") in project.catalog.frameworks:
        show_framework(project.framework_spec(indicator), project.catalog)
        return 0
    print_indicator(project.indicator(indicator), project.catalog, project.registry, project.expressions)
    return 0
