"""The engines of the suite: how each is had, what it is given, and what it cannot do."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from metricspec.sql.stage import Form
from metricspec.warehouse import Warehouse
from metricspec.warehouses.duckdb import DuckDB

from . import adapters, servers
from .data import Tables, fill

Opener = Callable[[], Warehouse]
Home = Callable[[Tables, Path], AbstractContextManager[Opener]]


@dataclass(frozen=True)
class Engine:
    """`home` puts tables where sessions find them. `all_indicators`: every shipped one runs, not one of each measure
    type; `students`: how many of a hundred of the network it is given; `version` asks for the version, as a query or a package; `tested` is
    what the page says of it.
    `only_script` says why compiled statements are not tried beside runs. `needs` is what must be installed: modules, or for a server a program that is there."""

    name: str
    title: str
    home: Home
    version: str
    tested: str
    needs: tuple[str, ...] = ()
    server: bool = True
    all_indicators: bool = True
    students: int = 100
    only_script: str = ""
    how: str = "inside the test's process"

    @property
    def forms(self) -> tuple[Form, ...]:
        return ("script",) if self.only_script else ("script", "statement")

    def missing(self) -> str | None:
        """Why it cannot run here."""
        absent = [name for name in self.needs if importlib.util.find_spec(name) is None]
        if absent:
            return f"{', '.join(absent)} is not installed (pip install 'metricspec-edu[engines]')"
        return None if self.server else f"no {self.title} server is installed on this machine"


def _files(tables: Tables, folder: Path) -> Tables:
    """The tables as parquet files of a folder."""
    from pyarrow import parquet

    for name, table in tables.items():
        parquet.write_table(adapters.arrow_table(table.columns, table.rows), folder / f"{name}.parquet")
    return tables


@contextmanager
def _duckdb(tables: Tables, folder: Path) -> Iterator[Opener]:
    with DuckDB(str(folder / "network.duckdb")) as warehouse:
        for name in _files(tables, folder):
            warehouse.execute(f"CREATE TABLE {name} AS FROM '{folder}/{name}.parquet'", name)
    yield lambda: DuckDB(str(folder / "network.duckdb"))


@contextmanager
def _at(url: str, tables: Tables) -> Iterator[Opener]:
    """Tables that stay at a URL."""
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    with SqlAlchemy(url) as warehouse:
        for name, table in tables.items():
            warehouse.create(name, table.columns)
            warehouse.fill(name, [column for column, _ in table.columns], table.rows)
        warehouse.commit()
    yield lambda: SqlAlchemy(url)


@contextmanager
def _sqlite(tables: Tables, folder: Path) -> Iterator[Opener]:
    with _at(f"sqlite:///{folder}/network.sqlite", tables) as opener:
        yield opener


@contextmanager
def _postgres(tables: Tables, folder: Path) -> Iterator[Opener]:
    with servers.postgres() as url, _at(url, tables) as opener:
        yield opener


@contextmanager
def _mariadb(tables: Tables, folder: Path) -> Iterator[Opener]:
    with servers.mariadb() as url, _at(url, tables) as opener:
        yield opener


def _each_time(kind: Callable[[], Warehouse]) -> Home:
    """An engine whose every session is given the tables: nothing stays."""

    @contextmanager
    def home(tables: Tables, folder: Path) -> Iterator[Opener]:
        def opener() -> Warehouse:
            warehouse = kind()
            fill(warehouse, tables)
            return warehouse

        yield opener

    return home


@contextmanager
def _spark(tables: Tables, folder: Path) -> Iterator[Opener]:
    """One local Spark, told that the tables are small: by default a step of it is cut into 200 tasks."""
    from pyspark.sql import SparkSession

    from metricspec.warehouses.spark import Spark

    small = {
        "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1", "spark.ui.enabled": "false",
        "spark.sql.adaptive.enabled": "false", "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1", "spark.sql.warehouse.dir": str(folder),
    }  # fmt: skip
    builder = SparkSession.builder.master("local[2]")
    for key, value in small.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    _files(tables, folder)

    def opener() -> Warehouse:
        warehouse = Spark("spark:local[2]")
        for name in tables:
            warehouse.attach(name, str(folder / f"{name}.parquet"))
        return warehouse

    try:
        yield opener
    finally:
        session.stop()


ENGINES = (
    Engine("duckdb", "DuckDB", _duckdb, "duckdb", "2.0"),
    Engine("sqlite", "SQLite", _sqlite, "SELECT sqlite_version()", "3.40", ("sqlalchemy",)),
    Engine(
        "postgres", "PostgreSQL", _postgres, "SELECT current_setting('server_version')", "15.18", ("sqlalchemy", "psycopg"), bool(servers.POSTGRES),
        how="a server on this machine",
    ),
    Engine(
        "mariadb", "MariaDB", _mariadb, "SELECT version()", "10.11", ("sqlalchemy", "pymysql"), bool(servers.MARIADB),
        how="a server on this machine",
        only_script="scripts only, its usual form: it works a WITH element out anew wherever it is read: minutes, and all the memory there is",
    ),
    Engine("clickhouse", "ClickHouse", _each_time(adapters.ClickHouse), "SELECT version()", "26.9", ("chdb",)),
    Engine("datafusion", "DataFusion", _each_time(adapters.DataFusion), "datafusion", "55.0", ("datafusion",)),
    Engine(
        "spark", "Spark", _spark, "pyspark", "4.3", ("pyspark",), bool(servers.JAVA), all_indicators=False,
        only_script="scripts only, its usual form: it plans a WITH element anew wherever it is read: minutes",
        how="local, inside the test's process",
    ),
    Engine(
        "bigquery", "BigQuery", _each_time(adapters.BigQuery), "zetasql", "0.1", ("zetasql",), all_indicators=False,
        students=30, how="Google's analyzer and reference evaluator (zetasql)",
        only_script="its runs are one statement each where a measure type allows it",
    ),
)  # fmt: skip
USUAL = ENGINES[0]


@dataclass(frozen=True)
class Hole:
    """What an engine cannot do: the words of its error (none where it would not come to an end, and is not tried), and
    why."""

    error: str
    reason: str


LARGE = Hole(
    "Query tree is too big",
    "ClickHouse copies a WITH element wherever it is read; as a script, its usual form, it runs",
)
MANY = Hole(
    "Too many optimizations applied to query plan",
    "ClickHouse copies a WITH element wherever it is read; as a script, its usual form, it runs",
)
ENDLESS = Hole(
    "",
    "DataFusion plans a WITH element anew wherever it is read, for minutes; as a script, its usual form here, it runs",
)
NO_BANDS = Hole(
    "Cannot determine join keys",
    "without cut scores the table of bands is empty and constant, and ClickHouse loses the join's key; "
    "as a script, its usual form, it runs",
)
HOLES: Mapping[tuple[str, str, Form], Hole] = {
    ("datafusion", "growth", "statement"): ENDLESS,
    ("datafusion", "quadrants", "statement"): ENDLESS,
    ("clickhouse", "growth", "statement"): LARGE,
    ("clickhouse", "quadrants", "statement"): LARGE,
    ("clickhouse", "disparity", "statement"): MANY,
    ("clickhouse", "survey_scale", "statement"): LARGE,
    ("clickhouse", "ratio", "statement"): NO_BANDS,
    ("clickhouse", "count", "statement"): NO_BANDS,
    ("clickhouse", "distribution", "statement"): MANY,
    ("clickhouse", "events_per_100", "statement"): NO_BANDS,
    ("sqlite", "quadrants", "statement"): Hole(
        "too many references",
        "SQLite copies a step wherever it is read, up to 65,535 times; as a script, its usual form, it runs",
    ),
}
"""By engine, measure type and form. A hole that closes fails its test: then its entry goes."""
