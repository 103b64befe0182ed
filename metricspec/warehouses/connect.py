"""A warehouse by its URL."""

from __future__ import annotations

import re

from metricspec.problems import UsageError
from metricspec.warehouse import Warehouse
from metricspec.warehouses.duckdb import DuckDB
from metricspec.warehouses.spark import Spark
from metricspec.warehouses.sqlalchemy import SqlAlchemy

SPARK = ("spark", "sc", "local")


def connect(url: str | None = None, *, timeout: float | None = None) -> Warehouse:
    """The warehouse that a URL names (None: DuckDB in this process): duckdb:///file, spark://host:7077, spark:local, sc://host:15002 (Spark Connect),
    or any URL that SQLAlchemy knows. `timeout`: seconds that one statement may take.

    Raises UsageError where the URL cannot be used, SpecError where the warehouse cannot be reached.
    """
    url = url or "duckdb://"
    scheme = url.partition(":")[0].partition("+")[0].lower()
    if scheme == "duckdb":
        return DuckDB(url.partition("://")[2].removeprefix("/") or ":memory:", timeout=timeout)
    if scheme in SPARK:
        return Spark(url, timeout=timeout)
    try:
        return SqlAlchemy(url, timeout=timeout)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise UsageError("a warehouse other than DuckDB needs: pip install 'metricspec-edu[warehouse]'") from None


def secret_in(url: str) -> bool:
    """Whether a URL holds a password (user:password@) or an option that is one."""
    return bool(re.search(r"://[^/@]*:[^/]*@|(pass|secret|token|key|credential)\w*=", url, re.IGNORECASE))
