"""Tables and columns of any name: quoted everywhere, or refused with a clear problem; the numbers stay the same."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from metricspec.model import Binding, BoundColumn, BoundDataset
from metricspec.running.loading import load
from metricspec.running.project import Project
from metricspec.sql.physical import expression_fault, query_fault, table_fault
from metricspec.warehouses.connect import connect
from tests.records.conftest import HEAD, students, write_project

NAMES = [
    '"; drop table org; --', "it's", "a.b", "select", "with space", "é", "100%", "a:b", "[x]", "back`tick", "back\\slash", "?", "@k",
    '"@k"', "{{x}}", "-- x", "/*", "$1", "Order", "o'); --",
]  # fmt: skip
RESULT = {"A": 15.0, "D": 20.5}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("named") / "ours"
    write_project(folder)
    return load(folder)


def values(project: Project, url: str | None = None) -> dict[str, float]:
    with connect(url) as engine:
        rows = project.execute(["absent"], year="2023-24", warehouse=engine).result
    return {org: value for org, value in zip(rows["org_id"], rows["value"], strict=True) if org in RESULT}


def bound(project: Project, **datasets: BoundDataset) -> Project:
    assert project.binding is not None
    return replace(project, binding=Binding("ours", {**project.binding.datasets, **datasets}))


@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_name(name: str, project: Project) -> None:
    _, *rows = csv.reader((project.folder / "days.csv").read_text(encoding="utf-8").splitlines())
    with (project.folder / "named.csv").open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([[*HEAD.split(",")[:-1], name], *rows])
    days = BoundDataset("attendance_stint", file="named.csv", columns={"days_absent": BoundColumn(name)})
    assert values(bound(project, attendance_stint=days)) == RESULT


def write_tables(url: str, file: Path, folder: Path, table: str, column: str) -> None:
    """The project's rows as tables of a database, the days under another name."""
    named = {"days.csv": (table, [*HEAD.split(",")[:-1], column]), "org.csv": ("org", None)}
    database = sqlite3.connect(file) if url.startswith("sqlite") else duckdb.connect(str(file))
    for source, (name, columns) in named.items():
        head, *rows = csv.reader((folder / source).read_text(encoding="utf-8").splitlines())
        quoted = ", ".join('"' + one.replace('"', '""') + '" VARCHAR' for one in columns or head)
        database.execute(f'CREATE TABLE "{name}" ({quoted})')
        database.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(head))})', rows)
    database.commit()
    database.close()


@pytest.mark.parametrize("name", [name for name in NAMES if '"' not in name])
@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_a_table_and_a_column_of_any_name(name: str, engine: str, project: Project, tmp_path: Path) -> None:
    file = tmp_path / f"there.{engine}"
    url = f"{engine}:///{file}"
    write_tables(url, file, project.folder, name, name)
    table = f'"{name}"'
    assert table_fault(table) is None
    days = BoundDataset("attendance_stint", table=table, columns={"days_absent": BoundColumn(name)})
    assert values(bound(project, attendance_stint=days, org=BoundDataset("org", table="org")), url) == RESULT


@pytest.mark.parametrize(
    "table", ["org; drop table org", 'a"b', '"a', "a b", "a.b.c.d.e", "org --", "(select 1)", "read_csv('x')", "org\n", "ort\u200b"]
)  # fmt: skip
def test_a_table_that_is_none_is_refused(table: str) -> None:
    assert table_fault(table) is not None


@pytest.mark.parametrize(
    "text", ["1; drop table org", "(select 1)", "a = 1) --\n; select 1", "", "delete from org", "a as b"]
)
def test_an_expression_that_is_none_is_refused(text: str) -> None:
    assert expression_fault(text) is not None


@pytest.mark.parametrize(
    "text", ["select 1; select 2", "drop table org", "copy org to 'x'", "attach 'x'", "install x", ""]
)
def test_a_query_that_is_none_is_refused(text: str) -> None:
    assert query_fault(text) is not None


def test_what_stands_in_the_data_is_never_part_of_a_statement(project: Project) -> None:
    rows = students("A", "2022-23", 5, 40) + students("A", "2023-24", 6, 40) + students("B", "2023-24", 3, 4)
    rows = rows.replace("A39,", '"\'; drop table org; --",')
    (project.folder / "odd.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    days = BoundDataset("attendance_stint", file="odd.csv", columns={"days_absent": BoundColumn("away")})
    assert values(bound(project, attendance_stint=days)) == RESULT
