"""A PostgreSQL and a MariaDB server of these tests' own, each started when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.servers import MARIADB, POSTGRES, mariadb, postgres


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if not POSTGRES:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    pytest.importorskip("psycopg")
    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def mariadb_url() -> Iterator[str]:
    if not MARIADB:
        pytest.skip("no MariaDB server is installed (Debian: mariadb-server)")
    pytest.importorskip("pymysql")
    with mariadb() as url:
        yield url
