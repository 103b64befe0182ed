"""A warehouse by its URL."""

from __future__ import annotations

from metricspec.problems import UsageError
from metricspec.warehouse import Warehouse
from metricspec.warehouses.duckdb import DuckDB
from metricspec.warehouses.spark import Spark
from metricspec.warehouses.sqlalchemy import SqlAlchemy

SPARK = ("spark", "sc", "local")


def connect(url: str | None = None, *, timeout: float | None = None) -> Warehouse:
    """The warehouse that a URL names: duckdb:///file, spark:local, spark://host:7077, sc://host:15002 (Spark Connect), or
    any URL that SQLAlchemy knows; None is DuckDB in this process. `timeout`: seconds that one statement may take.

    Raises UsageError where the URL cannot be used, SpecError where the warehouse cannot be reached.
    """
    url = url or "duckdb://"
    scheme = url.partition(":")[0].partition("+")[0].lower()
    if scheme == "duckdb":
        if "://" not in url:
            raise UsageError("write a DuckDB file as duckdb:///folder/file.duckdb (an absolute path has four slashes)")
        file = url.partition("://")[2].removeprefix("/")
        return DuckDB(file or ":memory:", timeout=timeout, read_only=bool(file))
    if scheme in SPARK:
        return Spark(url, timeout=timeout)
    try:
        return SqlAlchemy(url, timeout=timeout)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise UsageError("a warehouse other than DuckDB needs: pip install 'metricspec-edu[warehouse]'") from None
