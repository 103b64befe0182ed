"""Differentiated assistance of every district of the published 2018 file, worked out from its colours by SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

import metricspec
from metricspec.running.frameworks import FrameworkRun, run_framework

pytestmark = pytest.mark.real_data

FILE = "ca_dashboard_monterey_2018.csv"
# Colour 1 is Red, 2 Orange. English learner progress had no colour yet; local indicators are not in the file.
BY_HAND = """
    WITH colours AS (
        SELECT cds, rtype, studentgroup, any_value(charter_flag) AS charter,
            max(color) FILTER (ind = 'ela') AS ela, max(color) FILTER (ind = 'math') AS math,
            max(color) FILTER (ind = 'grad') AS grad, max(color) FILTER (ind = 'chronic') AS chronic,
            max(color) FILTER (ind = 'susp') AS susp, max(color) FILTER (ind = 'cci') AS cci
        FROM read_csv(?, all_varchar = true)
        WHERE studentgroup IN ('AA', 'AI', 'AS', 'FI', 'HI', 'PI', 'WH', 'MR', 'EL', 'SED', 'SWD', 'FOS', 'HOM')
        GROUP BY ALL
    ), areas AS (
        SELECT cds, rtype, charter, studentgroup,
            coalesce((ela = '1' AND math IN ('1', '2')) OR (math = '1' AND ela IN ('1', '2')), false)::int
            + coalesce(grad = '1' OR chronic = '1', grad = '1', chronic = '1', false)::int
            + coalesce(susp = '1', false)::int + coalesce(cci = '1', false)::int AS areas
        FROM colours
    )
    SELECT cds, rtype, coalesce(charter = 'Y', false) AS charter, max(areas) AS most,
        string_agg(studentgroup, ',' ORDER BY studentgroup) FILTER (areas >= 2) AS groups
    FROM areas GROUP BY ALL
"""


@pytest.fixture(scope="module")
def run(real_data: Path) -> FrameworkRun:
    project = metricspec.load()
    return run_framework(
        project, project.framework_spec("ca_dashboard"), data={"dashboard_published": real_data / FILE}
    )


@pytest.fixture(scope="module")
def by_hand(real_data: Path) -> dict[str, tuple[str, bool, int, set[str]]]:
    rows = duckdb.execute(BY_HAND, [str(real_data / FILE)]).fetchall()
    return {
        cds: (kind, charter, most, set((groups or "").split(",")) - {""}) for cds, kind, charter, most, groups in rows
    }


def ours(run: FrameworkRun, name: str) -> dict[str, tuple[bool | None, set[str]]]:
    rows = run.frame[run.frame["name"] == name].to_dict("records")
    return {
        r["org_id"]: (
            None if pd.isna(r["holds"]) else bool(r["holds"]),
            set((r["student_group"] or "").split(", ")) - {""},
        )
        for r in rows
    }


def test_every_district(run: FrameworkRun, by_hand: dict[str, tuple[str, bool, int, set[str]]]) -> None:
    """24 districts and the county office, of which 9 are eligible, each by the same student groups."""
    expected = {cds: (most >= 2, groups) for cds, (kind, _, most, groups) in by_hand.items() if kind == "D"}
    assert ours(run, "differentiated_assistance") == expected
    assert (len(expected), sum(eligible for eligible, _ in expected.values())) == (25, 9)


def test_every_charter_school(run: FrameworkRun, by_hand: dict[str, tuple[str, bool, int, set[str]]]) -> None:
    """The file has one year: who does not meet the criteria in it is not eligible, and of the others it cannot be said."""
    expected = {cds: None if most >= 2 else False for cds, (_, charter, most, _) in by_hand.items() if charter}
    found = {cds: holds for cds, (holds, _) in ours(run, "differentiated_assistance_charter").items()}
    assert found == expected
    assert None in expected.values() and False in expected.values()


def test_what_could_not_be_computed_is_said(run: FrameworkRun) -> None:
    assert run.said == ("the dataset local_indicator is not bound: local indicators count as met",)
