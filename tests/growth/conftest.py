"""Engines that a growth model runs on, as parameters of a test."""

from __future__ import annotations

import pytest

from tests.compiler.test_postgres import PROGRAMS, server  # noqa: F401  # the fixture

from .rig import Duck, Engine, Lite, Postgres

POSTGRES = pytest.param(
    "postgres",
    marks=[
        pytest.mark.postgres,
        pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed (Debian: postgresql)"),
    ],
)


@pytest.fixture(params=["duckdb", "sqlite", POSTGRES])
def engine(request: pytest.FixtureRequest) -> Engine:
    """DuckDB, SQLite and PostgreSQL in turn."""
    if request.param == "postgres":
        return Postgres(request.getfixturevalue("server"))
    return Duck() if request.param == "duckdb" else Lite()
