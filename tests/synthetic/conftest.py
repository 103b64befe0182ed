"""A small network for reading, and one large enough for its scores to say something."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from metricspec.synthetic import Network, generate

Rows = list[tuple[object, ...]]
Ask = Callable[[str], Rows]


def asker(network: Network) -> Ask:
    """Run SQL over the network's files, one view a dataset."""
    connection = duckdb.connect()
    for name, path in network.files.items():
        view = name.rsplit("/", 1)[-1]
        connection.execute(f"create view {view} as select * from read_parquet('{path}')")
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return generate(tmp_path_factory.mktemp("small") / "data", students=2_500, districts=4, years=3, seed=7)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return generate(tmp_path_factory.mktemp("large") / "data", students=9_000, districts=8, years=4, seed=11)


@pytest.fixture(scope="session")
def ask(small: Network) -> Ask:
    return asker(small)


@pytest.fixture(scope="session")
def ask_large(large: Network) -> Ask:
    return asker(large)
