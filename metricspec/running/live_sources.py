"""Whether what a binding names is in the warehouse: tables, files, queries, and their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from metricspec.compiler.bind import raw
from metricspec.model import BoundDataset, Dataset
from metricspec.problems import Problem, SpecError
from metricspec.reading.suggest import hint
from metricspec.running.binding import origin, physical_columns
from metricspec.sql.stage import Renderer
from metricspec.warehouse import Warehouse

NOT_KEPT = "a column that is not kept: {none: true}"


@dataclass(frozen=True)
class Source:
    """A dataset's source as it was found: whether rows can be read, and the logical columns that can be."""

    readable: bool
    columns: frozenset[str]
    problems: tuple[Problem, ...] = ()


def find_source(dataset: Dataset, bound: BoundDataset, warehouse: Warehouse) -> Source:
    """Looks for everything that the binding of one dataset names, and goes on after what is not there."""
    place = bound.at("table", "file", "sql")
    if bound.file is not None and not Path(bound.file).is_file():
        message = f"{dataset.id}: there is no file {bound.file}"
        return Source(False, frozenset(), (Problem("MS514", message, place, "put it there, or correct the path"),))
    try:
        there = physical_columns(bound, warehouse)
    except SpecError as error:
        warehouse.recover()
        return Source(False, frozenset(), tuple(_missing(dataset, bound, warehouse, error)))
    lacking = dict(_lacking(dataset, bound, there))
    problems = tuple(_column_problem(dataset, bound, name, absent, there) for name, absent in lacking.items())
    return Source("where" not in lacking, frozenset(dataset.columns) - set(lacking), problems)


def _lacking(dataset: Dataset, bound: BoundDataset, there: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The logical columns (or `where`) that lack physical ones, with those."""
    known = {name.lower() for name in there}
    texts = {name: raw(dataset.columns[name], bound.columns.get(name)) for name in dataset.columns}
    for name, text in {**texts, "where": bound.where or "1 = 1"}.items():
        wanted = dict.fromkeys(one.name for one in sqlglot.parse_one(text, read="duckdb").find_all(exp.Column))
        absent = tuple(one for one in wanted if one.lower() not in known)
        if absent:
            yield name, absent


def _column_problem(
    dataset: Dataset, bound: BoundDataset, name: str, absent: tuple[str, ...], there: set[str]
) -> Problem:
    place = bound.at(name if name == "where" else f"columns.{name}")
    listed = ", ".join(f"'{one}'" for one in absent)
    near = hint(absent[0], sorted(there), "it has", 40)
    return Problem(
        "MS513", f"{origin(bound)} lacks {listed}, of which {dataset.id}.{name} is made", place, f"{near}; {NOT_KEPT}"
    )


def _missing(dataset: Dataset, bound: BoundDataset, warehouse: Warehouse, error: SpecError) -> Iterator[Problem]:
    """What a source that cannot be read lacks: each table, each column of a table; else the engine's own words."""
    place = bound.at("table", "file", "sql")
    found = list(_in_query(bound.sql, _reader(warehouse))) if bound.sql else []
    for what, suggestion in found:
        yield Problem("MS514", f"{dataset.id}: {what}", place, suggestion)
    if not found:
        for problem in error.problems:
            message = f"{dataset.id}: {problem.message}"
            yield replace(
                problem,
                code="MS514",
                message=message,
                place=place,
                hint="correct its name, or ask for the right to read it",
            )


def _reader(warehouse: Warehouse) -> Callable[[str], list[str] | None]:
    """Tells the columns of a table, or None where it cannot be read; each table is asked for once."""
    known: dict[str, list[str] | None] = {}
    renderer = Renderer(warehouse.dialect)

    def columns(table: str) -> list[str] | None:
        if table not in known:
            sql = renderer.text(f"SELECT * FROM {table} AS physical WHERE 1 = 0", physical=True)
            try:
                known[table] = warehouse.fetch(sql, f"reading the table {table}")[0]
            except SpecError:
                warehouse.recover()
                known[table] = None
        return known[table]

    return columns


def _in_query(sql: str, columns: Callable[[str], list[str] | None]) -> Iterator[tuple[str, str]]:
    """What a query names that is not there, with what to do: whole tables, and columns of those that are."""
    told: set[str] = set()
    for scope in traverse_scope(sqlglot.parse_one(sql, read="duckdb")):
        tables = {alias: _named(one) for alias, one in scope.sources.items() if isinstance(one, exp.Table)}
        for table in tables.values():
            if columns(table) is None and table not in told:
                told.add(table)
                yield f"the table {table} cannot be read", "correct its name or schema, or ask for the right to read it"
        for column in scope.columns:
            yield from _in_table(column, tables, columns, told, alone=len(scope.sources) == 1)


def _in_table(
    column: exp.Column,
    tables: Mapping[str, str],
    columns: Callable[[str], list[str] | None],
    told: set[str],
    *,
    alone: bool,
) -> Iterator[tuple[str, str]]:
    table = tables.get(column.table) if column.table else next(iter(tables.values()), None) if alone else None
    there = columns(table) if table else None
    name = f"{table}.{column.name}"
    if there is None or name in told or column.name.lower() in {one.lower() for one in there}:
        return
    told.add(name)
    yield f"the table {table} has no column '{column.name}'", hint(column.name, sorted(there), "it has", 40)


def _named(table: exp.Table) -> str:
    """A table's own name, with its schema."""
    return exp.Table(this=table.this, db=table.args.get("db"), catalog=table.args.get("catalog")).sql(dialect="duckdb")
