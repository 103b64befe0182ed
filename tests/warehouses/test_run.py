"""`metricspec run` and `load` on a server and on a file: the numbers of DuckDB, and nothing left behind."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from metricspec.cli import cli
from metricspec.problems import SpecError, UsageError
from metricspec.warehouses.connect import connect

INDICATORS = ("ca.chronic_absenteeism", "ca.suspension_rate")
DATASETS = ("org", "enrollment", "attendance_stint", "discipline_action")


@pytest.fixture(scope="module", params=["sqlite", "postgres", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('lite') / 'network.sqlite'}"
    return request.getfixturevalue(f"{request.param}_url")


def command(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--project", str(folder)], standalone_mode=False)


@pytest.fixture(scope="module")
def loaded(url: str, network: Path) -> str:
    done = command(network, "load", *DATASETS, "--warehouse", url)
    assert done.exception is None, done.exception
    assert [line.partition(":")[0] for line in done.output.splitlines()] == list(DATASETS)
    return url


def test_a_run_gives_what_duckdb_gives(loaded: str, network: Path, tmp_path: Path) -> None:
    for name, more in (("there", ["--warehouse", loaded]), ("here", [])):
        done = command(network, "run", *INDICATORS, "--out", str(tmp_path / f"{name}.parquet"), *more)
        assert done.exception is None, done.exception
    there, here = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("there", "here"))
    assert len(here) > 500 and here["suppressed"].notna().any()
    keys = ["indicator", "school_year", "org_level", "org_id", "student_group"]
    there, here = (frame.sort_values(keys, ignore_index=True) for frame in (there, here))
    pd.testing.assert_frame_equal(there, here, rtol=1e-12, check_exact=False)


def test_names_of_orgs_come_from_the_warehouse(loaded: str, network: Path) -> None:
    """Of this one, not of the project's files: a name changed there is shown."""
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    command(network, "load", "org", "--replace", "--warehouse", loaded)
    with SqlAlchemy(loaded) as warehouse:
        warehouse.execute("UPDATE org SET org_name = 'Renamed There' WHERE org_level = 'district'", "renaming")
        warehouse.commit()
    for where, named in ((["--warehouse", loaded], True), ([], False)):
        done = command(network, "run", INDICATORS[1], "--level", "district", *where)
        assert done.exception is None, done.exception
        assert ("Renamed There" in done.output) is named


def test_nothing_stays_in_the_warehouse(loaded: str, network: Path) -> None:
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    assert command(network, "run", INDICATORS[1], "--warehouse", loaded).exception is None
    with SqlAlchemy(loaded) as warehouse:
        assert all(warehouse.has_table(name) for name in DATASETS)
        assert not any(warehouse.has_table(name) for name in ("result", "tally", "org_tree", "bound_org"))


def test_tables_that_are_there_are_not_touched(loaded: str, network: Path) -> None:
    done = command(network, "load", "org", "--warehouse", loaded)
    assert isinstance(done.exception, UsageError) and "org" in str(done.exception)
    assert command(network, "load", "org", "--replace", "--warehouse", loaded).exception is None


def test_a_column_of_empty_cells_only_is_loaded(loaded: str, tmp_path: Path) -> None:
    """A parquet file may give such a column no type at all."""
    from metricspec.warehouses.sqlalchemy import SqlAlchemy

    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: p\nbinding: empty\nspecs: [specs]\n")
    (tmp_path / "specs").mkdir()
    bound = "metricspec: 1\nbinding: empty\ntitle: x\ndatasets: {local_indicator: {file: cells.parquet}}\n"
    (tmp_path / "specs" / "binding.yaml").write_text(bound)
    pq.write_table(pa.table({"org_id": ["A", "B"], "finding": pa.nulls(2)}), tmp_path / "cells.parquet")
    done = command(tmp_path, "load", "local_indicator", "--replace", "--warehouse", loaded)
    assert done.exception is None, done.exception
    with SqlAlchemy(loaded) as warehouse:
        assert warehouse.rows("SELECT org_id, finding FROM local_indicator ORDER BY org_id") == [
            ("A", None),
            ("B", None),
        ]
        warehouse.drop("local_indicator")
        warehouse.commit()


def test_a_missing_table_is_named_with_the_binding_s_line_before_anything_is_computed(
    loaded: str, network: Path, tmp_path: Path
) -> None:
    out = tmp_path / "result.csv"
    out.write_text("what was there before", encoding="utf-8")
    done = command(network, "run", "ca.graduation_rate", "--out", str(out), "--warehouse", loaded)
    assert isinstance(done.exception, SpecError)
    (problem,) = done.exception.problems
    assert problem.code == "MS520" and "cohort_outcome" in problem.message and problem.place.line > 0
    assert out.read_text(encoding="utf-8") == "what was there before"


def test_files_are_not_read_by_a_server(loaded: str, network: Path) -> None:
    data = f"org={network / 'data' / 'org.parquet'}"
    done = command(network, "run", INDICATORS[0], "--data", data, "--warehouse", loaded)
    assert isinstance(done.exception, UsageError) and "reads no files" in str(done.exception)


def test_a_load_that_fails_leaves_no_table(postgres_url: str, network: Path, tmp_path: Path) -> None:
    """The second file is broken."""
    shutil.copytree(network, tmp_path / "broken")
    (tmp_path / "broken" / "data" / "enrollment.parquet").write_bytes(b"PAR1 and nothing else")
    with connect(postgres_url) as warehouse:
        before = warehouse.rows("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
    done = command(tmp_path / "broken", "load", "course_grade", "enrollment", "--warehouse", postgres_url)
    assert isinstance(done.exception, SpecError | UsageError)
    with connect(postgres_url) as warehouse:
        assert warehouse.rows("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'") == before


def test_a_full_disk_leaves_no_half_file(network: Path, tmp_path: Path) -> None:
    """Where no file may grow beyond some bytes, as on a full disk: a message, exit code 2, the old file untouched."""
    out = tmp_path / "result.csv"
    out.write_text("what was there before", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "metricspec", "run", INDICATORS[0], "--project", str(network), "--out", str(out)],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)),
    )  # fmt: skip
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert out.read_text(encoding="utf-8") == "what was there before"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("dataset", ["discipline_action", "enrollment"])
def test_an_empty_table_stops_a_run(dataset: str, network: Path, tmp_path: Path) -> None:
    """Nobody suspended would be the best rating of all."""
    folder, out = tmp_path / "empty", tmp_path / "result.csv"
    shutil.copytree(network, folder)
    out.write_text("what was there before", encoding="utf-8")
    path = folder / "data" / f"{dataset}.parquet"
    pd.read_parquet(path).head(0).to_parquet(path)
    done = command(folder, "run", "ca.suspension_rate", "--out", str(out))
    assert isinstance(done.exception, SpecError)
    assert [problem.code for problem in done.exception.problems] == ["MS523"]
    assert dataset in str(done.exception)
    assert out.read_text(encoding="utf-8") == "what was there before"
