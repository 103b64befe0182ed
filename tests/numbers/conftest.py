"""The engine's Tally and Result on the network, and the same counts by hand-written SQL over the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import metricspec
from metricspec.running.binding import absolute
from metricspec.running.project import Project
from metricspec.warehouses.duckdb import DuckDB

QUERIES = Path(__file__).parent / "sql"
Counts = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="session")
def project(network: Path) -> Project:
    return metricspec.load(network)


@pytest.fixture(scope="session")
def tally(project: Project) -> Counts:
    """Numerator, denominator and n of one indicator before anything is hidden, from the engine's own stages."""
    made: dict[str, pd.DataFrame] = {}

    def of(indicator: str) -> pd.DataFrame:
        if indicator not in made:
            compiler = project.compiler("duckdb", absolute(project.binding, project.folder))
            with DuckDB() as engine:
                for stage in compiler.plan([indicator]).stages:
                    engine.make(stage, compiler.renderer)
                    if stage.name == "tally":
                        break
                made[indicator] = engine.frame("SELECT * FROM tally", "the tally")
        return made[indicator]

    return of


@pytest.fixture(scope="session")
def files(network: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The network's files as tables, with the views and group lists of prelude.sql."""
    with duckdb.connect() as connection:
        for path in sorted((network / "data").glob("*.parquet")):
            connection.execute(f"CREATE TABLE {path.stem} AS FROM '{path}'")
        connection.execute((QUERIES / "prelude.sql").read_text(encoding="utf-8"))
        yield connection


@pytest.fixture(scope="session")
def by_hand(files: duckdb.DuckDBPyConnection) -> Counts:
    """The same counts by the second route: tests/numbers/sql/<indicator>.sql."""
    made: dict[str, pd.DataFrame] = {}

    def of(indicator: str) -> pd.DataFrame:
        if indicator not in made:
            made[indicator] = files.execute((QUERIES / f"{indicator}.sql").read_text(encoding="utf-8")).df()
        return made[indicator]

    return of


@pytest.fixture(scope="session")
def results(project: Project) -> Counts:
    """The Result of one indicator, run by itself."""
    made: dict[str, pd.DataFrame] = {}

    def of(indicator: str) -> pd.DataFrame:
        if indicator not in made:
            made[indicator] = project.run(indicator)
        return made[indicator]

    return of
