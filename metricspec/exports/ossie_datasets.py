"""Datasets and their fields in a semantic model: where a binding keeps them, and how it writes each column."""

from __future__ import annotations

from typing import Any

import sqlglot
from sqlglot import exp

from metricspec.compiler.bind import mapped, raw, rows_of
from metricspec.model import BoundDataset, Column, Dataset, Text

DIALECTS = {"ANSI_SQL": "", "SNOWFLAKE": "snowflake", "DATABRICKS": "databricks", "BIGQUERY": "bigquery"}
TYPES = {"integer": "Integer", "decimal": "Decimal", "number": "Float", "date": "Date", "boolean": "Boolean"}


def expression(tree: exp.Expr) -> dict[str, Any]:
    """An expression in standard SQL, and in each other dialect that writes it differently."""
    plain = tree.transform(lambda node: exp.Cast(**node.args) if isinstance(node, exp.TryCast) else node)
    texts = {name: (tree if dialect else plain).sql(dialect=dialect) for name, dialect in DIALECTS.items()}
    standard = texts["ANSI_SQL"]
    written = [
        {"dialect": name, "expression": text} for name, text in texts.items() if name == "ANSI_SQL" or text != standard
    ]
    return {"dialects": written}


def dataset_entry(dataset: Dataset, bound: BoundDataset | None) -> dict[str, Any]:
    """A dataset with its place and fields; without a binding, a table of its own name and columns."""
    found = bound or BoundDataset(dataset.id, table=dataset.id)
    entry = {
        "name": dataset.id,
        "source": _source(found),
        "primary_key": list(dataset.grain),
        "description": f"{dataset.title}. {dataset.description}".strip(),
        "fields": [_field(column, found, dataset.keys.get("year")) for column in dataset.columns.values()],
    }
    return {**entry, **_synonyms(dataset.title)}


def _source(bound: BoundDataset) -> str:
    """A table's name, or a query; a file stands as a table of the dataset's name."""
    if bound.file:
        bound = BoundDataset(bound.dataset, table=bound.dataset, where=bound.where)
    if bound.table and not bound.where:
        return bound.table
    return sqlglot.parse_one(f"SELECT * FROM {rows_of(bound)}", read="duckdb").sql()


def _field(column: Column, bound: BoundDataset, year: str | None) -> dict[str, Any]:
    place = bound.columns.get(column.name)
    plain = column.name not in bound.codes and (place is None or (place.column is not None and place.format is None))
    text = raw(column, place) if plain else mapped(column, bound)
    entry: dict[str, Any] = {
        "name": column.name,
        "expression": expression(sqlglot.parse_one(text, read="duckdb")),
        "description": _says(column),
        "datatype": _datatype(column, plain),
    }
    if column.type not in ("integer", "decimal", "number"):
        entry["dimension"] = {"is_time": column.name == year or column.type == "date"}
    return {**entry, **_synonyms(column.title)}


def _datatype(column: Column, plain: bool) -> str:
    """Flags that a binding rewrites are 0 and 1."""
    return "Integer" if column.type == "boolean" and not plain else TYPES.get(column.type, "String")


def _says(column: Column) -> str:
    title = f"{str(column.title) or column.name}."
    if column.missing in ("exclude", "error"):
        return title
    return f"{title} A missing value counts as {str(column.missing).lower()}."


def _synonyms(title: Text) -> dict[str, Any]:
    """Titles in other languages."""
    others = [words for language, words in title.by_language if language != "en"]
    return {"ai_context": {"synonyms": others}} if others else {}
