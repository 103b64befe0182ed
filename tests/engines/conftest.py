"""Each engine with the network in it, and what DuckDB makes of the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from metricspec.running.project import Project, Run
from metricspec.warehouse import Warehouse

from .data import Tables, network_tables, over
from .engines import ENGINES, USUAL, Engine, Opener


@dataclass
class Opened:
    """An engine that has the tables; `open` gives a session. `usual` is DuckDB with the same tables."""

    engine: Engine
    tables: Tables
    open: Opener
    usual: Opener

    @cached_property
    def project(self) -> Project:
        return over(self.tables)

    @cached_property
    def _expected(self) -> dict[tuple[str, ...], Run]:
        return {}

    def expected(self, ids: tuple[str, ...]) -> Run:
        """What DuckDB gives."""
        if ids not in self._expected:
            self._expected[ids] = self.project.execute(ids, warehouse=self.usual())
        return self._expected[ids]


def marks(engine: Engine) -> list[pytest.MarkDecorator]:
    """Each engine but those of every installation has a marker of its name, and is skipped where it is not there."""
    own = [] if engine.name in ("duckdb", "sqlite") else [getattr(pytest.mark, engine.name)]
    missing = engine.missing()
    return [*own, *([pytest.mark.skip(reason=missing)] if missing else [])]


PARAMS = {engine.name: pytest.param(engine, marks=marks(engine), id=engine.name) for engine in ENGINES}


@pytest.fixture(scope="session")
def opened(network: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Engine], Opened]]:
    """An engine with the network in it, started when it is first asked for; all are stopped at the end."""
    with ExitStack() as stack:
        tables: dict[int, Tables] = {}
        homes: dict[tuple[str, int], Opener] = {}
        found: dict[str, Opened] = {}

        def home(engine: Engine, students: int) -> Opener:
            if (engine.name, students) not in homes:
                folder = tmp_path_factory.mktemp(engine.name)
                homes[engine.name, students] = stack.enter_context(engine.home(tables[students], folder))
            return homes[engine.name, students]

        def opened(engine: Engine) -> Opened:
            if engine.name not in found:
                students = engine.students
                if students not in tables:
                    tables[students] = network_tables(network, students)
                usual = home(USUAL, students)
                found[engine.name] = Opened(engine, tables[students], home(engine, students), usual)
            return found[engine.name]

        yield opened


@pytest.fixture
def session(opened: Callable[[Engine], Opened]) -> Iterator[Callable[[Engine], Warehouse]]:
    """A session on an engine, closed after the test."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(opened(engine).open())
