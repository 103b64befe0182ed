"""Parsers of others: PostgreSQL's own (pglast), and sqlfluff's grammar of each dialect that no engine runs here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Any
from unittest import SkipTest

# The dialects that sqlfluff is asked about.
SQLFLUFF = ("snowflake", "bigquery", "redshift", "databricks", "tsql", "trino", "oracle")
# Clauses that the vendor's reference has and this grammar does not yet: left out before it judges.
UNKNOWN = MappingProxyType(  # CAST, Oracle Database SQL Language Reference 12.2 and later
    {"oracle": " DEFAULT NULL ON CONVERSION ERROR"}
)
INSTALL = "is not installed: pip install 'metricspec-edu[testing]'"


def postgres_faults(sql: str) -> Sequence[str]:
    """What PostgreSQL's parser says against a text. Raises SkipTest where it is not installed."""
    try:
        import pglast
    except ImportError:
        raise SkipTest(f"PostgreSQL's parser (pglast) {INSTALL}") from None
    try:
        pglast.parse_sql(sql)
    except pglast.parser.ParseError as error:
        return [str(error)]
    return []


def sqlfluff_faults(sql: str, dialect: str) -> Sequence[str]:
    """What sqlfluff says against a text. Raises SkipTest where it is not installed."""
    found = _linter(dialect).parse_string(sql.replace(UNKNOWN.get(dialect, "\0"), "")).violations
    return [f"{fault.desc()[:200]} near: {sql[max(0, fault.line_pos - 40) : fault.line_pos + 80]}" for fault in found]


@cache
def _linter(dialect: str) -> Any:
    try:
        from sqlfluff.core import FluffConfig, Linter
    except ImportError:
        raise SkipTest(f"the grammars of sqlfluff: the package {INSTALL}") from None
    return Linter(config=FluffConfig(overrides={"dialect": dialect, "large_file_skip_byte_limit": 0}))
