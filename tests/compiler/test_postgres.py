"""PostgreSQL, an engine with types of its own, gives the numbers that DuckDB gives."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metricspec.running.project import Project
from tests.compiler.test_sqlite import INDICATORS

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
KINDS = {"VARCHAR": "text", "DOUBLE": "double precision", "FLOAT": "real", "TINYINT": "smallint"}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed (Debian: postgresql)"),
]


def _as_server(command: list[str], folder: Path) -> None:
    """The server refuses to run as root: then its own account runs it."""
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, cwd=folder, capture_output=True, **user)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A server on a loopback port of its own, stopped at the end; yields how to connect."""
    programs = PROGRAMS[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="metricspec-postgres-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
    _as_server(
        [str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8"], folder
    )
    _as_server([*control, "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start"], folder)
    try:
        yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    finally:
        _as_server([*control, "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def network_in_postgres(server: str, network: Path) -> Iterator[object]:
    """The network's files as tables of the server."""
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(server, autocommit=True) as connection, duckdb.connect() as source:
        for path in sorted((network / "data").glob("*.parquet")):
            columns = source.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
            declared = ", ".join(f'"{name}" {KINDS.get(kind, kind)}' for name, kind, *_ in columns)
            connection.execute(f'CREATE TABLE "{path.stem}" ({declared})')
            rows = source.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
            with connection.cursor() as cursor, cursor.copy(f'COPY "{path.stem}" FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("ANALYZE")
        yield connection


@pytest.mark.parametrize("indicator", [*INDICATORS, "core.growth_ela", "core.status_by_growth_math"])
def test_the_statement_gives_the_same_result(
    indicator: str, tables: Project, network_in_postgres: object, result: Callable, same: Callable
) -> None:
    cursor = network_in_postgres.execute(tables.compile(indicator, "postgres", "statement"))  # type: ignore[attr-defined]
    frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    same(frame, result(indicator))


@pytest.mark.parametrize("indicator", ["ca.suspension_rate", "ca.math_dfs"])
def test_the_script_gives_the_same_result(
    indicator: str, tables: Project, network_in_postgres: object, result: Callable, same: Callable
) -> None:
    connection = network_in_postgres
    *steps, last = [step for step in tables.compile(indicator, "postgres", "script").split(";\n") if step.strip()]
    for step in steps:
        connection.execute(step)  # type: ignore[attr-defined]
    cursor = connection.execute(last)  # type: ignore[attr-defined]
    frame = pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])
    connection.execute("DISCARD TEMP")  # type: ignore[attr-defined]
    same(frame, result(indicator))
