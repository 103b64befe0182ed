"""metricspec plugin."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("plugin")
def plugin_command() -> None:
    """Write a plugin: a package of your own that adds a measure type, with its tests and specs."""


@plugin_command.command("new")
@click.argument("name")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Write into this folder. Default: this one.",
)
def new_command(name: str, folder: Path) -> int:
    """Start a plugin. NAME says what it measures, such as late-work: its package is metricspec-late-work.

    The folder metricspec-NAME holds an example that works as it stands: the class of a measure type, rows and results made by
    hand that prove it, an indicator with its test, and a project that uses them. Every part says what it decides.
    """
    from metricspec.plugins.installed import installed
    from metricspec.problems import UsageError
    from metricspec.registry import load_registry
    from metricspec.reporting.folders import write_new_folder
    from metricspec.testing.plugin_template.filling import names, plugin_files

    made = names(name, load_registry().measure_types)
    if installed(made.package) is not None:
        raise UsageError(f"there is a package {made.package} in this environment already: choose another name")
    place = folder / made.package
    write_new_folder(place, plugin_files(made))
    click.echo(f"{place}: the package {made.package}, with the measure type {made.measure}\n")
    click.echo("Next:")
    click.echo(f"  1. cd {place}")
    click.echo("  2. pip install -e '.[dev]'")
    click.echo(f"  3. python -m pytest, and metricspec test {made.measure}.missed_days: both pass as it stands")
    click.echo(f"  4. Make {made.measure} your own; README.md says where to begin.")
    return 0
