"""What unknown means: rates with and without it, means, ratios, zero denominators, and the participation floor."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

import metricspec
from metricspec.measures.mean import MeanSpec, Shortfall
from metricspec.measures.rate import RateSpec
from metricspec.measures.ratio import RatioSpec
from metricspec.model import Binding, BoundDataset, Indicator
from metricspec.running.project import Project
from metricspec.warehouses.duckdb import DuckDB

YEAR = "2024-25"
COLUMNS = {
    "student_id": "VARCHAR", "school_id": "VARCHAR", "school_year": "VARCHAR", "result_id": "VARCHAR", "test_date": "DATE",
    "subject": "VARCHAR", "grade": "VARCHAR", "test": "VARCHAR", "scale_score": "BIGINT", "achievement_level": "BIGINT",
    "tested": "BOOLEAN", "enrolled_in_window": "BOOLEAN", "continuous_school": "BOOLEAN", "continuous_district": "BOOLEAN",
    "medical_exemption": "BOOLEAN", "newcomer": "BOOLEAN", "parent_waiver": "BOOLEAN", "valid_score": "BOOLEAN",
    "accountability_district_id": "VARCHAR", "race_ethnicity": "VARCHAR", "english_learner": "BOOLEAN",
    "long_term_english_learner": "BOOLEAN", "reclassified_4_years": "BOOLEAN", "economically_disadvantaged": "BOOLEAN",
    "disability": "BOOLEAN", "foster_youth": "BOOLEAN", "homeless": "BOOLEAN",
}  # fmt: skip


def result(student: int, **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS, None)
    row.update({name: False for name, kind in COLUMNS.items() if kind == "BOOLEAN"})
    row.update(
        student_id=f"s{student}", school_id="S1", school_year=YEAR, result_id="r", subject="ELA", grade="05", test="SB",
        tested=True, enrolled_in_window=True, continuous_school=True, continuous_district=True, valid_score=True,
        race_ethnicity="HI",
    )  # fmt: skip
    return {**row, **given}


@cache
def shipped() -> Project:
    return metricspec.load()


def school_row(indicator: Indicator | str, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The Result of all students at the one school; small groups are shown."""
    project = shipped()
    catalog = project.catalog
    given = indicator if isinstance(indicator, Indicator) else catalog.indicators[indicator]
    open_policy = replace(catalog.policies[given.policy], privacy=(), report=())
    catalog = replace(
        catalog,
        indicators={given.id: given},
        policies={**catalog.policies, given.policy: open_policy},
    )
    bound = {name: BoundDataset(name, table=name) for name in ("org", "assessment")}
    opened = Project(catalog, project.registry, type(project.expressions)(catalog), Path(), Binding("here", bound))
    with DuckDB() as engine:
        kinds = dict.fromkeys(("org_id", "school_year", "org_level", "org_type", "parent_id"), "VARCHAR")
        columns = [*kinds.items(), ("charter", "BOOLEAN"), ("alternative", "BOOLEAN")]
        tree = (("S1", "school", "ES", "D1"), ("D1", "district", "UD", "N1"), ("N1", "network", "UD", None))
        engine.load(
            "org", columns, [(org, YEAR, level, kind, parent, False, False) for org, level, kind, parent in tree]
        )
        engine.load("assessment", list(COLUMNS.items()), [[row[name] for name in COLUMNS] for row in rows])
        frame = opened.execute([given.id], warehouse=engine).result
    found = frame[(frame.org_level == "school") & (frame.student_group == "ALL")].to_dict("records")
    assert len(found) <= 1
    return found[0] if found else None


def indicator(measure_type: str, measure: object, unit: str = "percent", **more: Any) -> Indicator:
    base = shipped().catalog.indicators["pct_met_or_exceeded_ela"]
    return replace(base, id="here", measure_type=measure_type, measure=measure, unit=unit, population=(), **more)


LEVELS = [result(1, achievement_level=4), result(2, achievement_level=1), result(3), result(4, achievement_level=3)]


def counts(row: dict[str, Any] | None) -> tuple[float, float, float, float]:
    assert row is not None
    return row["numerator"], row["denominator"], row["n"], row["value"]


def test_a_rate_leaves_out_students_who_cannot_be_judged() -> None:
    assert counts(school_row(indicator("rate", RateSpec("achievement_level >= 3")), LEVELS)) == (2, 3, 3, 66.7)


def test_a_rate_may_count_them_as_not_meeting_it() -> None:
    assert counts(school_row(indicator("rate", RateSpec("achievement_level >= 3", "no")), LEVELS)) == (2, 4, 4, 50.0)


def test_an_unknown_that_cannot_matter_is_known() -> None:
    """`unknown or true` is true, `unknown and false` is false: only what stays open is left out."""
    either = RateSpec("achievement_level >= 3 or tested")
    assert counts(school_row(indicator("rate", either), LEVELS)) == (4, 4, 4, 100.0)
    both = RateSpec("achievement_level >= 3 and not tested")
    assert counts(school_row(indicator("rate", both), LEVELS)) == (0, 4, 4, 0.0)
    negated = RateSpec("not (achievement_level >= 3)")
    assert counts(school_row(indicator("rate", negated), LEVELS)) == (1, 3, 3, 33.3)


def test_an_unknown_in_the_population_does_not_count() -> None:
    given = replace(indicator("rate", RateSpec("tested")), population=("achievement_level >= 1",))
    assert counts(school_row(given, LEVELS)) == (3, 3, 3, 100.0)


def test_a_mean_is_over_known_values() -> None:
    rows = [result(1, scale_score=2500), result(2, scale_score=2405), result(3)]
    assert counts(school_row(indicator("mean", MeanSpec("scale_score"), "points"), rows)) == (4905, 2, 2, 2452.5)


def test_a_ratio_leaves_out_a_student_unknown_in_either_part() -> None:
    rows = [
        result(1, scale_score=10, achievement_level=4),
        result(2, scale_score=10),
        result(3, achievement_level=4),
        result(4, scale_score=20, achievement_level=2),
    ]
    ratio = indicator("ratio", RatioSpec("scale_score", "achievement_level"), "ratio", digits=2)
    assert counts(school_row(ratio, rows)) == (30, 6, 2, 5.0)


def test_nothing_is_divided_by_zero() -> None:
    """A ratio over a sum of zero has counts and no value; a rate of nobody has no row."""
    ratio = indicator("ratio", RatioSpec("scale_score", "achievement_level"), "ratio")
    row = school_row(ratio, [result(1, scale_score=5, achievement_level=0)])
    assert row is not None and math.isnan(row["value"]) and row["suppressed"] == "input"
    assert school_row(indicator("rate", RateSpec("achievement_level >= 3")), [result(1)]) is None
    assert school_row(indicator("mean", MeanSpec("scale_score"), "points"), [result(1)]) is None


def test_negative_means_round_away_from_zero() -> None:
    """-1/20 is -0.05: -0.1, and its mirror 0.1."""
    for sign in (1, -1):
        rows = [result(s, scale_score=sign if s == 0 else 0) for s in range(20)]
        assert counts(school_row(indicator("mean", MeanSpec("scale_score"), "points"), rows))[3] == sign * 0.1


def test_one_student_has_a_mean_and_no_interval() -> None:
    row = school_row(indicator("mean", MeanSpec("scale_score"), "points"), [result(1, scale_score=7)])
    assert row is not None and row["value"] == 7
    assert all(math.isnan(row[name]) for name in ("standard_error", "low", "high"))


FLOOR = MeanSpec("scale_score", None, Shortfall("enrolled_in_window", "tested", 95, -333))


@pytest.mark.parametrize(
    ("enrolled", "tested", "numerator", "denominator"),
    [
        (200, 189, 1_890, 189),  # 94.5 percent rounds to 95: nothing is added
        (1_000, 945, 9_450, 945),
        (1_000, 944, 9_440 - 333 * 6, 950),  # 94.4 percent rounds to 94
        (1_999, 1_889, 18_890 - 333 * 11, 1_900),  # 94.497 percent rounds to 94; 1,899.05 is wanted, so 1,900
        (355, 268, 2_680 - 333 * 70, 338),  # the guide's own case: 337.25 is wanted, so 338
        (20, 19, 190, 19),  # exactly 95
        (10, 0, -333 * 10, 10),  # nobody tested: 9.5 wanted, so 10
    ],
)
def test_the_participation_floor(enrolled: int, tested: int, numerator: int, denominator: int) -> None:
    """Every tested student scores 10; the students short of the floor enter at -333."""
    rows = [result(s, tested=s < tested, scale_score=10 if s < tested else None) for s in range(enrolled)]
    row = school_row(indicator("mean", FLOOR, "points"), rows)
    assert row is not None
    assert (row["numerator"], row["denominator"], row["n"]) == (numerator, denominator, tested)
    assert row["value"] == pytest.approx(round(numerator / denominator, 1), abs=1e-9)


def test_the_guide_s_own_shortfall() -> None:
    """355 enrolled, 268 tested, distances of 4,355 in all: (4,355 - 70 * 333) / 338 is -56.1."""
    distances = [17] * 155 + [15] * 112 + [40]
    assert (sum(distances), len(distances)) == (4_355, 268)
    rows = [
        result(s, tested=s < 268, scale_score=2_502 + distances[s] if s < 268 else None, valid_score=s < 268)
        for s in range(355)
    ]
    row = school_row("ca.ela_dfs", rows)
    assert counts(row) == (-18_955, 338, 268, -56.1)


def test_duckdb_itself_has_three_values() -> None:
    """The reading of unknown that the tests above rest on."""
    assert duckdb.sql("SELECT NULL OR true, NULL AND false, NOT NULL::BOOLEAN").fetchall() == [(True, False, None)]
