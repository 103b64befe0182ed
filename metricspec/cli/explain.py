"""metricspec explain."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import binding_option, data_files, data_option, project_option


@click.command("explain")
@click.argument("indicator")
@click.option("--org", required=True, help="The org: its id or its name.")
@click.option("--year", default=None, help="The school year, as 2024-25. Default: the org's latest.")
@click.option("--group", default=None, help="The student group. Default: all students.")
@click.option("--sql", is_flag=True, help="Show the SQL of every step.")
@data_option
@binding_option
@project_option
def explain_command(
    indicator: str,
    org: str,
    year: str | None,
    group: str | None,
    sql: bool,
    data: tuple[str, ...],
    binding: str | None,
    folder: Path | None,
) -> int:
    """Show how an indicator's number at one org came about: whom each rule leaves out, each step, its rows, its SQL.

    Small numbers are hidden as in the results.
    """
    from metricspec.cli.opening import load
    from metricspec.reporting.explanation import print_explanation
    from metricspec.reporting.progress import stages_progress
    from metricspec.running.explain import explain
    from metricspec.schoolyear import demand_school_year

    demand_school_year(year)
    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    with stages_progress("Explaining") as progress:
        found = explain(project, indicator, org, year=year, group=group, data=data_files(data), progress=progress)
    print_explanation(found, project.catalog, sql=sql)
    return 0
