"""Every computed indicator by a second route: SQL written by hand from the rule, over the network's files."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metricspec.running.project import Project

KEYS = ["org_level", "org_id", "school_year", "student_group"]
COUNTS = ["numerator", "denominator", "n"]
INDICATORS = sorted(path.stem for path in (Path(__file__).parent / "sql").glob("*.sql") if path.stem != "prelude")
# Years in which the small network has what an indicator counts: single days in the last, courses in two, an expulsion now
# and then. Of the others there is something in every year, and there are three or more.
YEARS = {"chronic_absenteeism_daily": 1, "sqii.hs_readiness": 2, "grade_8_on_track": 2, "expulsion_rate": 1}
LEARNERS = {"ca.elpi"}  # of English learners only
NEVER = {"no_reason"}  # a category that the network never has: all its absences have a reason
# made of others' results, or describing schools: test_made_of_others.py
MADE = [*(path.stem for path in (Path(__file__).parent / "sql" / "made").glob("*.sql"))]
SCHOOLS = ["core.outlier_schools", "core.outlier_schools_self_management", "core.similar_schools"]
# fitted, so not in SQL by hand: test_growth_second_route.py
GROWTH = [
    f"{name}_{subject}" for name in ("core.growth", "core.status_by_growth", "ca.growth") for subject in ("ela", "math")
]

# scales of answers: test_surveys_second_route.py
SURVEYS = [
    *(f"core.climate_pct_favorable_{who}" for who in ("student", "staff", "family")),
    *(
        f"core.sel_{what}_{construct}"
        for what in ("pct_favorable", "scale_score")
        for construct in ("growth_mindset", "self_efficacy", "self_management", "social_awareness")
    ),
]


def counted(frame: pd.DataFrame) -> dict[tuple[str, ...], tuple[Decimal, ...]]:
    """Counts by org, year, group and category; each is whole, or a number of days to the hundredth."""
    rows = {}
    keys = [*KEYS, "category"] if "category" in frame else KEYS
    frame = frame.astype(dict.fromkeys(COUNTS, float))
    for row in frame[keys + COUNTS].itertuples(index=False):
        numbers = tuple(round(Decimal(value), 2) for value in row[len(keys) :])
        assert all(abs(float(n) - v) < 1e-9 for n, v in zip(numbers, row[len(keys) :], strict=True)), row
        key = tuple(row[: len(keys)])
        rows[key if isinstance(key[-1], str) else key[: len(KEYS)]] = numbers
    assert len(rows) == len(frame)
    return rows


def test_every_computed_indicator_has_a_second_route(project: Project) -> None:
    """A new indicator of the catalogue needs its own query in tests/numbers/sql, or its own test of growth."""
    computed = [i.id for i in project.catalog.indicators.values() if i.measure_type != "published"]
    assert sorted(computed) == sorted([*INDICATORS, *GROWTH, *MADE, *SCHOOLS, *SURVEYS])


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
    groups = set(frame.student_group)
    for kind in ({"ALL", "TA"}, {"EL", "SE"}, {"SWD", "SD"}, {"HI", "RH", "LX"}, {"SED", "SS"}):
        assert groups & kind or (indicator in LEARNERS and groups == {"EL", "LTEL"}), kind
    everyone = ["EL"] if indicator in LEARNERS else ["ALL", "TA"]
    whole = frame[(frame.org_level == "network") & frame.student_group.isin(everyone)]
    if "category" in whole:
        whole = whole[~whole.category.isin(NEVER)]
    telling = whole[(whole.numerator != 0) & (whole.numerator != whole.denominator)]
    assert telling.school_year.nunique() >= YEARS.get(indicator, 3)
    assert indicator in YEARS or len(telling) == len(whole)


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
        ("five-year and six-year cohorts", "SELECT count(DISTINCT cohort) = 3 FROM cohort_outcome"),
        (
            "graduates of the fifth year",
            "SELECT count(*) > 0 FROM cohort_outcome WHERE cohort = '5' AND graduated AND NOT graduated_earlier",
        ),
        (
            "graduates of the sixth year",
            "SELECT count(*) > 0 FROM cohort_outcome WHERE cohort = '6' AND graduated AND NOT graduated_earlier",
        ),
    ],
)
def test_the_network_has_every_case(files: duckdb.DuckDBPyConnection, what: str, sql: str) -> None:
    """Agreement says nothing about rules that the data never meet."""
    assert files.execute(sql).fetchall() == [(True,)], what


@pytest.mark.parametrize("indicator", ["ca.ela_dfs", "ca.math_dfs"])
def test_the_network_has_participation_on_both_sides_of_the_floor(indicator: str, by_hand: Callable) -> None:
    frame = by_hand(indicator)
    assert (frame.denominator > frame.n).sum() > 10 and (frame.denominator == frame.n).sum() > 10


def test_the_network_has_every_rule_of_progress(by_hand: Callable, files: duckdb.DuckDBPyConnection) -> None:
    """Missing learners added and not, and progress by each rule: a level up, the top held, points of the other test."""
    frame = by_hand("ca.elpi")
    assert (frame.denominator > frame.n).sum() > 5 and (frame.denominator == frame.n).sum() > 5
    rules = """SELECT count(*) FILTER (test = 'SUMMATIVE' AND level = '4' AND prior_level = '4'),
        count(*) FILTER (test = 'ALTERNATE' AND level > prior_level),
        count(*) FILTER (test = 'ALTERNATE' AND level = prior_level AND level <> '3L'
            AND scale_score >= prior_scale_score + 10),
        count(*) FILTER (test = 'ALTERNATE' AND level = prior_level AND scale_score < prior_scale_score + 10)
        FROM english_learner_status"""
    assert min(*files.execute(rules).fetchall()[0]) > 0


def test_all_at_once_is_each_alone(project: Project, results: Callable) -> None:
    """Indicators that share stages give the very Result that each gives by itself."""
    together = project.run(*INDICATORS)
    alone = pd.concat([results(indicator) for indicator in INDICATORS])
    order = ["indicator", *KEYS, "category"]
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
