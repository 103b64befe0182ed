"""What ends a statement early: the clock, a person, a server that dies, a lock; nothing is left running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from threading import Timer

import pytest

from metricspec.problems import SpecError
from metricspec.warehouse import Warehouse
from metricspec.warehouses.connect import connect
from tests.engines.servers import POSTGRES, postgres

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT MAX(i) FROM n"
PAIRS = "SELECT COUNT(*) FROM range(3000000) AS a, range(3000000) AS b WHERE a.range * b.range % 7919 = 3"
# How long a statement takes that nothing stops; every test ends long before.
LONG = 60


@pytest.fixture(params=["duckdb", "sqlite", "postgres", "mariadb"])
def engine(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A URL, and a statement that takes far too long there."""
    if request.param in ("postgres", "mariadb"):
        wait = f"SELECT {'pg_sleep' if request.param == 'postgres' else 'SLEEP'}({LONG})"
        return request.getfixturevalue(f"{request.param}_url"), wait
    if request.param == "sqlite":
        pytest.importorskip("sqlalchemy")
    return {"duckdb": ("duckdb://", PAIRS), "sqlite": ("sqlite://", ENDLESS)}[request.param]


def failed(warehouse: Warehouse, sql: str) -> str:
    with pytest.raises(SpecError) as found:
        warehouse.rows(sql, "stage 'students'")
    (problem,) = found.value.problems
    assert "stage 'students'" in problem.message
    return problem.code


def test_the_timeout_ends_a_statement_and_names_it(engine: tuple[str, str]) -> None:
    url, wait = engine
    started = time.monotonic()
    with connect(url, timeout=1) as warehouse:
        assert warehouse.rows("SELECT 1") == [(1,)]
        assert failed(warehouse, wait) == "MS522"
    assert time.monotonic() - started < LONG / 2


WAITING = """import signal, sys
from metricspec.warehouses.connect import connect
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background does not have
with connect(sys.argv[1]) as warehouse:
    print("begun", flush=True)
    try:
        warehouse.rows(sys.argv[2], "stage 'students'")
    except KeyboardInterrupt:
        print("stopped")
"""


def interrupt(url: str, wait: str) -> str:
    """What a program says that waits for a statement and gets a Ctrl-C."""
    command = [sys.executable, "-c", WAITING, url, wait]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None and program.stdout.readline() == "begun\n"
        time.sleep(0.7)
        program.send_signal(signal.SIGINT)
        try:
            return program.communicate(timeout=LONG / 2)[0]
        finally:
            program.kill()


def test_a_person_ends_a_statement(engine: tuple[str, str]) -> None:
    assert interrupt(*engine) == "stopped\n"


RUNNING = {
    "postgresql": "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%60%' AND pid <> pg_backend_pid()",
    "mariadb": "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(60)%' AND id <> CONNECTION_ID()",
}


@pytest.mark.parametrize("server", ["postgres", "mariadb"])
def test_the_server_is_told_to_stop(server: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{server}_url")
    wait = f"SELECT {'pg_sleep' if server == 'postgres' else 'SLEEP'}({LONG})"
    assert interrupt(url, wait) == "stopped\n"
    with connect(url) as watcher:
        until = time.monotonic() + 10
        while watcher.rows(RUNNING[url.partition(":")[0]]) != [(0,)]:
            assert time.monotonic() < until, "the server is still at it"
            time.sleep(0.1)


@pytest.mark.postgres
@pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL server is installed (Debian: postgresql)")
def test_a_server_that_dies_is_a_clear_error() -> None:
    with postgres() as url, connect(url) as warehouse:
        with connect(url) as other:
            kill = f"SELECT pg_terminate_backend({warehouse.rows('SELECT pg_backend_pid()')[0][0]})"
            timer = Timer(0.7, other.rows, (kill,))
            timer.start()
            with pytest.raises(SpecError) as found:
                warehouse.rows(f"SELECT pg_sleep({LONG})", "stage 'students'")
            timer.join()
        assert "stage 'students'" in str(found.value) and "PostgreSQL" in str(found.value)
        with pytest.raises(SpecError):
            warehouse.rows("SELECT 1", "the next stage")


def test_a_lock_is_waited_for_no_longer_than_the_timeout(postgres_url: str) -> None:
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    with SqlAlchemy(postgres_url) as owner:
        owner.create("locked", [("a", "BIGINT")])
        owner.commit()
        owner.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE", "locking")
        with connect(postgres_url, timeout=1) as warehouse:
            assert failed(warehouse, "SELECT * FROM locked") == "MS522"
        owner.drop("locked")
        owner.commit()


@pytest.mark.parametrize("url", ["sc://127.0.0.1:1", "spark://127.0.0.1:1"])
def test_a_spark_on_which_nobody_listens_is_told_at_once(url: str) -> None:
    pytest.importorskip("pyspark")
    started = time.monotonic()
    with pytest.raises(SpecError) as found:
        connect(url)
    assert "connecting failed in Spark" in found.value.problems[0].message
    assert time.monotonic() - started < LONG / 2
