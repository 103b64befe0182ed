"""One statement or a script: the same numbers on DuckDB, and the same as a run."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from metricspec.running.project import Project
from tests.catalogue import of_each_type, written_by_hand


@pytest.mark.parametrize("indicator", of_each_type(written_by_hand()))
def test_the_statement_gives_what_a_run_gives(
    indicator: str, tables: Project, network_in_duckdb: duckdb.DuckDBPyConnection, result: Callable, same: Callable
) -> None:
    same(network_in_duckdb.execute(tables.compile(indicator, form="statement")).df(), result(indicator))


@pytest.mark.parametrize(
    "indicator", ["ca.chronic_absenteeism", "ca.suspension_rate", "ca.math_dfs", "attendance_rate"]
)
def test_the_script_gives_what_a_run_gives(
    indicator: str, tables: Project, network_in_duckdb: duckdb.DuckDBPyConnection, result: Callable, same: Callable
) -> None:
    with network_in_duckdb.cursor() as session:
        same(session.execute(tables.compile(indicator, form="script")).df(), result(indicator))
