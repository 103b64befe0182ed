"""Any database that SQLAlchemy reaches: one connection, one transaction that is rolled back at the end."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from metricspec.problems import Problem, SpecError, UsageError
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer, Step, physical
from metricspec.warehouse import Rows, Warehouse
from metricspec.warehouses.messages import without_secrets, without_values

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, CursorResult, Engine

BATCH = 5_000  # rows a fetch and an insert
TICKS = 10_000  # virtual machine steps between two looks at the clock, in SQLite


@dataclass(frozen=True)
class Backend:
    """A database as SQLAlchemy names it: sqlglot's dialect, its title, the driver taken where the URL names none, and
    the package that brings the driver."""

    dialect: str
    title: str
    driver: str = ""
    package: str = ""


BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "sqlite": Backend("sqlite", "SQLite"),
        "postgresql": Backend("postgres", "PostgreSQL", "postgresql+psycopg", "psycopg[binary]"),
        "postgres": Backend("postgres", "PostgreSQL", "postgresql+psycopg", "psycopg[binary]"),
        "mysql": Backend("mysql", "MySQL", "mysql+pymysql", "pymysql"),
        "mariadb": Backend("mysql", "MariaDB", "mariadb+pymysql", "pymysql"),
        "mssql": Backend("tsql", "SQL Server", "mssql+pyodbc", "pyodbc"),
        "oracle": Backend("oracle", "Oracle", "oracle+oracledb", "oracledb"),
        "snowflake": Backend("snowflake", "Snowflake", package="snowflake-sqlalchemy"),
        "bigquery": Backend("bigquery", "BigQuery", package="sqlalchemy-bigquery"),
        "redshift": Backend("redshift", "Redshift", package="sqlalchemy-redshift"),
        "databricks": Backend("databricks", "Databricks", package="databricks-sqlalchemy"),
        "trino": Backend("trino", "Trino", package="trino[sqlalchemy]"),
        "clickhouse": Backend("clickhouse", "ClickHouse", package="clickhouse-sqlalchemy"),
        "clickhousedb": Backend("clickhouse", "ClickHouse", package="clickhouse-connect"),
    }
)


class SqlAlchemy(Warehouse):
    """A session over a URL such as postgresql://user@host/database. Secrets stay out of every message.

    `timeout`: seconds that one statement may take. Raises UsageError where the URL or its driver cannot be used.
    """

    def __init__(self, url: str, *, timeout: float | None = None) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError

        parsed, backend = _parsed(url)
        self.dialect, self.title = backend.dialect, backend.title
        self._url = url
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, OSError)
        self._timeout, self._deadline = timeout, float("inf")
        self._renderer = Renderer(self.dialect)
        self._made: list[str] = []
        try:
            engine = create_engine(parsed)
        except (ImportError, SQLAlchemyError) as error:
            package = backend.package or "sqlalchemy"
            raise UsageError(f"{self.title} needs a driver: pip install '{package}' ({error})") from None
        self._engine: Engine = engine
        self._errors += (engine.dialect.dbapi.Error,) if engine.dialect.dbapi is not None else ()
        with self._told("connecting", None):
            self._connection: Connection = engine.connect().execution_options(no_parameters=True)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        """What a session starts with: settings, and the limit of time."""
        able = capabilities(self.dialect)
        if self.title == "MySQL" and not getattr(self._engine.dialect, "is_mariadb", False):
            raise UsageError("MySQL's own server has not been tried and lacks what a run needs; MariaDB is supported")
        for statement in able.session:
            self.execute(statement, "setting up the session")
        if self.dialect == "sqlite":
            # the only way to be stopped, by the clock or by a person
            self._raw.set_progress_handler(lambda: int(time.monotonic() > self._deadline), TICKS)
            self._raw.create_function("floor", 1, _floor, deterministic=True)  # SQLAlchemy's own fails on NULL
        elif self._timeout and not able.timeout:
            raise UsageError(f"{self.title} cannot limit the time of a statement from here: leave out --timeout")
        elif self._timeout:
            limit = able.timeout.format(seconds=max(1, round(self._timeout)), milliseconds=round(self._timeout * 1000))
            self.execute(limit, "setting the timeout")

    @property
    def version(self) -> str:
        return ".".join(str(part) for part in self._engine.dialect.server_version_info or ())

    @property
    def _raw(self) -> Any:
        """The driver's own connection."""
        return self._connection.connection.driver_connection

    def close(self) -> None:
        """Leave; where there are no temporary tables, the steps of a run are dropped first."""
        with contextlib.suppress(*self._errors):
            self._connection.rollback()
        for name in reversed(self._made if capabilities(self.dialect).dropped else []):
            with contextlib.suppress(SpecError):
                self.execute(f"DROP TABLE {self._renderer.step(name)}", f"dropping step '{name}'")
        with contextlib.suppress(*self._errors, AttributeError):  # a connection that is lost cannot be closed
            self._connection.close()
        self._engine.dispose()

    def recover(self) -> None:
        with self._told("starting anew"):
            self._connection.rollback()
        self._begin()

    def execute(self, sql: str, what: str) -> None:
        with self._told(what, sql):
            self._connection.exec_driver_sql(sql)

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        with self._told(what, sql), self._apart():
            found: CursorResult[Any] = self._connection.exec_driver_sql(
                sql, execution_options={"stream_results": True, "yield_per": BATCH}
            )
            return list(found.keys()), [tuple(row) for row in found]

    def _apart(self) -> AbstractContextManager[Any]:
        """So that a query that fails leaves the rest of the transaction alive: PostgreSQL would end it."""
        return self._connection.begin_nested() if self.dialect == "postgres" else contextlib.nullcontext()

    def make(self, step: Step, renderer: Renderer) -> None:
        self._made.append(step.name)
        super().make(step, renderer)

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        self.execute(self._renderer.table(name, columns), f"table '{name}'")
        self.fill(capabilities(self.dialect).prefix + name, [column for column, _ in columns], rows)

    def has_table(self, name: str) -> bool:
        from sqlalchemy import inspect

        with self._told(f"looking for table '{name}'"):
            return bool(inspect(self._connection).has_table(name))

    def create(self, name: str, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table that stays, once it is committed."""
        self.execute(self._renderer.table(name, columns, temporary=False), f"table '{name}'")

    def drop(self, name: str) -> None:
        self.execute(f"DROP TABLE {physical(name)}", f"table '{name}'")

    def commit(self) -> None:
        with self._told("committing"):
            self._connection.commit()

    def fill(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows into a table that is there. Names fold as those of a binding do."""
        with self._told(f"filling table '{name}'"):
            if self._engine.dialect.driver == "psycopg":  # COPY is ten times as fast as any INSERT
                sql = f"COPY {physical(name)} ({', '.join(map(physical, columns))}) FROM STDIN"
                with self._raw.cursor() as cursor, cursor.copy(sql) as copy:
                    for row in rows:
                        copy.write_row(row)
                return
            from sqlalchemy import column, table
            from sqlalchemy.sql import quoted_name

            reserved = self._engine.dialect.identifier_preparer.reserved_words  # `change`, in MariaDB
            named = [quoted_name(one, physical(one) != one or one.lower() in reserved) for one in columns]
            insert = table(quoted_name(name, physical(name) != name), *(column(one) for one in named)).insert()
            for batch in _batches(rows):
                values = [dict(zip(named, map(self._value, row), strict=True)) for row in batch]
                self._connection.execute(insert, values, execution_options={"no_parameters": False})

    def _value(self, value: Any) -> Any:
        """As the driver takes it: SQLite keeps dates as text and decimals as numbers."""
        if self.dialect == "sqlite" and isinstance(value, datetime.date):
            return value.isoformat()
        return float(value) if self.dialect == "sqlite" and isinstance(value, decimal.Decimal) else value

    @contextmanager
    def _told(self, what: str, sql: str | None = "") -> Iterator[None]:
        """Errors of the driver as a problem that names what failed; Ctrl-C stops the statement on the server.

        `sql` is the statement, whose names may be told; None: no data are touched, the whole message may be.
        """
        if self._timeout:
            self._deadline = time.monotonic() + self._timeout
        try:
            yield
        except KeyboardInterrupt:
            with contextlib.suppress(Exception):
                self._stop()
            raise
        except self._errors as error:
            if self.dialect == "sqlite" and "interrupted" in str(error) and time.monotonic() < self._deadline:
                raise KeyboardInterrupt from None  # Ctrl-C, which SQLite heard first
            raise SpecError([self._problem(error, what, sql)]) from None
        finally:
            self._deadline = float("inf")

    def _stop(self) -> None:
        """End what the server is still doing; psycopg does so by itself."""
        if self._engine.dialect.driver == "pymysql":
            with self._engine.connect() as other:
                other.exec_driver_sql(f"KILL QUERY {self._raw.thread_id()}")
        self._connection.invalidate()

    def _problem(self, error: Exception, what: str, sql: str | None) -> Problem:
        if self._timeout and (
            self._deadline < time.monotonic() or "timeout" in str(getattr(error, "orig", "")).lower()
        ):
            return self.too_long(what)
        lost = getattr(error, "connection_invalidated", False)
        said = "the connection was lost" if lost else self._said(error, sql)
        return Problem("MS520", f"{what} failed in {self.title}: {said}")

    def _said(self, error: Exception, sql: str | None) -> str:
        """The first line of the driver's own message that may be told."""
        original = getattr(error, "orig", None) or error
        last = original.args[-1] if original.args else original
        said = next((line for line in str(last).splitlines() if line.strip()), type(original).__name__)
        return without_secrets(said if sql is None else without_values(said, sql), self._url)


def _parsed(url: str) -> tuple[URL, Backend]:
    """A URL with a driver, and what is known of its database. Raises UsageError that never repeats the URL."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageError("the warehouse's URL cannot be read: write it as postgresql://user@host/database") from None
    found = BACKENDS.get(parsed.get_backend_name())
    if found is None:
        known = ", ".join(["duckdb", "spark", "sc", *BACKENDS])
        raise UsageError(f"no warehouse is known by '{parsed.get_backend_name()}://'; known: {known}")
    bare = found.driver and "+" not in parsed.drivername
    return (parsed.set(drivername=found.driver) if bare else parsed), found


def _floor(value: float | None) -> float | None:
    return None if value is None else type(value)(math.floor(value))


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
