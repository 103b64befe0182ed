"""Every computed indicator by a second route: SQL written by hand from the rule, over the network's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metricspec.running.project import Project

KEYS = ["org_level", "org_id", "school_year", "student_group"]
COUNTS = ["numerator", "denominator", "n"]
INDICATORS = sorted(path.stem for path in (Path(__file__).parent / "sql").glob("*.sql") if path.stem != "prelude")
LAST_YEAR = {"chronic_absenteeism_daily"}  # the network has single days of its last year only, of some students
# fitted, so not in SQL by hand: test_growth_second_route.py
GROWTH = [
    f"{name}_{subject}" for name in ("core.growth", "core.status_by_growth", "ca.growth") for subject in ("ela", "math")
]


def counted(frame: pd.DataFrame) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Counts by org, year and group; every count is a whole number."""
    rows = {}
    for row in frame[KEYS + COUNTS].itertuples(index=False):
        numbers = tuple(int(value) for value in row[len(KEYS) :])
        assert numbers == tuple(row[len(KEYS) :]), row
        rows[tuple(row[: len(KEYS)])] = numbers
    assert len(rows) == len(frame)
    return rows


def test_every_computed_indicator_has_a_second_route(project: Project) -> None:
    """A new indicator of the catalogue needs its own query in tests/numbers/sql, or its own test of growth."""
    computed = [i.id for i in project.catalog.indicators.values() if i.measure_type != "published"]
    assert sorted(computed) == sorted([*INDICATORS, *GROWTH])


@pytest.mark.parametrize("indicator", INDICATORS)
def test_counts_agree(indicator: str, tally: Callable, by_hand: Callable) -> None:
    ours, theirs = counted(tally(indicator)), counted(by_hand(indicator))
    assert {key for key in ours if key not in theirs} == set()
    assert {key for key in theirs if key not in ours} == set()
    assert {key: (ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]} == {}


@pytest.mark.parametrize("indicator", INDICATORS)
def test_the_comparison_has_substance(indicator: str, by_hand: Callable) -> None:
    """All org levels, several years, every kind of group, and numerators other than none and all."""
    frame = by_hand(indicator)
    assert set(frame.org_level) == {"school", "district", "network"}
    assert frame.school_year.nunique() >= (1 if indicator in LAST_YEAR else 3)
    groups = set(frame.student_group)
    for kind in ({"ALL", "TA"}, {"EL", "SE"}, {"SWD", "SD"}, {"HI", "RH", "LX"}, {"SED", "SS"}):
        assert groups & kind, kind
    whole = frame[(frame.org_level == "network") & frame.student_group.isin(["ALL", "TA"])]
    assert ((whole.numerator != 0) & (whole.numerator != whole.denominator)).all()


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("short-term and secondary enrollments", "SELECT count(DISTINCT enrollment_status) = 3 FROM attendance_stint"),
        ("exempt from attendance", "SELECT count(*) > 0 FROM attendance_stint WHERE attendance_exempt"),
        ("placed in a nonpublic school", "SELECT count(*) > 0 FROM attendance_stint WHERE nonpublic_school"),
        ("another district accountable", "SELECT count(accountability_district_id) > 0 FROM attendance_stint"),
        (
            "charter schools",
            "SELECT count(*) > 50 FROM attendance_stint JOIN school USING (school_id, school_year) WHERE charter",
        ),
        ("race not reported", "SELECT count(*) > count(race_ethnicity) FROM attendance_stint"),
        (
            "two schools in a year",
            "SELECT count(*) > 0 FROM (SELECT 1 FROM attendance_stint GROUP BY student_id, school_year"
            " HAVING count(DISTINCT school_id) > 1)",
        ),
        (
            "two districts in a year",
            "SELECT count(*) > 0 FROM (SELECT 1 FROM attendance_stint JOIN school USING (school_id, school_year)"
            " GROUP BY student_id, school_year HAVING count(DISTINCT district_id) > 1)",
        ),
        (
            "leaves and comes back",
            "SELECT count(*) > 0 FROM (SELECT 1 FROM attendance_stint GROUP BY student_id, school_id, school_year"
            " HAVING count(*) > 1)",
        ),
        ("parts of a day of suspension", "SELECT count(*) > 0 FROM discipline_action WHERE duration_days % 1 <> 0"),
        ("not tested", "SELECT count(*) > 0 FROM assessment WHERE enrolled_in_window AND NOT tested"),
        ("five-year cohorts", "SELECT count(DISTINCT cohort) = 2 FROM cohort_outcome"),
    ],
)
def test_the_network_has_every_case(files: duckdb.DuckDBPyConnection, what: str, sql: str) -> None:
    """Agreement says nothing about rules that the data never meet."""
    assert files.execute(sql).fetchall() == [(True,)], what


@pytest.mark.parametrize("indicator", ["ca.ela_dfs", "ca.math_dfs"])
def test_the_network_has_participation_on_both_sides_of_the_floor(indicator: str, by_hand: Callable) -> None:
    frame = by_hand(indicator)
    assert (frame.denominator > frame.n).sum() > 10 and (frame.denominator == frame.n).sum() > 10


def test_all_at_once_is_each_alone(project: Project, results: Callable) -> None:
    """Indicators that share stages give the very Result that each gives by itself."""
    together = project.run(*INDICATORS)
    alone = pd.concat([results(indicator) for indicator in INDICATORS])
    order = ["indicator", *KEYS]
    pd.testing.assert_frame_equal(
        together.sort_values(order, ignore_index=True),
        alone.sort_values(order, ignore_index=True).astype(together.dtypes),
        check_exact=False,
        rtol=1e-12,
    )


@pytest.mark.parametrize("indicator", ["ca.chronic_absenteeism", "ca.ela_dfs", "ca.suspension_rate", "attendance_rate"])
def test_one_year_is_its_part_of_all_years(indicator: str, project: Project, results: Callable) -> None:
    one = project.run(indicator, year="2023-24")
    part = results(indicator)
    part = part[part.school_year == "2023-24"]
    pd.testing.assert_frame_equal(
        one.sort_values(KEYS, ignore_index=True),
        part.sort_values(KEYS, ignore_index=True).astype(one.dtypes),
        check_exact=False,
        rtol=1e-12,
    )
