"""What the tests of exports share: the network's project, and dbt where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from metricspec.exports.chosen import every
from metricspec.reporting.folders import write_folder
from metricspec.running.project import Project
from tests.cli.conftest import command  # noqa: F401  # the fixture
from tests.compiler.conftest import network_in_sqlite, opened, tables  # noqa: F401  # the fixtures

KEYS = ["indicator", "school_year", "org_level", "org_id", "student_group", "category", "statistic"]
COUNTS = (
    "denominator",
    "n",
    "prior_denominator",
    "prior_n",
)  # a numerator may be tenths of days, which add up inexactly


@pytest.fixture(scope="session")
def exported(opened: Project) -> tuple[str, ...]:  # noqa: F811
    """Every indicator that can be exported as SQL from the network."""
    return every(opened).ids


@pytest.fixture(scope="session")
def whole(opened: Project, exported: tuple[str, ...]) -> pd.DataFrame:  # noqa: F811
    """The Result of all of them, as `metricspec run` gives it."""
    return opened.run(*exported)


def same(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """Asserts that two Results agree: texts, empty cells and counts exactly, other numbers to 1e-12."""
    assert list(ours.columns) == list(theirs.columns)
    assert len(ours) == len(theirs) > 0
    frames = []
    for frame in (ours, theirs):
        filled = frame.assign(**{key: frame[key].astype(object).where(frame[key].notna(), "") for key in KEYS})
        assert not filled.duplicated(KEYS).any()
        frames.append(filled.sort_values(KEYS, ignore_index=True))
    mine, known = frames
    for name in known.columns:
        if pd.api.types.is_numeric_dtype(known[name]):
            tolerance = {"check_exact": True} if name in COUNTS else {"rtol": 1e-12, "atol": 1e-12}
            pd.testing.assert_series_equal(
                pd.to_numeric(mine[name]).astype(float), known[name].astype(float), **tolerance
            )
        else:
            assert (mine[name].isna() == known[name].isna()).all(), name
            assert (mine[name].dropna() == known[name].dropna()).all(), name


@dataclass(frozen=True)
class Dbt:
    """dbt's command line over the projects of one test folder, with its plugins."""

    program: str
    plugins: frozenset[str]

    def call(self, project: Path, *arguments: str, profiles: Path | None = None) -> subprocess.CompletedProcess[str]:
        folders = ["--project-dir", str(project), "--profiles-dir", str(profiles or project)]
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"}
        return subprocess.run(
            [self.program, *arguments, *folders],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )


@pytest.fixture(scope="session")
def dbt() -> Dbt:
    """dbt with its DuckDB plugin: METRICSPEC_DBT, or on the PATH."""
    program = os.environ.get("METRICSPEC_DBT") or shutil.which("dbt")
    if program is None:
        pytest.skip(
            "dbt is not installed (its own environment: pip install dbt-duckdb 'dbt-core<1.12'); set METRICSPEC_DBT"
        )
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=120)
    text = (said.stdout + said.stderr).partition("Plugins:")[2]
    plugins = frozenset(line.split(":")[0].strip(" -") for line in text.splitlines() if line.strip().startswith("-"))
    if "duckdb" not in plugins:
        pytest.skip(f"{program} has no DuckDB plugin (pip install dbt-duckdb)")
    return Dbt(program, plugins)


Write = Callable[[str, Mapping[str, str]], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Writes an export into a folder of the test."""

    def write(name: str, files: Mapping[str, str]) -> Path:
        write_folder(tmp_path / name, files)
        return tmp_path / name

    return write
