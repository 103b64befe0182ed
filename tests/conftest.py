"""What all tests share: where the real data lie, and a small made-up network with a project over it."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from metricspec.reading.reader import Reader
from metricspec.synthetic import generate

REPOSITORY = Path(__file__).resolve().parents[1]
OWN_READING = ("reading", "plugins", "editor", "security", "testing", "bench")
PROJECT = "metricspec: 1\nproject: network\nbinding: demo\n"


def _real_data_folder() -> Path:
    named = os.environ.get("METRICSPEC_REAL_DATA")
    return Path(named) if named else REPOSITORY.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked real_data are skipped, with the reason, where the public files are not there."""
    folder = _real_data_folder()
    if folder.is_dir():
        return
    skip = pytest.mark.skip(
        reason=f"the public data files are not in {folder}; set METRICSPEC_REAL_DATA to their folder"
    )
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public data files."""
    return _real_data_folder()


@pytest.fixture(scope="session")
def _reader() -> Reader:
    return Reader()


@pytest.fixture(autouse=True)
def _shipped_specs_are_read_once(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _reader: Reader
) -> None:
    """A file that did not change since another test is not read again, as in an editor: half a second for each catalogue.

    Not where reading itself is tried or timed, or where one file is read with several sets of measure types.
    """
    folder = request.path.relative_to(REPOSITORY).parts[:2]
    if folder[-1] in OWN_READING or request.node.get_closest_marker("bench"):
        return
    for module in ("metricspec.reading.load", "metricspec.running.loading"):
        monkeypatch.setattr(f"{module}.Reader", lambda: _reader)


def _charter(orgs: Path) -> None:
    """So small a network has no charter school: make one of an elementary school of a unified district."""
    written = orgs.with_suffix(".new")
    duckdb.sql(
        f"""COPY (SELECT * REPLACE (coalesce(org_id = (
                SELECT max(s.org_id) FROM '{orgs}' AS s JOIN '{orgs}' AS d
                ON d.org_id = s.parent_id AND d.school_year = s.school_year
                WHERE s.org_type = 'ES' AND d.org_type = 'UD'), false) AS charter)
            FROM '{orgs}') TO '{written}' (FORMAT parquet)"""
    )
    written.replace(orgs)


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder over about 1,500 students in 4 districts, 2021-22 to 2024-25."""
    folder = tmp_path_factory.mktemp("network")
    generate(folder / "data", students=1_500, districts=4, years=4, last_year=2025, seed=11)
    _charter(folder / "data" / "org.parquet")
    (folder / "metricspec.yaml").write_text(PROJECT, encoding="utf-8")
    return folder
