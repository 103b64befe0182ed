"""Views hold released numbers only, and the same that `metricspec run` computes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metricspec.exports.views import ViewOptions, view_name, views
from metricspec.problems import PartlyPython, UsageError
from metricspec.running.project import Project
from metricspec.sql.dialects import capabilities
from tests.catalogue import of_each_type
from tests.compiler.test_postgres import PROGRAMS, network_in_postgres, server  # noqa: F401  # the fixtures

from .conftest import same

# The growth model in one statement takes SQLite minutes: it copies a step wherever it is read.
SLOW = {"core.growth_ela", "core.growth_math", "core.status_by_growth_ela", "core.status_by_growth_math"}


def one(whole: pd.DataFrame, name: str) -> pd.DataFrame:
    return whole[whole["indicator"] == name].reset_index(drop=True)


def test_in_duckdb_from_any_folder_and_again(
    opened: Project, exported: tuple[str, ...], whole: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = views(opened, exported, ViewOptions("duckdb", "published"))
    assert len(files) == len(exported) > 15
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA published")
        for text in [*files.values(), *files.values()]:
            connection.execute(text)
        made = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 2"
        ).fetchall()
        assert made == [("published", name) for name in sorted(map(view_name, exported))]
        for name in exported:
            same(connection.execute(f"FROM published.{view_name(name)}").df(), one(whole, name))


@pytest.mark.slow
def test_in_sqlite(
    tables: Project, exported: tuple[str, ...], whole: pd.DataFrame, network_in_sqlite: sqlite3.Connection
) -> None:
    chosen = of_each_type(name for name in exported if name not in SLOW)
    for name, text in zip(chosen, views(tables, chosen, ViewOptions("sqlite")).values(), strict=True):
        network_in_sqlite.executescript(text)
        network_in_sqlite.executescript(text)
        cursor = network_in_sqlite.execute(f"SELECT * FROM {view_name(name)}")
        same(pd.DataFrame(cursor.fetchall(), columns=[c[0] for c in cursor.description]), one(whole, name))
        network_in_sqlite.execute(f"DROP VIEW {view_name(name)}")


@pytest.mark.postgres
@pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed (Debian: postgresql)")
def test_in_postgres_for_a_reader_who_may_read_nothing_else(
    tables: Project,
    exported: tuple[str, ...],
    whole: pd.DataFrame,
    network_in_postgres: object,  # noqa: F811
) -> None:
    connection: object = network_in_postgres
    run: Callable = connection.execute  # type: ignore[attr-defined]
    run("CREATE SCHEMA published; CREATE ROLE reader; GRANT USAGE ON SCHEMA published TO reader")
    chosen = of_each_type(exported)
    for name, text in zip(chosen, views(tables, chosen, ViewOptions("postgres", "published")).values(), strict=True):
        run(text)
        run(text)
        run(f"GRANT SELECT ON published.{view_name(name)} TO reader")
    run("SET ROLE reader")
    try:
        for name in chosen:
            cursor = run(f"SELECT * FROM published.{view_name(name)}")
            same(pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description]), one(whole, name))
        with pytest.raises(Exception, match="permission denied"):
            run("SELECT COUNT(*) FROM attendance_stint")
    finally:
        run("RESET ROLE")
        run("DROP SCHEMA published CASCADE; DROP ROLE reader")


@pytest.mark.parametrize(
    "dialect",
    ["duckdb", "postgres", "snowflake", "bigquery", "redshift", "databricks", "tsql", "fabric", "oracle", "trino"],
)
def test_each_dialect_makes_a_view_anew(tables: Project, dialect: str) -> None:
    (text,) = views(tables, ["ca.chronic_absenteeism"], ViewOptions(dialect, "dw.published")).values()
    lines = text.splitlines()
    microsoft = dialect in ("tsql", "fabric")
    begins = "CREATE OR ALTER VIEW" if microsoft else "CREATE OR REPLACE VIEW"
    assert lines[0].startswith("-- Chronic absenteeism (ca.chronic_absenteeism ")
    assert lines[1] == f"{begins} dw.published.ca_chronic_absenteeism AS"
    assert lines[-1] == ("GO" if microsoft else lines[-1])
    assert text.rstrip().removesuffix("\nGO").endswith(";")
    assert text.count(";\n") == 1
    assert "-- The Result: rounded, rated, with hidden numbers left empty." in lines
    last = text.rpartition("-- The Result")[2]
    assert "ORDER BY" not in last


def test_dialects_that_need_settings_are_refused(tables: Project) -> None:
    assert capabilities("clickhouse").session
    with pytest.raises(UsageError, match="join_use_nulls"):
        views(tables, ["ca.chronic_absenteeism"], ViewOptions("clickhouse"))


def test_what_cannot_be_a_view_is_refused(opened: Project, tables: Project) -> None:
    with pytest.raises(PartlyPython, match=r"ca\.growth_ela runs partly in Python"):
        views(opened, ["ca.growth_ela"], ViewOptions())
    with pytest.raises(UsageError, match="--schema a; drop"):
        views(tables, ["ca.chronic_absenteeism"], ViewOptions(schema="a; drop table students"))
    with pytest.raises(UsageError, match="two indicators would have a view"):
        views(tables, ["ca.chronic_absenteeism", "ca.chronic_absenteeism"], ViewOptions())


def test_the_command(command: Callable, network: Path, exported: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "views.sql"
    code, shown, said = command("export", "views", "--all", "--dialect", "postgres", "--project", network, "--out", out)
    assert (code, shown) == (0, "")
    assert "left out: ca.growth_ela runs partly in Python" in said
    assert f"{len(exported)} indicators: 1 file written to" in said
    assert out.read_text(encoding="utf-8").count("CREATE OR REPLACE VIEW") == len(exported)
    code, _, said = command("export", "views", "--project", network, "--out", out)
    assert code == 2 and "name an indicator, or --all" in said
    code, _, said = command("export", "views", "ca.chronic_absenteism", "--project", network, "--out", tmp_path / "v")
    assert code == 2 and "did you mean" in said
    assert not (tmp_path / "v").exists()
