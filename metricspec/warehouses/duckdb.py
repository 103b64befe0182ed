"""DuckDB in process: reads csv and parquet files in place, and holds the stages as temporary tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from metricspec.problems import Problem, SpecError
from metricspec.sql.stage import lit, q
from metricspec.warehouse import Rows, Warehouse
from metricspec.warehouses.messages import without_secrets, without_values

if TYPE_CHECKING:
    import pandas as pd

Made = TypeVar("Made")
BATCH = 100  # rows of one INSERT
FETCHED = 50_000


class DuckDB(Warehouse):
    """One connection. `memory_limit` is DuckDB's own notation, e.g. "4GB"; `timeout`: seconds a statement may take."""

    dialect = "duckdb"
    title = "DuckDB"

    def __init__(
        self,
        database: str = ":memory:",
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        timeout: float | None = None,
        read_only: bool = False,
    ) -> None:
        import duckdb

        self._errors, self._timeout, self._database = (duckdb.Error, RuntimeError), timeout, database
        self._worker = ThreadPoolExecutor(1)
        self._confined: frozenset[str] | None = None
        self._connection = self._done(lambda: duckdb.connect(database, read_only=read_only), "opening the database")
        if threads:
            self._connection.execute(f"SET threads = {int(threads)}")
        if memory_limit:
            self._connection.execute("SET memory_limit = $1", [memory_limit])
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET enable_progress_bar = false")  # it would write into standard output

    def __enter__(self) -> DuckDB:
        return self

    @property
    def version(self) -> str:
        import duckdb

        return str(duckdb.__version__)

    def close(self) -> None:
        self._worker.shutdown()
        self._connection.close()

    def confine(self, files: Sequence[str]) -> None:
        """No other file, address or extension is reached: neither by a query, nor by a table named like a file."""
        if self._confined is None:
            listed = ", ".join(lit(file) for file in files)
            self.execute(f"SET allowed_paths = [{listed}]", "naming the files to read")
            self.execute("SET enable_external_access = false", "shutting out other files")
            self._confined = frozenset(files)
        elif not self._confined.issuperset(files):
            raise ValueError("a session is confined once")

    def execute(self, sql: str, what: str) -> None:
        self._done(lambda: self._connection.execute(sql), what, sql)

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        def rows() -> tuple[list[str], Rows]:
            found = self._connection.execute(sql)
            return [column[0] for column in found.description], list(found.fetchall())

        return self._done(rows, what, sql)

    def frame(self, sql: str, what: str) -> pd.DataFrame:
        """By way of Arrow: text is not copied row by row."""
        table: Any = self._done(lambda: self._connection.sql(sql).to_arrow_table(), what, sql)
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def _done(self, work: Callable[[], Made], what: str, sql: str | None = None) -> Made:
        """What `work` makes, in a thread of its own: this one hears the clock and Ctrl-C, and stops it at once.

        `sql` is the statement that touches data: of a message about it no value is told.
        """
        future = self._worker.submit(work)
        try:
            return future.result(self._timeout)
        except TimeoutError:
            self._stop(future)
            raise SpecError([self.too_long(what)]) from None
        except KeyboardInterrupt:
            self._stop(future)
            raise
        except self._errors as error:
            said = str(error).splitlines()[0]
            told = without_secrets(said if sql is None else without_values(said, sql), self._database)
            problem = Problem("MS520", f"{what} failed in DuckDB: {told}")
            raise SpecError([problem]) from None

    def _stop(self, future: Future[Any]) -> None:
        while not future.done():  # a statement that has not quite begun does not hear
            self._connection.interrupt()
            wait([future], timeout=0.1)

    def batches(self, sql: str, what: str) -> Iterator[Rows]:
        """A query's rows, some at a time."""
        self.execute(sql, what)
        while rows := self._done(lambda: list(self._connection.fetchmany(FETCHED)), what):
            yield rows

    def take(self, name: str, columns: Sequence[tuple[str, str]], found: pd.DataFrame) -> None:
        listed = ", ".join(f"CAST({q(column)} AS {kind}) AS {q(column)}" for column, kind in columns)
        self._connection.register("computed_frame", found)
        try:
            self.execute(f"CREATE TEMPORARY TABLE {q(name)} AS SELECT {listed} FROM computed_frame", f"step '{name}'")
        finally:
            self._connection.unregister("computed_frame")

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        declared = ", ".join(f"{q(column)} {kind}" for column, kind in columns)
        self.execute(f"CREATE TEMPORARY TABLE {q(name)} ({declared})", f"table '{name}'")
        marks = "(" + ", ".join("?" for _ in columns) + ")"
        for start in range(0, len(rows), BATCH):  # one statement for many rows: `executemany` costs 0.2 ms a row
            batch = rows[start : start + BATCH]
            values = [value for row in batch for value in row]
            many = ", ".join([marks] * len(batch))
            sql = f"INSERT INTO {q(name)} VALUES {many}"
            self._done(partial(self._connection.execute, sql, values), f"filling table '{name}'", sql)
