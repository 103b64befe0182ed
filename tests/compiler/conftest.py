"""Other engines than the one that runs by default: SQLite, and DuckDB given one statement or a script."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import metricspec
from metricspec.model import Binding, BoundDataset
from metricspec.running.project import Project


def sqlite_value(value: Any) -> Any:
    """As SQLite keeps it: dates as text, decimals as numbers, booleans as 0 and 1."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    return int(value) if isinstance(value, bool) else value


@pytest.fixture(scope="session")
def opened(network: Path) -> Project:
    return metricspec.load(network)


@pytest.fixture(scope="session")
def tables(opened: Project) -> Project:
    """The network's project bound to tables named as the datasets."""
    assert opened.binding is not None
    bound = {name: BoundDataset(name, table=name) for name in opened.binding.datasets}
    return replace(opened, binding=Binding("tables", bound))


@pytest.fixture(scope="session")
def computed(opened: Project) -> list[str]:
    return sorted(i.id for i in opened.catalog.indicators.values() if i.measure_type != "published")


@pytest.fixture(scope="session")
def network_in_sqlite(network: Path, tables: Project) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    assert tables.binding is not None
    for name in tables.binding.datasets:
        rows = duckdb.sql(f"FROM '{network}/data/{name}.parquet'")
        connection.execute(f"CREATE TABLE {name} ({', '.join(rows.columns)})")
        connection.executemany(
            f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows.columns))})",
            ([sqlite_value(value) for value in row] for row in rows.fetchall()),
        )
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def network_in_duckdb(network: Path, tables: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        assert tables.binding is not None
        for name in tables.binding.datasets:
            connection.execute(f"CREATE TABLE {name} AS FROM '{network}/data/{name}.parquet'")
        yield connection


@pytest.fixture(scope="session")
def result(opened: Project) -> Callable[[str], pd.DataFrame]:
    """The Result as `metricspec run` gives it."""
    made: dict[str, pd.DataFrame] = {}

    def of(indicator: str) -> pd.DataFrame:
        if indicator not in made:
            made[indicator] = opened.run(indicator)
        return made[indicator]

    return of


@pytest.fixture(scope="session")
def same() -> Callable[[pd.DataFrame, pd.DataFrame], None]:
    """Asserts that two Results agree: texts and empty cells exactly, numbers to the last digits of a double."""

    def check(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
        keys = ["school_year", "org_level", "org_id", "student_group", "category"]
        assert list(ours.columns) == list(theirs.columns)
        assert len(ours) == len(theirs) > 0
        ours, theirs = (frame.sort_values(keys, ignore_index=True) for frame in (ours, theirs))
        for name in theirs.columns:
            if pd.api.types.is_numeric_dtype(theirs[name]):
                mine = pd.to_numeric(ours[name]).astype(float)
                exact = name in (
                    "value",
                    "prior_value",
                    "change",
                    "n",
                    "denominator",
                )  # tenths of days add up inexactly
                pd.testing.assert_series_equal(
                    mine, theirs[name].astype(float), check_exact=exact, **({} if exact else {"rtol": 1e-12})
                )
            else:
                empty = ours[name].isna(), theirs[name].isna()
                assert (empty[0] == empty[1]).all(), name
                assert (ours[name][~empty[0]] == theirs[name][~empty[1]]).all(), name

    return check
