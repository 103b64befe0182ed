"""A small network for reading, and one large enough for its scores to say something."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from metricspec.synthetic import Network, generate

Ask = Callable[[str], list[tuple[Any, ...]]]


def connect(network: Network) -> duckdb.DuckDBPyConnection:
    """The network's files, one view a dataset."""
    connection = duckdb.connect()
    for name, path in network.files.items():
        view = name.rsplit("/", 1)[-1]
        connection.execute(f"create view {view} as select * from read_parquet('{path}')")
    return connection


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return generate(tmp_path_factory.mktemp("small") / "data", students=2_500, districts=4, years=3, seed=7)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return generate(tmp_path_factory.mktemp("large") / "data", students=9_000, districts=8, years=4, seed=11)


@pytest.fixture(scope="session")
def ask(small: Network) -> Ask:
    connection = connect(small)
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def ask_large(large: Network) -> Ask:
    connection = connect(large)
    return lambda sql: connection.execute(sql).fetchall()
