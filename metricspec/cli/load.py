"""metricspec load."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import binding_option, project_option, warehouse_options


@click.command("load")
@click.argument("datasets", nargs=-1)
@click.option("--replace", "replacing", is_flag=True, help="Drop tables of the same names first.")
@binding_option
@project_option
@warehouse_options
def load_command(
    datasets: tuple[str, ...],
    replacing: bool,
    binding: str | None,
    folder: Path | None,
    warehouse: str | None,
    timeout: float | None,
) -> int:
    """Copy the files of a project into tables of a warehouse, each named as its dataset: to learn, to test, or to bring
    published files in. Tables that are there stay as they are. Default: every file of the binding."""
    from metricspec.cli.opening import load
    from metricspec.problems import UsageError
    from metricspec.reporting.progress import stages_progress
    from metricspec.running.copying import copy_files
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    project = load(folder)
    if binding:
        project = project.with_binding(binding)
    url = warehouse or project.warehouse
    if url is None:
        raise UsageError("name the warehouse with --warehouse: DuckDB reads the files as they are")
    if url.startswith("duckdb:"):
        raise UsageError("DuckDB reads the files as they are: nothing needs to be copied")
    with project.connect(url, timeout=timeout) as engine:
        if not isinstance(engine, SqlAlchemy):
            raise UsageError(f"{engine.title} reads the files as they are: nothing needs to be copied")
        with stages_progress("Copying") as progress:
            copied = copy_files(project, datasets, engine, replace=replacing, progress=progress)
    for one in copied:
        click.echo(f"{one.table}: {one.rows:,} rows")
    return 0
