"""What an engine that runs plans is. Each warehouse is one class; the rest of the program sees only this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from metricspec.problems import Problem, SpecError, UsageError
from metricspec.sql.stage import Computation, Form, Plan, Renderer, Stage, Step

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
Rows = list[tuple[Any, ...]]


class Warehouse(ABC):
    """One session on an engine; use it as a context manager. What a run makes there is temporary.

    `dialect` is sqlglot's word for its SQL, `title` the engine's name for people. Every method raises SpecError
    (MS520) that names what failed, without any secret, and KeyboardInterrupt where a person stops the run: then the
    engine is told to stop too.
    """

    dialect: str
    title: str
    attaches = False  # whether files that it does not read in place can be attached as tables

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def version(self) -> str:
        """The engine's own version; empty where it cannot be told."""
        return ""

    @abstractmethod
    def close(self) -> None:
        """Leave the engine; temporary tables and views go with the session."""

    @abstractmethod
    def execute(self, sql: str, what: str) -> None:
        """Run one statement; `what` names it for people where it fails."""

    @abstractmethod
    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        """The names of a query's columns, and its rows."""

    @abstractmethod
    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        """Make a temporary table of (column, type in DuckDB's words) and fill it."""

    def attach(self, name: str, path: str) -> None:
        """Make a csv or parquet file readable as a table. Raises UsageError where the engine reads no files."""
        raise UsageError(f"{self.title} reads no files: bind '{name}' to a table (table: ...) instead of {path}")

    def confine(self, files: Sequence[str]) -> None:
        """From here on the session reads these files and no others, whatever a binding's SQL names. Where the engine reads
        no files of this machine, there is nothing to do."""
        return

    def recover(self) -> None:
        """After a statement that was refused, make the session take others again. What it made may be gone."""
        return

    def too_long(self, what: str) -> Problem:
        hint = "give it more seconds with --timeout, or ask for fewer indicators or years"
        return Problem("MS522", f"{what} took {self.title} longer than the timeout", hint=hint)

    def rows(self, sql: str, what: str = "a query") -> Rows:
        return self.fetch(sql, what)[1]

    def frame(self, sql: str, what: str) -> pd.DataFrame:
        """A query's rows as a DataFrame."""
        import pandas as pd

        names, rows = self.fetch(sql, what)
        return pd.DataFrame(rows, columns=names)

    def columns(self, source: str, what: str) -> list[str]:
        """The columns of what may stand after FROM."""
        return self.fetch(f"SELECT * FROM {source} WHERE 1 = 0", what)[0]

    def run(
        self, plan: Plan, renderer: Renderer, progress: Progress | None = None, done: int = 0, form: Form = "script"
    ) -> pd.DataFrame:
        """The rows of the last stage, the first `done` stages being made already.

        As a script every stage becomes a table or view that others can share; as one statement the engine sees through
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

    def make(self, step: Step, renderer: Renderer) -> None:
        """A step of a script: a temporary table or view of its name."""
        if isinstance(step, Stage):
            for statement in renderer.creations(step):
                self.execute(statement, f"stage '{step.name}'")
        else:
            self._compute(step, renderer)

    def _compute(self, step: Computation, renderer: Renderer) -> None:
        """A step in Python: its frames out of the engine, its result a temporary table of the columns declared."""
        frames = {name: self.frame(f"SELECT * FROM {renderer.step(name)}", f"stage '{name}'") for name in step.reads}
        try:
            found = step.compute(frames)
        except (SpecError, UsageError):
            raise
        except Exception as error:  # a measure's own code, perhaps a plugin's
            raise SpecError([Problem("MS521", f"the step '{step.name}' failed: {error}")]) from error
        self.take(step.name, step.columns, found)

    def take(self, name: str, columns: Sequence[tuple[str, str]], found: pd.DataFrame) -> None:
        """A DataFrame as a temporary table."""
        wanted = found[[column for column, _ in columns]].astype(object)
        known = wanted.where(wanted.notna(), None)
        self.load(name, columns, list(known.itertuples(index=False, name=None)))
