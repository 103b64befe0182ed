"""What a person may write for a warehouse; no secret ever comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from metricspec.cli import cli
from metricspec.problems import SpecError, UsageError
from metricspec.reading.formats import as_text
from metricspec.warehouses.connect import connect
from metricspec.warehouses.messages import secrets_of, without_values

SECRET = "hunter2-Ünicode"


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(cli, ["run", *arguments], standalone_mode=False)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot be read"),
        ("access://server/x", "no warehouse is known by 'access://'"),
        (f"nowhere://u:{SECRET}@h/d", "no warehouse is known by 'nowhere://'"),
        (f"postgresql://u:{SECRET}@h:port/d", "cannot be read"),
        ("snowflake://u@h/d", "pip install 'snowflake-sqlalchemy'"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained_and_not_repeated(url: str, said: str) -> None:
    pytest.importorskip("sqlalchemy")
    with pytest.raises(UsageError) as found:
        connect(url)
    assert said in str(found.value)
    assert SECRET not in str(found.value)


def test_a_server_that_is_not_there() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SpecError) as found:
        connect(f"postgresql://u:{SECRET}@127.0.0.1:1/d")
    (problem,) = found.value.problems
    assert problem.code == "MS520" and "PostgreSQL" in problem.message
    assert SECRET not in problem.message


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        ("postgresql://u@h/d", False),
        ("postgresql://h/d", False),
        ("spark://host:7077", False),
        ("sc://host:15002", False),
        ("duckdb:///folder/file.duckdb", False),
        ("postgresql://u:p@h/d", True),
        ("databricks://token:dapi123@h", True),
        ("snowflake://u@h/d?private_key=abc", True),
        ("sc://host:15002/;token=abc", True),
        ("postgresql://u:pa/ss@h/d", True),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3Dhunter2", True),
        ("duckdb:///x.duckdb?motherduck_token=abc", True),
        ("postgresql://u@h/d?sslkey=/etc/key.pem", False),
    ],
)
def test_what_counts_as_a_secret(url: str, holds: bool) -> None:
    assert bool(secrets_of(url)) is holds


def test_a_password_on_the_command_line_is_refused_and_one_in_the_environment_is_not() -> None:
    url = f"postgresql://u:{SECRET}@127.0.0.1:1/d"
    with pytest.raises(UsageError, match="METRICSPEC_WAREHOUSE"):
        raise run("ca.suspension_rate", "--warehouse", url).exception or AssertionError
    assert isinstance(run("ca.suspension_rate", METRICSPEC_WAREHOUSE=url).exception, SpecError)


def test_a_password_in_a_project_file_is_a_problem_at_its_line(tmp_path: Path) -> None:
    text = f"metricspec: 1\nproject: p\nwarehouse: postgresql://u:{SECRET}@h/d\n"
    (tmp_path / "metricspec.yaml").write_text(text, encoding="utf-8")
    found = run("ca.suspension_rate", "--project", str(tmp_path)).exception
    assert isinstance(found, SpecError)
    (problem,) = found.problems
    assert (problem.code, problem.place.line) == ("MS506", 3)
    assert SECRET not in as_text(found.problems) and "3 | warehouse: postgresql://u:***" in as_text(found.problems)


def test_the_project_s_warehouse_is_used(tmp_path: Path) -> None:
    text = "metricspec: 1\nproject: p\nbinding: demo\nwarehouse: postgresql://u@127.0.0.1:1/d\n"
    (tmp_path / "metricspec.yaml").write_text(text, encoding="utf-8")
    found = run("ca.suspension_rate", "--project", str(tmp_path)).exception
    assert isinstance(found, SpecError) and "PostgreSQL" in str(found)


@pytest.mark.parametrize("url", ["duckdb://", "postgres"])
def test_a_message_about_data_does_not_quote_them(url: str, request: pytest.FixtureRequest) -> None:
    """A value that stops a statement may be a student's name."""
    url = request.getfixturevalue("postgres_url") if url == "postgres" else url
    with connect(url) as warehouse, pytest.raises(SpecError) as found:
        warehouse.rows("SELECT CAST(v AS INTEGER) FROM (SELECT 'An' || 'a O''Brien' AS v) AS t", "stage 'bound'")
    assert "Ana" not in str(found.value) and "Brien" not in str(found.value)
    assert "stage 'bound' failed in" in str(found.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Could not convert string 'O'Brien Ana' to INT32", "Could not convert string '...' to INT32"),
        ('invalid input: "Ana "Bo" Li"', "invalid input: '...'"),
        ('relation "enrolment" does not exist', 'relation "enrolment" does not exist'),
        ("Type INT32 with value 987654321 cannot be cast", "Type INT32 with value ... cannot be cast"),
        ("Truncated incorrect DOUBLE value: 'Ana Li 1234'", "Truncated incorrect DOUBLE value: '...'"),
    ],
)
def test_what_is_told_of_a_message(said: str, told: str) -> None:
    assert without_values(said, 'SELECT * FROM "enrolment"') == told
