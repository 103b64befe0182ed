"""What each dialect can do, in one table: every difference that the compiler must know stands here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metricspec.problems import UsageError


@dataclass(frozen=True)
class Capabilities:
    """`exact_integer`: the type in which products of counts do not overflow; `script`: a script is the default;
    `long_script`: it is for plans of many steps (SQLite copies a step wherever it is read, up to 65,535 times);
    `arg_max_null`: has ARG_MAX_NULL over a row of columns, which takes the value of the last row even where null;
    `reads_files`: reads csv and parquet files in place (elsewhere a table of the dataset's name stands for a file);
    `temporary_views`: steps of a script that need no table are views; `materialized`: stages that are
    stored are AS MATERIALIZED in a statement, because the engine would write them out anew wherever they are read;
    `solve`: the faster form of a linear solve."""

    exact_integer: str = "DECIMAL(38, 0)"
    script: bool = False
    long_script: bool = False
    arg_max_null: bool = False
    reads_files: bool = False
    temporary_views: bool = False
    materialized: bool = False
    solve: Literal["long", "wide"] = "long"


_TABLE = {
    "duckdb": Capabilities(exact_integer="HUGEINT", arg_max_null=True, reads_files=True, temporary_views=True),
    "sqlite": Capabilities(exact_integer="BIGINT", long_script=True, temporary_views=True, materialized=True),
    "postgres": Capabilities(temporary_views=True, materialized=True, solve="wide"),
    "mysql": Capabilities(script=True),
    "clickhouse": Capabilities(exact_integer="INT128", script=True),
}


def capabilities(dialect: str) -> Capabilities:
    """The row of the table for a dialect; dialects without one follow the common case.

    Raises UsageError naming the dialects that sqlglot knows.
    """
    from sqlglot.dialects.dialect import Dialect

    known = sorted(name for name in Dialect.classes if name)
    if dialect not in known:
        raise UsageError(f"unknown dialect '{dialect}'; known: {', '.join(known)}")
    return _TABLE.get(dialect, Capabilities())
