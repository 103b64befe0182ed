"""Files of a project copied into tables of a warehouse: to learn, to test, or to bring published files in."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from metricspec.compiler.bind import source
from metricspec.model import BoundDataset
from metricspec.problems import SpecError, UsageError
from metricspec.reading.suggest import hint
from metricspec.running.binding import absolute
from metricspec.running.project import Project
from metricspec.warehouse import Progress
from metricspec.warehouses.duckdb import DuckDB
from metricspec.warehouses.sqlalchemy import SqlAlchemy


@dataclass(frozen=True)
class Copied:
    table: str
    rows: int


def copy_files(
    project: Project,
    datasets: Sequence[str],
    warehouse: SqlAlchemy,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> list[Copied]:
    """Each dataset's file as a table of the dataset's name, with the file's own columns; no new one, where one fails.

    `datasets`: none are all that the binding keeps in files. Raises UsageError for a name without a file and, without
    `replace`, for a table that is there; SpecError where the warehouse refuses.
    """
    files = {name: one for name, one in absolute(project.binding, project.folder).items() if one.file}
    for name in datasets:
        if name not in files:
            raise UsageError(f"the binding has no file for '{name}': {hint(name, files, 'it has files for')}")
    wanted = list(dict.fromkeys(datasets)) or list(files)
    if not wanted:
        raise UsageError("the project's binding has no files to copy")
    absent = [files[name].file for name in wanted if not Path(files[name].file or "").is_file()]
    if absent:
        raise UsageError(f"there is no file {absent[0]}")
    there = [name for name in wanted if warehouse.has_table(name)]
    if there and not replace:
        raise UsageError(f"tables are there already: {', '.join(there)} (--replace drops them first)")
    copied: list[Copied] = []
    begun: list[str] = []
    try:
        with DuckDB() as reader:
            for name in wanted:
                if progress:
                    progress(len(begun), len(wanted), f"copying {name}")
                begun.append(name)
                copied.append(_copy(reader, name, files[name], warehouse, drop=name in there))
    except BaseException:
        for name in begun:  # where a table stands at once, uncommitted
            with contextlib.suppress(SpecError):
                warehouse.drop(name)
        raise
    warehouse.commit()
    return copied


def _copy(reader: DuckDB, name: str, bound: BoundDataset, warehouse: SqlAlchemy, *, drop: bool) -> Copied:
    described = reader.rows(f"DESCRIBE SELECT * FROM {source(bound)}", f"reading the file of {name}")
    columns = [
        (str(row[0]), str(row[1]).replace('"NULL"', "VARCHAR")) for row in described
    ]  # "NULL": nothing but empty cells
    if drop:
        warehouse.drop(name)
    warehouse.create(name, columns)
    rows = 0
    for batch in reader.batches(f"SELECT * FROM {source(bound)}", f"reading the file of {name}"):
        warehouse.fill(name, [column for column, _ in columns], batch)
        rows += len(batch)
    return Copied(name, rows)
