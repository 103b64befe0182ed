"""Spark, classic or Connect: for networks that outgrow one machine."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sqlglot

from metricspec.problems import Problem, SpecError, UsageError
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer, Stage, Step
from metricspec.warehouse import Rows, Warehouse
from metricspec.warehouses.messages import without_secrets, without_values

if TYPE_CHECKING:
    import pandas as pd

PORT = {"sc": 15002, "spark": 7077}  # where a server listens that is named without one
REACHED = 10.0  # seconds in which a server must answer; Spark itself goes on trying for minutes
# What Spark would write into a person's terminal; whoever wants more sets it in spark-defaults.conf.
QUIET = {"spark.ui.showConsoleProgress": "false", "spark.ui.enabled": "false"}


class Spark(Warehouse):
    """A session of its own: spark:local[2], spark://host:7077 (a cluster) or sc://host:15002 (Spark Connect).

    Temporary views go with the session. Raises UsageError where pyspark is not installed.
    """

    dialect = "spark"
    title = "Spark"
    attaches = True

    def __init__(self, url: str, *, timeout: float | None = None) -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ModuleNotFoundError as error:
            raise UsageError(f"Spark needs: pip install 'metricspec-edu[spark]' ({error.name} is missing)") from None
        logging.getLogger("pyspark").setLevel(logging.CRITICAL)
        self._errors, self._timeout = (PySparkException, RuntimeError, OSError), timeout
        self._tag = f"metricspec-{uuid.uuid4()}"
        self._url, self._expired = url, False
        self._session: Any = None
        builder = SparkSession.builder.appName("metricspec")
        with self._told("connecting", None):
            _reach(url)
            if url.startswith("sc:"):
                self._session = builder.remote(url).create()
            else:
                for key, value in QUIET.items():
                    builder = builder.config(key, value)
                master = url if url.startswith("spark://") else url.removeprefix("spark:")
                with _silent():
                    self._session = builder.master(master).getOrCreate().newSession()
                self._session.sparkContext.setLogLevel("OFF")
            self._session.addTag(self._tag)
        for statement in capabilities(self.dialect).session:
            self.execute(statement, "setting up the session")

    def close(self) -> None:
        """Leave the session; the cluster, and a local Spark that others may use, stay."""
        with contextlib.suppress(*self._errors):  # which a classic session raises where it is asked for its client
            if hasattr(self._session, "client"):  # Connect
                self._session.stop()

    @property
    def version(self) -> str:
        return str(self._session.version)

    def execute(self, sql: str, what: str) -> None:
        with self._told(what, sql):
            self._session.sql(sql)

    def make(self, step: Step, renderer: Renderer) -> None:
        """A step's rows, cut off from how they came about: Spark looks through views and caches, and would plan all the
        steps before anew for each that follows."""
        if not isinstance(step, Stage) or step.template.physical:
            return super().make(step, renderer)
        sql = renderer.stage(step)
        with self._told(f"stage '{step.name}'", sql):
            self._session.sql(sql).localCheckpoint().createOrReplaceTempView(_view(step.name))

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        with self._told(what, sql):
            found = self._session.sql(sql)
            return list(found.columns), [tuple(row) for row in found.collect()]

    def frame(self, sql: str, what: str) -> pd.DataFrame:
        """By way of Arrow."""
        with self._told(what, sql):
            frame: pd.DataFrame = self._session.sql(sql).toArrow().to_pandas()
            return frame

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        types = {column: sqlglot.exp.DataType.build(kind, dialect="duckdb").sql("spark") for column, kind in columns}
        schema = ", ".join(f"`{column}` {kind}" for column, kind in types.items())
        with self._told(f"table '{name}'"):
            self._session.createDataFrame(list(rows), schema).createOrReplaceTempView(_view(name))

    def attach(self, name: str, path: str) -> None:
        with self._told(f"reading {Path(path).name}"):
            read = self._session.read
            parquet = path.endswith((".parquet", ".pq"))
            found = read.parquet(path) if parquet else read.option("header", "true").csv(path)
            found.createOrReplaceTempView(_view(name))

    @contextmanager
    def _told(self, what: str, sql: str | None = "") -> Iterator[None]:
        """Spark's errors as a problem that names what failed; `sql` as for `without_values`, None where no data are read."""
        self._expired = False
        clock = Timer(self._timeout, self._expire) if self._timeout else None
        if clock:
            clock.start()
        try:
            yield
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except self._errors as error:
            raise SpecError([self._problem(error, what, sql)]) from None
        except Exception as error:  # of the driver's own: grpc, py4j and the Java beneath have no common ancestor
            if not type(error).__module__.startswith(("py4j", "grpc", "pyspark")):
                raise
            raise SpecError([self._problem(error, what, sql)]) from None
        finally:
            if clock:
                clock.cancel()

    def _expire(self) -> None:
        self._expired = True
        self._interrupt()

    def _interrupt(self) -> None:
        if self._session is not None:
            self._session.interruptTag(self._tag)

    def _problem(self, error: Exception, what: str, sql: str | None) -> Problem:
        if self._expired:
            return self.too_long(what)
        said = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        told = without_secrets(said if sql is None else without_values(said, sql), self._url)
        return Problem("MS520", f"{what} failed in Spark: {told}")


def _reach(url: str) -> None:
    """Raises OSError where the URL names a server on which nobody listens."""
    parts = urlsplit(url)
    if parts.hostname and "," not in parts.netloc:  # a cluster may have several masters
        socket.create_connection((parts.hostname, parts.port or PORT[parts.scheme]), REACHED).close()


@contextmanager
def _silent() -> Iterator[None]:
    """The Java program that Spark starts greets on standard error, and keeps what it was given at its start."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _view(name: str) -> str:
    return f"`{name}`" if not name.isidentifier() else name
