"""DuckDB in process: reads csv and parquet files in place, and holds the stages as temporary tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from metricspec.problems import Problem, SpecError, UsageError
from metricspec.sql.stage import Computation, Form, Plan, Renderer, Stage, Step

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
BATCH = 100


class DuckDB:
    """One connection; use it as a context manager. `memory_limit` is DuckDB's own notation, e.g. "4GB"."""

    dialect = "duckdb"

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def execute(self, sql: str, what: str) -> Any:
        """Run one statement; `what` names it for people where it fails."""
        try:
            return self._connection.execute(sql)
        except (self._errors, RuntimeError) as error:
            raise self._failed(error, what) from None

    def _failed(self, error: Exception, what: str) -> SpecError:
        if "interrupt" in str(error).lower():  # Ctrl-C inside the engine
            raise KeyboardInterrupt from None
        return SpecError([Problem("MS520", f"{what} failed in DuckDB: {str(error).splitlines()[0]}")])

    def rows(self, sql: str, what: str = "a query") -> list[tuple[Any, ...]]:
        return list(self.execute(sql, what).fetchall())

    def run(
        self, plan: Plan, renderer: Renderer, progress: Progress | None = None, done: int = 0, form: Form = "script"
    ) -> pd.DataFrame:
        """The rows of the last stage, the first `done` stages being made already.

        As a script every stage becomes a table or view that others can share; as one statement DuckDB sees through
        all of them, which is faster where nothing is shared.
        """
        total = len(plan.stages)
        if form == "statement":
            if progress:
                progress(done, total, plan.result.says)
            return self.frame(renderer.statement(Plan(plan.stages[done:])), "the indicator's statement")
        for at, stage in enumerate(plan.stages[done:-1], done):
            if progress:
                progress(at, total, stage.says)
            self.make(stage, renderer)
        if progress:
            progress(total - 1, total, plan.result.says)
        return self.frame(renderer.stage(plan.result), f"stage '{plan.result.name}'")

    def frame(self, sql: str, what: str) -> pd.DataFrame:
        """A query's rows as a DataFrame, by way of Arrow: text is not copied row by row."""
        try:
            frame: pd.DataFrame = self._connection.sql(sql).to_arrow_table().to_pandas()
        except (self._errors, RuntimeError) as error:
            raise self._failed(error, what) from None
        return frame

    def make(self, step: Step, renderer: Renderer) -> None:
        if isinstance(step, Stage):
            self.execute(renderer.creation(step), f"stage '{step.name}'")
        else:
            self._compute(step, renderer)

    def _compute(self, step: Computation, renderer: Renderer) -> None:
        """A step in Python: its frames out of the engine, its result a temporary table of the columns declared."""
        frames = {name: self.frame(f"SELECT * FROM {renderer.name(name)}", f"stage '{name}'") for name in step.reads}
        try:
            found = step.compute(frames)
        except (SpecError, UsageError):
            raise
        except Exception as error:  # a measure's own code, perhaps a plugin's
            raise SpecError([Problem("MS521", f"the step '{step.name}' failed: {error}")]) from error
        columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in step.columns)
        self._connection.register("computed_frame", found)
        try:
            self.execute(
                f"CREATE TEMPORARY TABLE {renderer.name(step.name)} AS SELECT {columns} FROM computed_frame",
                f"step '{step.name}'",
            )
        finally:
            self._connection.unregister("computed_frame")

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        """A temporary table of constants, for tests of specs."""
        declared = ", ".join(f'"{column}" {kind}' for column, kind in columns)
        self.execute(f'CREATE TEMPORARY TABLE "{name}" ({declared})', f"table '{name}'")
        marks = "(" + ", ".join("?" for _ in columns) + ")"
        for start in range(0, len(rows), BATCH):  # one statement for many rows: `executemany` costs 0.2 ms a row
            batch = rows[start : start + BATCH]
            values = [value for row in batch for value in row]
            try:
                self._connection.execute(f'INSERT INTO "{name}" VALUES {", ".join([marks] * len(batch))}', values)
            except self._errors as error:
                raise self._failed(error, f"filling table '{name}'") from None
