"""Files that a project names lie in its folder; DuckDB reads those that are bound, whatever SQL a binding holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from metricspec.cli import cli
from metricspec.problems import SpecError, UsageError
from metricspec.reading.paths import path_fault
from metricspec.warehouses.duckdb import DuckDB
from tests.records.conftest import BINDING, project

__all__ = ["project"]
OUTSIDE = [
    "../days.csv", "data/../../days.csv", "/etc/passwd", "~/days.csv", "~root/x.csv", "http://host/x.csv", "https://host/x.csv",
    "s3://bucket/x.parquet", "file:///etc/passwd", "gs://b/x", "C:\\x.csv", "c:/x.csv", "\\\\host\\share\\x.csv", "..\\x.csv", "*.csv",
    "data/[a-z].csv", "data/?.csv", "{a,b}.csv", "", " ", "a\nb.csv", "data/**/x.csv",
]  # fmt: skip


def call(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--project", str(folder)], standalone_mode=False)


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_path_that_leads_out(text: str) -> None:
    assert path_fault(text) is not None


@pytest.mark.parametrize(
    "text", ["days.csv", "data/days.csv", "./data/days.csv", "data/a b.csv", "data/é.csv", "a..b/c.csv", "it's.csv"]
)
def test_a_path_that_does_not(text: str) -> None:
    assert path_fault(text) is None


def test_the_place_is_told(project: Path) -> None:
    binding = project / "specs" / "binding.yaml"
    binding.write_text(BINDING.replace("days.csv", "../days.csv"), encoding="utf-8")
    done = call(project, "check")
    assert done.return_value == 1 and "binding.yaml:7:11: MS507" in done.output and "--data" in done.output


def test_a_link_that_leads_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "days.csv").rename(project.parent / "days.csv")
    (project / "days.csv").symlink_to(project.parent / "days.csv")
    done = call(project, "run", "absent")
    assert isinstance(done.exception, SpecError) and "MS507" in str(done.exception)
    monkeypatch.setenv("METRICSPEC_DATA", str(project.parent))
    assert call(project, "run", "absent").exception is None
    monkeypatch.delenv("METRICSPEC_DATA")
    given = call(project, "run", "absent", "--data", f"attendance_stint={project.parent / 'days.csv'}")
    assert given.exception is None


@pytest.mark.parametrize("folder", ["..", "/", "../other", "~", "specs/../.."])
def test_folders_of_specs_outside(folder: str, project: Path) -> None:
    (project / "metricspec.yaml").write_text(f"metricspec: 1\nproject: ours\nspecs: ['{folder}']\n", encoding="utf-8")
    done = call(project, "check")
    assert done.return_value == 1 and "MS507" in done.output and done.output.count("MS") == 1
    assert isinstance(call(project, "list").exception, SpecError)


def test_a_spec_that_is_a_link_to_elsewhere_is_not_read(project: Path) -> None:
    secret = project.parent / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    (project / "specs" / "x.yaml").symlink_to(secret)
    done = call(project, "check")
    assert done.return_value == 1 and "MS507" in done.output and "hunter2" not in done.output


SECRETS = ["SELECT * FROM read_csv('{0}')", "SELECT * FROM '{0}'", 'SELECT * FROM "{0}"', "SELECT * FROM read_text('{0}')",
           "SELECT * FROM glob('{1}/*')", "SELECT * FROM read_csv('https://host.invalid/x.csv')"]  # fmt: skip


@pytest.mark.parametrize("sql", SECRETS)
def test_a_query_reads_no_other_file(sql: str, project: Path) -> None:
    secret = project.parent / "secret.csv"
    secret.write_text("school_id\nhunter2\n", encoding="utf-8")
    query = sql.format(secret, project.parent).replace('"', '\\"')
    text = BINDING.replace("file: days.csv", f'sql: "{query}"').replace("    columns: {days_absent: away}\n", "")
    (project / "specs" / "binding.yaml").write_text(text, encoding="utf-8")
    done = call(project, "run", "absent")
    assert isinstance(done.exception, SpecError) and "MS513" not in str(done.exception), done.exception
    assert "hunter2" not in str(done.exception)


def test_a_table_is_no_file(project: Path) -> None:
    (project.parent / "secret.csv").write_text("school_id\nhunter2\n", encoding="utf-8")
    text = BINDING.replace("file: days.csv", f"table: '\"{project.parent / 'secret.csv'}\"'")
    (project / "specs" / "binding.yaml").write_text(text, encoding="utf-8")
    done = call(project, "run", "absent")
    assert isinstance(done.exception, SpecError | UsageError) and "MS513" not in str(done.exception)


def test_a_session_stays_confined(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}'s.csv").write_text("x\n1\n", encoding="utf-8")
    with DuckDB() as engine:
        engine.confine([str(tmp_path / "a's.csv")])
        engine.confine([str(tmp_path / "a's.csv")])
        assert engine.rows(f"SELECT * FROM read_csv('{tmp_path}/a''s.csv')") == [(1,)]
        for sql in (f"SELECT * FROM read_csv('{tmp_path}/b''s.csv')", "SET enable_external_access = true", "INSTALL httpfs",
                    f"ATTACH '{tmp_path}/x.duckdb'", f"COPY (SELECT 1) TO '{tmp_path}/out.csv'"):  # fmt: skip
            with pytest.raises(SpecError):
                engine.execute(sql, "trying")
        with pytest.raises(ValueError, match="confined once"):
            engine.confine([str(tmp_path / "b's.csv")])
