"""Queries that tell how a binding's values fall on codes, years and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metricspec.compiler.bind import mapped, raw, rows_of, source
from metricspec.model import BoundDataset, Catalog, Column, Dataset
from metricspec.sql.stage import comma, lit, q


def _text(column: Column, bound: BoundDataset) -> str:
    return f"CAST({raw(column, bound.columns.get(column.name))} AS VARCHAR)"


def coded(column: Column, bound: BoundDataset) -> bool:
    """Whether the column's values are listed: in a code list, or in the binding's own map of a flag."""
    given = bound.columns.get(column.name)
    listed = column.type == "code" or (column.type == "boolean" and column.name in bound.codes)
    return listed and (given is None or (not given.kept_nowhere and given.constant is None))


def unknown_codes(column: Column, bound: BoundDataset, catalog: Catalog, least: int, most: int) -> str:
    """The raw values that at least `least` rows have and no list knows, the most frequent first."""
    if column.codes:
        known, value = catalog.codes[column.codes].names, mapped(column, bound)
    else:
        known, value = tuple(bound.codes[column.name]), _text(column, bound)
    inside = f"SELECT {_text(column, bound)} AS given, {value} AS meant FROM {rows_of(bound)}"
    return f"""SELECT given, COUNT(*) AS number FROM ({inside}) AS b
        WHERE meant NOT IN ({comma(lit(code) for code in known)}) AND given <> ''
        GROUP BY given HAVING COUNT(*) >= {least} ORDER BY COUNT(*) DESC, given LIMIT {most}"""


def used_codes(column: Column, bound: BoundDataset, catalog: Catalog) -> str:
    """The codes of the column's list that some row has."""
    known = comma(lit(code) for code in catalog.codes[column.codes or ""].names)
    return f"""SELECT DISTINCT meant FROM (SELECT {mapped(column, bound)} AS meant FROM {rows_of(bound)}) AS b
        WHERE meant IN ({known})"""


def years(dataset: Dataset, bound: BoundDataset) -> str:
    """Each school year with its rows."""
    year = mapped(dataset.columns[dataset.keys["year"]], bound)
    return f"""SELECT meant, COUNT(*) AS number FROM (SELECT {year} AS meant FROM {rows_of(bound)}) AS b
        WHERE meant IS NOT NULL GROUP BY meant ORDER BY meant"""


def days(columns: Sequence[Column], bound: BoundDataset) -> str:
    """The first and the last day of each date column."""
    inside = comma(f"{mapped(column, bound)} AS {q(column.name)}" for column in columns)
    ends = comma(f"MIN({q(column.name)}), MAX({q(column.name)})" for column in columns)
    return f"SELECT {ends} FROM (SELECT {inside} FROM {rows_of(bound)}) AS b"


def sampled(bound: BoundDataset, rows: int) -> BoundDataset:
    """The dataset read from some of its rows only."""
    return replace(bound, sql=f"SELECT * FROM {source(bound)} USING SAMPLE {rows} ROWS", table=None, file=None)
