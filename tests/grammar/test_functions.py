"""What no grammar judges: which functions are called, and whether a plain name is a reserved word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlfluff.core import dialect_selector

import metricspec
from metricspec.sql.stage import Renderer, physical
from metricspec.testing.grammar.strict import functions
from metricspec.testing.grammar.texts import Texts

COMMON = {
    "ABS", "AVG", "CAST", "COALESCE", "COUNT", "DENSE_RANK", "EXP", "FLOOR", "LAG", "MAX", "MIN", "NULLIF", "POWER", "ROUND", "ROW_NUMBER",
    "SQRT", "SUM",
}  # fmt: skip
# Functions, and types with their sizes, that the dialect's reference has.
OWN = {
    "snowflake": {"CEIL", "DATEDIFF", "DECIMAL", "SUBSTRING", "TRY_CAST"},
    "bigquery": {"CEIL", "DATE_DIFF", "LOWER", "MOD", "NUMERIC", "SAFE_CAST", "SUBSTRING"},
    "redshift": {"CEIL", "DATEDIFF", "DECIMAL", "SUBSTRING", "VARCHAR"},
    "databricks": {"CEIL", "DATEDIFF", "DECIMAL", "SUBSTRING", "TRY_CAST"},
    "trino": {"CEIL", "CONCAT", "DATE_DIFF", "DECIMAL", "SUBSTR", "TRY_CAST"},
    "tsql": {"CEILING", "COUNT_BIG", "DATEDIFF", "LOWER", "NUMERIC", "NVARCHAR", "SUBSTRING", "TRY_CAST", "VARCHAR"},
    "oracle": {"CEIL", "LOWER", "MOD", "NUMBER", "SUBSTR", "TO_DATE", "VARCHAR2"},
}


@pytest.mark.slow
@pytest.mark.parametrize("dialect", OWN)
def test_only_functions_that_the_dialect_has(dialect: str, texts: Callable[[str], Texts]) -> None:
    called = {name for text in texts(dialect).pieces for name in functions(text)}
    assert called <= COMMON | OWN[dialect]
    assert len(called) > 15


@pytest.mark.parametrize("dialect", OWN)
def test_no_column_written_plainly_is_a_reserved_word(dialect: str) -> None:
    """The columns of the datasets, where a table has them by these names: ours, which are quoted, may be any word."""
    reserved = dialect_selector(dialect).sets("reserved_keywords")
    assert len(reserved) > 8
    columns = {name for dataset in metricspec.load().catalog.datasets.values() for name in dataset.columns}
    assert len(columns) > 50
    render = Renderer(dialect)
    plain = {c for c in columns if re.search(rf"\s{c}\s", render.text(f"SELECT {physical(c)} FROM t", physical=True))}
    assert len(plain) > 40
    assert not {name for name in plain if name.upper() in reserved}
