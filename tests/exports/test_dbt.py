"""dbt itself builds the export, and the numbers are those of `metricspec run`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from metricspec.exports.dbt import DbtOptions, dbt_project
from metricspec.model import Binding, BoundDataset
from metricspec.reporting.folders import write_folder
from metricspec.running.project import Project
from tests.compiler.test_postgres import PROGRAMS, network_in_postgres, server  # noqa: F401  # the fixtures

from .conftest import Dbt, Write, same

pytestmark = pytest.mark.dbt
ONE = ["ca.chronic_absenteeism"]


@pytest.fixture(scope="module")
def built(dbt: Dbt, opened: Project, exported: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every indicator, built by dbt in DuckDB."""
    folder = tmp_path_factory.mktemp("dbt") / "export"
    write_folder(folder, dbt_project(opened, exported, DbtOptions()))
    done = dbt.call(folder, "build", "--threads", "2")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "WARN=0 ERROR=0 SKIP=0" in done.stdout
    assert "Deprecat" not in done.stdout
    return folder


@pytest.fixture
def database(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built / "metricspec.duckdb"), read_only=True) as connection:
        yield connection


def test_the_numbers_are_those_of_a_run(
    database: duckdb.DuckDBPyConnection, exported: tuple[str, ...], whole: pd.DataFrame
) -> None:
    same(database.sql("FROM metricspec_result").df(), whole)
    for name in exported:
        ours = database.sql(f"FROM metricspec_{name.replace('.', '_')}").df()
        same(ours, whole[whole["indicator"] == name])


def test_only_results_stand_in_the_target_s_own_schema(
    database: duckdb.DuckDBPyConnection, exported: tuple[str, ...]
) -> None:
    found = database.sql("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    shown = {name for schema, name in found if schema == "main"}
    assert shown == {"metricspec_result", *(f"metricspec_{name.replace('.', '_')}" for name in exported)}
    hidden = {name for schema, name in found if schema == "main_metricspec_steps"}
    assert len(shown) + len(hidden) == len(found)
    assert all(name.startswith("metricspec_step_") for name in hidden)


def test_an_export_again_keeps_what_dbt_made(built: Path, dbt: Dbt, opened: Project, exported: tuple[str, ...]) -> None:
    write_folder(built, dbt_project(opened, exported, DbtOptions()))
    assert (built / "metricspec.duckdb").is_file() and (built / "target").is_dir()
    done = dbt.call(built, "run", "--select", "metricspec_attendance_rate")
    assert done.returncode == 0, done.stdout


def _mended(opened: Project, dataset: str, query: str) -> Project:
    """The project with another query over a dataset's file."""
    assert opened.binding is not None
    file = opened.folder.resolve() / str(opened.binding.datasets[dataset].file)
    bound = BoundDataset(dataset, sql=query.format(f"read_parquet('{file}')"))
    return replace(opened, binding=Binding("mended", {**opened.binding.datasets, dataset: bound}))


@pytest.mark.parametrize(
    ("dataset", "query", "failing"),
    [
        ("org", "SELECT * FROM {0} UNION ALL SELECT * FROM {0}", "metricspec_org_has_no_row_twice"),
        ("attendance_stint", "SELECT * REPLACE (NULL AS school_id) FROM {0}", "not_null_metricspec_step_bound_attendance_stint__school_id_"),
    ],
)  # fmt: skip
def test_data_that_stop_a_run_stop_dbt(
    dataset: str, query: str, failing: str, dbt: Dbt, opened: Project, written: Write
) -> None:
    folder = written("export", dbt_project(_mended(opened, dataset, query), ONE, DbtOptions()))
    done = dbt.call(folder, "build", "--store-failures")
    assert done.returncode == 1
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    statuses = {one["unique_id"].split(".")[2]: one["status"] for one in results}
    assert statuses[failing] == "fail"
    assert statuses["metricspec_result"] == "skipped"
    with duckdb.connect(str(folder / "metricspec.duckdb"), read_only=True) as connection:
        found = connection.sql("SELECT DISTINCT table_schema FROM information_schema.tables").fetchall()
    assert found == [("main_metricspec_steps",)]  # the rows that failed are not kept


def test_its_own_tests_can_fail(dbt: Dbt, opened: Project, written: Write) -> None:
    """A result whose hidden numbers are filled in, and whose rows are there twice, does not pass."""
    folder = written("export", dbt_project(opened, ONE, DbtOptions()))
    model = folder / "models" / "results" / "metricspec_result.sql"
    text = model.read_text(encoding="utf-8").removeprefix("{{ config(materialized='table') }}\n")
    leaking = f"WITH r AS (\n{text}\n) SELECT * REPLACE (coalesce(n, 3) AS n) FROM r UNION ALL SELECT * FROM r"
    model.write_text("{{ config(materialized='table') }}\n" + leaking, encoding="utf-8")
    done = dbt.call(folder, "build", "--select", "+metricspec_result")
    assert "FAIL" in done.stdout
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    failed = {one["unique_id"].split(".")[2] for one in results if one["status"] == "fail"}
    assert failed == {"metricspec_result_hides_what_it_says", "metricspec_result_has_one_row_for_each_key"}


def test_another_project_takes_it_in_as_a_package(dbt: Dbt, opened: Project, written: Write) -> None:
    folder = written("export", dbt_project(opened, ONE, DbtOptions(name="indicators")))
    ours = folder.parent / "ours"
    (ours / "models").mkdir(parents=True)
    settings = {"name": "ours", "version": "1.0.0", "profile": "ours",
                "models": {"indicators": {"steps": {"+schema": "locked"}}}}  # fmt: skip
    profile = {"ours": {"target": "t", "outputs": {"t": {"type": "duckdb", "path": "ours.duckdb"}}}}
    for name, content in (
        ("dbt_project.yml", settings), ("profiles.yml", profile), ("packages.yml", {"packages": [{"local": "../export"}]})
    ):  # fmt: skip
        (ours / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    (ours / "models" / "report.sql").write_text(
        "SELECT COUNT(value) AS shown FROM {{ ref('indicators_ca_chronic_absenteeism') }}", encoding="utf-8"
    )
    assert dbt.call(ours, "deps").returncode == 0
    done = dbt.call(ours, "build")
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(ours / "ours.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT shown > 0 FROM report").fetchall() == [(True,)]
        assert ("main_locked",) in connection.sql(
            "SELECT DISTINCT table_schema FROM information_schema.tables"
        ).fetchall()


def test_dbt_reads_it_for_snowflake(dbt: Dbt, tables: Project, exported: tuple[str, ...], written: Write) -> None:
    """Without an account there: dbt finds every model, source and test, and renders nothing."""
    if "snowflake" not in dbt.plugins:
        pytest.skip("dbt's plugin for Snowflake is not installed (pip install dbt-snowflake)")
    folder = written("export", dbt_project(tables, exported, DbtOptions("snowflake")))
    target = {
        "type": "snowflake",
        "account": "a",
        "user": "u",
        "password": "p",
        "database": "d",
        "schema": "s",
        "warehouse": "w",
    }
    (folder / "profiles.yml").write_text(
        yaml.safe_dump({"metricspec": {"target": "t", "outputs": {"t": target}}}), encoding="utf-8"
    )
    done = dbt.call(folder, "parse")
    assert done.returncode == 0, done.stdout


@pytest.mark.postgres
@pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed (Debian: postgresql)")
def test_postgres_gives_the_same_numbers(
    dbt: Dbt,
    tables: Project,
    exported: tuple[str, ...],
    whole: pd.DataFrame,
    written: Write,
    server: str,  # noqa: F811
    network_in_postgres: object,  # noqa: F811
) -> None:
    if "postgres" not in dbt.plugins:
        pytest.skip("dbt's plugin for PostgreSQL is not installed (pip install dbt-postgres)")
    folder = written("export", dbt_project(tables, exported, DbtOptions("postgres")))
    _in_postgres(folder, server)
    done = dbt.call(folder, "build")
    assert done.returncode == 0, done.stdout[-3000:]
    connection: object = network_in_postgres
    cursor = connection.execute("SELECT * FROM metricspec_result")  # type: ignore[attr-defined]
    same(pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description]), whole)


@pytest.mark.postgres
@pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server is installed (Debian: postgresql)")
def test_postgres_folds_names_that_the_binding_does_not_quote(
    dbt: Dbt,
    opened: Project,
    written: Write,
    server: str,  # noqa: F811
    network_in_postgres: object,  # noqa: F811
) -> None:
    if "postgres" not in dbt.plugins:
        pytest.skip("dbt's plugin for PostgreSQL is not installed (pip install dbt-postgres)")
    bound = {
        "org": BoundDataset("org", table="Public.Org"),
        "attendance_stint": BoundDataset("attendance_stint", table='PUBLIC."attendance_stint"'),
    }
    project = replace(opened, binding=Binding("folded", bound))
    folder = written("export", dbt_project(project, ONE, DbtOptions("postgres", "folded")))
    _in_postgres(folder, server, "folded")
    done = dbt.call(folder, "build")
    assert done.returncode == 0, done.stdout[-3000:]


def _in_postgres(folder: Path, at: str, name: str = "metricspec") -> None:
    """Writes the profile by which dbt finds the server."""
    given = dict(part.split("=") for part in at.split())
    target = {"type": "postgres", "host": given["host"], "port": int(given["port"]), "user": given["user"],
              "password": "", "dbname": given["dbname"], "schema": "public", "threads": 2}  # fmt: skip
    (folder / "profiles.yml").write_text(
        yaml.safe_dump({name: {"target": "t", "outputs": {"t": target}}}), encoding="utf-8"
    )
