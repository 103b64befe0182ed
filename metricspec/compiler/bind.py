"""A binding compiles to exactly the dataset's columns; nothing after it sees a physical name."""

from __future__ import annotations

from collections.abc import Iterable

from metricspec.model import BoundColumn, BoundDataset, Column, Dataset, Scalar
from metricspec.sql.stage import Stage, Template, lit, physical, q

TYPES = {
    "string": "VARCHAR",
    "code": "VARCHAR",
    "school_year": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def literal(value: Scalar) -> str:
    """A constant of a spec as SQL; flags are 0 and 1."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, int | float) else lit(value)


def sql_type(column: Column) -> str:
    return f"DECIMAL(18, {column.scale})" if column.type == "decimal" else TYPES[column.type]


def raw(column: Column, bound: BoundColumn | None) -> str:
    """The physical value, before codes and types."""
    if bound is None:
        return physical(column.name)
    if bound.sql is not None:
        return f"({bound.sql}\n)"
    if bound.column is None:
        return literal(bound.constant)
    name = physical(bound.column)
    if bound.format == "ending_year":
        return _school_year(f"(CAST({name} AS BIGINT) - 1)")
    if bound.format == "starting_year":
        return _school_year(f"CAST({name} AS BIGINT)")
    if bound.format == "date":
        day = f"TRY_CAST({name} AS DATE)"
        year, month, number = (f"CAST(EXTRACT({part} FROM {day}) AS BIGINT)" for part in ("YEAR", "MONTH", "DAY"))
        first = int(bound.first_day.replace("-", ""))
        return _school_year(f"(CASE WHEN {month} * 100 + {number} >= {first} THEN {year} ELSE {year} - 1 END)")
    return name


def _school_year(start: str) -> str:
    """A school year as it is written, from the calendar year in which it starts."""
    return f"CAST({start} AS VARCHAR) || '-' || SUBSTRING(CAST({start} + 1 AS VARCHAR), 3, 2)"


def mapped(column: Column, bound: BoundDataset) -> str:
    """The logical value: codes mapped and cast, before the rule for missing values.

    An unknown code stays as it is: it equals no code of the list, and every run counts it (checking each row here
    cost a third of the time of a whole rate over five million rows).
    """
    value = raw(column, bound.columns.get(column.name))
    mapping = bound.codes.get(column.name)
    branches = [f"WHEN {lit(code)} THEN {literal(to)}" for code, to in (mapping or {}).items()]
    if column.type == "code":
        as_text = f"CAST({value} AS VARCHAR)"
        return f"CASE {as_text} {' '.join(branches)} ELSE {as_text} END" if branches else as_text
    if branches:
        value = f"CASE CAST({value} AS VARCHAR) {' '.join(branches)} END"
        if column.type == "boolean":
            return f"CAST({value} AS INTEGER)"
    if column.type == "boolean":
        return f"CAST(TRY_CAST({value} AS BOOLEAN) AS INTEGER)"
    if column.type in ("string", "school_year"):
        return f"CAST({value} AS VARCHAR)"
    if column.type == "integer":
        return f"TRY_CAST({value} AS BIGINT)"
    return f"TRY_CAST({value} AS {sql_type(column)})"


def _filled(column: Column, bound: BoundDataset) -> str:
    """The logical value with the dataset's word for a missing one."""
    value = mapped(column, bound)
    if column.missing in ("exclude", "error"):
        return value
    if column.type == "boolean" and column.name not in bound.codes:
        # filled before it becomes a number: engines then see through the cast where flags are compared
        given, filled = raw(column, bound.columns.get(column.name)), "TRUE" if column.missing else "FALSE"
        return f"CAST(COALESCE(TRY_CAST({given} AS BOOLEAN), {filled}) AS INTEGER)"
    return f"COALESCE({value}, {literal(column.missing)})"


def is_parquet(bound: BoundDataset) -> bool:
    return (bound.file or "").endswith((".parquet", ".pq"))


def source(bound: BoundDataset) -> str:
    """FROM what: files are read by the warehouse that can read them in place."""
    if bound.sql:
        return f"({bound.sql}\n) AS physical"
    if bound.table:
        return f"{bound.table} AS physical"
    name = (bound.file or "").replace("'", "''")
    if is_parquet(bound):
        return f"READ_PARQUET('{name}') AS physical"
    return f"READ_CSV('{name}', all_varchar = TRUE, header = TRUE) AS physical"


def rows_of(bound: BoundDataset) -> str:
    """FROM what, of it only the rows that the binding takes."""
    return f"{source(bound)} WHERE {bound.where}\n" if bound.where else source(bound)


def bound_stage(dataset: Dataset, bound: BoundDataset, columns: Iterable[str]) -> Stage:
    """The dataset as the rest of the plan sees it, with the columns that are needed."""
    wanted = [dataset.columns[name] for name in dataset.columns if name in set(columns)]
    items = [f"{_filled(column, bound)} AS {q(column.name)}" for column in wanted]
    text = f"SELECT {', '.join(items)} FROM {rows_of(bound)}"
    says = (
        f"{dataset.id}: {str(dataset.title) or 'the dataset'} as the district keeps it, in the dataset's own columns."
    )
    cheap = bool(bound.table) or is_parquet(bound)  # to read again, rather than to keep
    return Stage(f"bound_{dataset.id}", says, Template(("bind", text), text, physical=True), inlined=cheap)
