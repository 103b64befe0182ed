"""What each dialect can do, in one table: every difference that the compiler must know stands here."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from metricspec.problems import UsageError
from metricspec.sql import datafusion as datafusion  # makes its dialect known to sqlglot

Solve = Literal["long", "wide", "lists"]


@dataclass(frozen=True)
class Capabilities:
    """`exact_integer`: the type in which products of counts do not overflow; `script`: a script is the default;
    `long_script`: it is for plans of many steps (SQLite copies a step wherever it is read, up to 65,535 times);
    `arg_max_null`: has ARG_MAX_NULL over a row of columns, which takes the value of the last row even where null;
    `reads_files`: reads csv and parquet files in place (elsewhere a table of the dataset's name stands for a file);
    `stored`: how the statement begins that keeps a step's rows ({name} is the step; empty: CREATE TEMPORARY TABLE, as
    sqlglot writes it), or the whole of it around the {body}; `prefix`: what the names of steps begin with in a script;
    `dropped`: a script drops its steps at its end; `view`: how one begins for a step whose rows need not be kept (empty: as `stored`);
    `materialized`: stored steps are AS MATERIALIZED in a statement, because the engine would write them out anew
    wherever they are read;
    `inlines`: a statement can say what not to keep for the steps that read it, and then is faster than a script;
    `solve`: the faster form of a linear solve; `session`: statements that a session begins with; `timeout`: the
    statement that limits every later one to {seconds} or {milliseconds} (empty: the engine has none); `analyze`: the one that counts a stored step
    for the planner, which guesses without it; `create_view`: how
    the statement begins that makes a lasting view anew (empty: a view would lose settings of the session that its numbers
    depend on); `batches`: such a statement must be alone before a GO;
    `samples`: a query can read some of its rows only; `bitmaps`: BITSTRING_AGG and BIT_COUNT count different whole numbers
    of a range in bits."""

    exact_integer: str = "DECIMAL(38, 0)"
    script: bool = False
    long_script: bool = False
    arg_max_null: bool = False
    reads_files: bool = False
    stored: str = ""
    prefix: str = ""
    dropped: bool = False
    view: str = ""
    materialized: bool = False
    inlines: bool = False
    solve: Solve = "long"
    session: tuple[str, ...] = ()
    timeout: str = ""
    analyze: str = ""
    create_view: str = "CREATE OR REPLACE VIEW {name} AS"
    batches: bool = False
    samples: bool = False
    bitmaps: bool = False


VIEW = "CREATE TEMPORARY VIEW {name} AS"
CLICKHOUSE = (
    "SET join_use_nulls = 1",  # what an outer join does not find is NULL, not 0 or ''
    "SET prefer_column_name_to_alias = 1",  # a name is a column of the tables before it is one of the SELECT
    "SET aggregate_functions_null_for_empty = 1",  # a sum of nothing is NULL
)
# Spark 4.3 cannot keep a union's constraints where it cuts off how its rows came about: "key not found: org_level".
SPARK = ("SET spark.sql.constraintPropagation.enabled = false",)
# Texts are compared to the letter, with their last spaces: derived tables stay apart, or they are written out anew.
MYSQL = (
    "SET NAMES utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80000 utf8mb4_0900_bin */",
    "SET SESSION optimizer_switch = 'derived_merge=off' /*M! , join_cache_level = 8 */",  # MariaDB: hash joins
)

_TABLE = {
    "bigquery": Capabilities(exact_integer="BIGNUMERIC"),
    "databricks": Capabilities(stored="CREATE OR REPLACE TEMPORARY VIEW {name} AS"),
    "oracle": Capabilities(
        stored="CREATE PRIVATE TEMPORARY TABLE {name} ON COMMIT PRESERVE DEFINITION AS", prefix="ORA$PTT_"
    ),
    # Trino has no temporary tables: a script makes lasting ones, under names that nobody else gives, and drops them.
    "trino": Capabilities(stored="CREATE TABLE {name} AS", prefix="metricspec_", dropped=True),
    "tsql": Capabilities(
        stored="SELECT\n  *\nINTO {name}\nFROM (\n{body}\n) AS [step]",
        prefix="#",
        create_view="CREATE OR ALTER VIEW {name} AS",
        batches=True,
    ),
    "duckdb": Capabilities(
        exact_integer="HUGEINT",
        arg_max_null=True,
        reads_files=True,
        view=VIEW,
        samples=True,
        bitmaps=True,
        inlines=True,
        solve="lists",
    ),
    "sqlite": Capabilities(
        exact_integer="BIGINT",
        long_script=True,
        view=VIEW,
        materialized=True,
        create_view="DROP VIEW IF EXISTS {name}; CREATE VIEW {name} AS",
    ),
    "postgres": Capabilities(
        view=VIEW,
        materialized=True,
        solve="wide",
        timeout="SET statement_timeout = {milliseconds}",
        analyze="ANALYZE {name}",
        session=(
            "SET standard_conforming_strings = on",
            "SET jit = off",
            "SET cursor_tuple_fraction = 1",
            "SET application_name = 'metricspec'",
        ),
    ),
    "redshift": Capabilities(timeout="SET statement_timeout = {milliseconds}"),
    "snowflake": Capabilities(timeout="ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {seconds}"),
    "mysql": Capabilities(script=True, session=MYSQL, create_view="", timeout="SET max_statement_time = {seconds}"),
    "clickhouse": Capabilities(exact_integer="INT128", script=True, session=CLICKHOUSE, create_view=""),
    "datafusion": Capabilities(long_script=True, stored="CREATE TABLE {name} AS", view="CREATE VIEW {name} AS"),
    "spark": Capabilities(script=True, session=SPARK, stored="CACHE TABLE {name} AS", view=VIEW, samples=True),
}
_TABLE["fabric"] = _TABLE["tsql"]  # Microsoft's warehouse speaks it


# Whose SQL somebody other than sqlglot has looked at: the tests run it, or a grammar reads it.
JUDGED = ("bigquery", "clickhouse", "databricks", "datafusion", "duckdb", "mysql", "oracle", "postgres", "redshift", "snowflake", "spark",
          "sqlite", "trino", "tsql")  # fmt: skip


def unjudged(dialect: str) -> str:
    """What to say of a dialect that nobody has judged; empty for one that somebody has."""
    if dialect in JUDGED:
        return ""
    return f"nobody has judged the SQL for {dialect}: sqlglot wrote it, and no test and no grammar has looked at it; check it yourself"


def capabilities(dialect: str) -> Capabilities:
    """The row of the table for a dialect; dialects without one follow the common case.

    Raises UsageError with the one that is meant, those that are judged, and the others that sqlglot knows.
    """
    from sqlglot.dialects.dialect import Dialect

    known = sorted(name for name in Dialect.classes if name)
    if dialect not in known:
        near = get_close_matches(dialect.lower(), known, 1)
        meant = f": did you mean '{near[0]}'?" if near else ";"
        others = ", ".join(name for name in known if name not in JUDGED)
        raise UsageError(
            f"unknown dialect '{dialect}'{meant} judged are {', '.join(JUDGED)}; sqlglot also writes {others}"
        )
    return _TABLE.get(dialect, Capabilities())
