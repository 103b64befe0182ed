"""Small databases in the published layouts of source systems, in DuckDB and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from metricspec.reading.load import load as read
from metricspec.registry import load_registry
from metricspec.running.project import Project
from metricspec.warehouse import Warehouse
from metricspec.warehouses.connect import connect
from tests.engines.servers import POSTGRES, postgres

from .calpads_fields import fields
from .layouts import FOLDER

CALPADS = FOLDER / "calpads"


def calpads() -> list[str]:
    """Statements that make a table of each caret-delimited file."""
    made = []
    for name, columns in fields().items():
        rows = (CALPADS / f"{name.removeprefix('calpads_')}.txt").read_text(encoding="utf-8").splitlines()
        made.append(f"CREATE TABLE {name} ({', '.join(f'{column} VARCHAR(100)' for column in columns)})")
        for row in rows:
            values = row.split("^")
            assert len(values) == len(columns), (name, row)
            made.append(f"INSERT INTO {name} VALUES ({', '.join(repr(value) for value in values)})")
    return made


@pytest.fixture(scope="session")
def shipped() -> Project:
    """The shipped catalogue alone, whatever folder pytest runs in."""
    registry = load_registry()
    found = read(registry.spec_folders, registry)
    return Project(found.catalog, registry, found.expressions, registry.spec_folders[0], None, found.problems)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    if not POSTGRES:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    pytest.importorskip("psycopg")
    pytest.importorskip("sqlalchemy")
    with postgres() as url:
        yield url


Opened = Callable[..., Warehouse]


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens a warehouse that has just run some statements, in each engine."""
    made: list[Warehouse] = []

    def in_duckdb(given: list[str]) -> Warehouse:
        path = tmp_path / f"source{len(made)}.duckdb"
        with duckdb.connect(str(path)) as connection:
            for statement in given:
                connection.execute(statement)
        made.append(connect(f"duckdb:///{path}"))
        return made[-1]

    def in_postgres(given: list[str]) -> Warehouse:
        import psycopg

        url = request.getfixturevalue("server")
        for warehouse in made:  # what an open one has read cannot be dropped
            warehouse.close()
        with psycopg.connect(url, autocommit=True) as connection:
            for schema in ("edfi", "prod_wh", "staging", "public"):
                connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute("CREATE SCHEMA public")
            for statement in given:
                connection.execute(statement)
        made.append(connect(url))
        return made[-1]

    yield in_duckdb if request.param == "duckdb" else in_postgres
    for warehouse in made:
        warehouse.close()
