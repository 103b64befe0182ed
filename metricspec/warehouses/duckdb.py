"""DuckDB in process: reads csv and parquet files in place, and holds the stages as temporary tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from metricspec.problems import Problem, SpecError
from metricspec.sql.stage import q
from metricspec.warehouse import Rows, Warehouse

if TYPE_CHECKING:
    import pandas as pd

BATCH = 100


class DuckDB(Warehouse):
    """One connection. `memory_limit` is DuckDB's own notation, e.g. "4GB"."""

    dialect = "duckdb"
    title = "DuckDB"

    def __init__(
        self, database: str = ":memory:", *, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        import duckdb

        self._connection = duckdb.connect(database)
        self._errors = duckdb.Error
        if threads:
            self._connection.execute(f"SET threads = {int(threads)}")
        if memory_limit:
            self._connection.execute("SET memory_limit = $1", [memory_limit])
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET enable_progress_bar = false")  # it would write into standard output

    def __enter__(self) -> DuckDB:
        return self

    def close(self) -> None:
        self._connection.close()

    def execute(self, sql: str, what: str) -> None:
        self._cursor(sql, what)

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        found = self._cursor(sql, what)
        return [column[0] for column in found.description], list(found.fetchall())

    def _cursor(self, sql: str, what: str, values: Sequence[Any] | None = None) -> Any:
        try:
            return self._connection.execute(sql, values)
        except (self._errors, RuntimeError) as error:
            raise self._failed(error, what) from None

    def _failed(self, error: Exception, what: str) -> SpecError:
        if "interrupt" in str(error).lower():  # Ctrl-C inside the engine
            raise KeyboardInterrupt from None
        return SpecError([Problem("MS520", f"{what} failed in DuckDB: {str(error).splitlines()[0]}")])

    def frame(self, sql: str, what: str) -> pd.DataFrame:
        """By way of Arrow: text is not copied row by row."""
        try:
            frame: pd.DataFrame = self._connection.sql(sql).to_arrow_table().to_pandas()
        except (self._errors, RuntimeError) as error:
            raise self._failed(error, what) from None
        return frame

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
            self._cursor(f"INSERT INTO {q(name)} VALUES {many}", f"filling table '{name}'", values)
