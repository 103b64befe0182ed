"""A warehouse by its URL."""

from __future__ import annotations

from collections.abc import Mapping

from metricspec.offers import ANY_SCHEME, WarehouseType
from metricspec.problems import UsageError
from metricspec.warehouse import Warehouse
from metricspec.warehouses.duckdb import DuckDB
from metricspec.warehouses.spark import Spark
from metricspec.warehouses.sqlalchemy import SqlAlchemy

OWN = "duckdb://"


def _duckdb(url: str, timeout: float | None) -> Warehouse:
    if "://" not in url:
        raise UsageError("write a DuckDB file as duckdb:///folder/file.duckdb (an absolute path has four slashes)")
    file = url.partition("://")[2].removeprefix("/")
    return DuckDB(file or ":memory:", timeout=timeout, read_only=bool(file))


def _spark(url: str, timeout: float | None) -> Warehouse:
    return Spark(url, timeout=timeout)


def _sqlalchemy(url: str, timeout: float | None) -> Warehouse:
    try:
        return SqlAlchemy(url, timeout=timeout)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise UsageError("a warehouse other than DuckDB needs: pip install 'metricspec-edu[warehouse]'") from None


BUILT_IN = (
    WarehouseType(("duckdb",), "DuckDB in this process, over files or a database: duckdb:///file", _duckdb),
    WarehouseType(("spark", "sc", "local"), "Spark: spark:local, spark://host:7077, sc://host:15002", _spark),
    WarehouseType((ANY_SCHEME,), "Any other database that SQLAlchemy knows", _sqlalchemy),
)


def connect(
    url: str | None = None, *, timeout: float | None = None, offered: Mapping[str, WarehouseType] | None = None
) -> Warehouse:
    """The warehouse that a URL names, of those that are `offered` by scheme (default: what ships); None is DuckDB in this
    process. `timeout`: seconds that one statement may take.

    Raises UsageError where the URL cannot be used, SpecError where the warehouse cannot be reached.
    """
    known = {scheme: one for one in BUILT_IN for scheme in one.schemes} if offered is None else offered
    return known[scheme_of(url, known)].connect(url or OWN, timeout)


def scheme_of(url: str | None, offered: Mapping[str, WarehouseType]) -> str:
    """The scheme under which a URL's warehouse is offered."""
    scheme = (url or OWN).partition(":")[0].partition("+")[0].lower()
    return scheme if scheme in offered else ANY_SCHEME
