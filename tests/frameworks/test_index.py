"""The School Quality Improvement Index by hand: points, shares, redistribution, one rounding, levels to come."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from metricspec.frameworks.index import badness
from metricspec.frameworks.released import banded

from .made import CATALOG, Row, composed, hidden, part, row

SQII = CATALOG.frameworks["core_sqii"]
ACADEMIC = ("sqii.academic_performance_ela", "sqii.academic_performance_math")
CULTURE = ("sqii.chronic_absence", "sqii.suspension_expulsion", "sqii.el_redesignation")


def at_level(indicator: str, level: int, group: str = "ALL", **values: object) -> Row:
    return row(indicator, group, status=str(level), value=50.0, **values)


def index_of(rows: list[Row]) -> tuple[float | None, dict[str, float | None]]:
    found = composed("core_sqii", rows)
    domains = {name: part(found, "domain", name)["points"] for name in ("academic", "social_emotional")}
    return part(found, "index", "index")["value"], domains


def test_three_metrics_that_share_40_points_give_40() -> None:
    """13.33 x 3 = 39.99 is what CORE had to correct; nothing is rounded before the end."""
    rows = [*(at_level(name, 10) for name in (*ACADEMIC, *CULTURE))]
    found = composed("core_sqii", rows)
    assert part(found, "index", "index")["value"] == 100.0
    assert part(found, "domain", "social_emotional")["points"] == 40.0
    assert [
        round(part(found, "metric", name)["weight"], 2) for name in ("chronic_absence", "suspension_expulsion")
    ] == [13.33, 13.33]


def test_points_are_weight_times_level_by_ten() -> None:
    """Academic 60: 30 at level 7 and 30 at level 4 = 33; culture 40/3 at 9, 6 and 3 = 24; together 57."""
    levels = dict(zip((*ACADEMIC, *CULTURE), (7, 4, 9, 6, 3), strict=True))
    assert index_of([at_level(name, level) for name, level in levels.items()]) == (
        57.0,
        {"academic": 33.0, "social_emotional": 24.0},
    )


def test_a_span_with_four_academic_metrics() -> None:
    """Performance, growth, readiness and graduation have 15 points each: ela and math halves of 7.5.

    7.5 x (.6 + .4 + 1.0 + .1) + 15 x (.8 + .5) = 15.75 + 19.5 = 35.25; with culture 40 x .5 = 20 that is 55.25, rounded 55.
    """
    rows = [at_level(ACADEMIC[0], 6), at_level(ACADEMIC[1], 4)]
    rows += [row("core.growth_ela", value=95.0), row("core.growth_math", value=7.0)]
    rows += [at_level("sqii.hs_readiness", 8), at_level("sqii.graduation", 5)]
    rows += [at_level(name, 5) for name in CULTURE]
    assert index_of(rows) == (55.0, {"academic": 35.25, "social_emotional": 20.0})


def test_half_goes_to_all_students_and_the_rest_to_four_groups() -> None:
    """50 at 8, 12.5 each at 6 (AA, the lowest), 4, 2 and 10: .5*.8 + .125*(.6+.4+.2+1) = .675 of 40 is 27."""
    name = "sqii.chronic_absence"  # less is better: of the races AA has the worst value
    rows = [
        row(name, status="8", value=10.0), row(name, "AA", status="6", value=20.0), row(name, "LX", status="7", value=15.0),
        row(name, "EL", status="4", value=30.0), row(name, "SWD", status="2", value=40.0), row(name, "SED", status="10", value=1.0),
    ]  # fmt: skip
    rows += [at_level(other, 1) for other in ACADEMIC]
    found = composed("core_sqii", rows)
    assert part(found, "domain", "social_emotional")["points"] == 27.0
    lowest = part(found, "share", "lowest_race", metric="chronic_absence")
    assert (lowest["student_group"], lowest["level"], lowest["weight"], lowest["points"]) == ("AA", 6.0, 5.0, 3.0)
    assert part(found, "index", "index")["value"] == 33.0  # 6 + 27


def test_the_lowest_group_respects_direction_n_and_ties() -> None:
    """Higher is better: the smallest value; below 20 students no group; equal values: more students, then listed first."""
    name = ACADEMIC[0]
    base = [row(name, status="5", value=50.0), at_level("sqii.chronic_absence", 5)]

    def lowest(*rows: Row) -> str:
        return part(composed("core_sqii", [*base, *rows]), "share", "lowest_race", metric="performance_ela")[
            "student_group"
        ]

    aa, wh = row(name, "AA", status="4", value=40.0), row(name, "WH", status="6", value=60.0)
    assert lowest(aa, wh) == "AA"
    assert lowest(row(name, "AA", status="4", value=40.0, n=19.0), wh) == "WH"
    assert lowest(row(name, "AA", status="4", value=40.0, n=20.0), wh) == "AA"
    assert lowest(aa, row(name, "WH", status="4", value=40.0, n=101.0)) == "WH"
    assert lowest(row(name, "WH", status="4", value=40.0), aa) == "AA"
    assert lowest(hidden(name, "AA"), wh) == "WH"  # hidden for fewer than 20: no part of it


def test_what_is_missing_gives_its_weight_to_the_others() -> None:
    """Without English learners culture's 40 go to two metrics; without any culture metric the academic domain has 100."""
    rows = [at_level(name, 10) for name in ACADEMIC]
    assert index_of([*rows, at_level(CULTURE[0], 5), at_level(CULTURE[1], 10)])[1] == {
        "academic": 60.0,
        "social_emotional": 30.0,
    }
    assert index_of(rows) == (100.0, {"academic": 100.0, "social_emotional": 0.0})


def test_a_metric_without_all_students_is_missing() -> None:
    rows = [at_level(ACADEMIC[0], 10), at_level(CULTURE[0], 10), at_level(CULTURE[1], 1, "EL"), hidden(CULTURE[2])]
    assert index_of(rows) == (100.0, {"academic": 60.0, "social_emotional": 40.0})


def test_no_result_at_all_is_no_index() -> None:
    assert index_of([hidden(ACADEMIC[0]), at_level(CULTURE[0], 3, "EL")])[0] is None


def test_what_is_hidden_otherwise_leaves_the_index_open() -> None:
    """A group too small does not count; one hidden to protect another would, and nobody outside knows its level."""
    rows = [at_level(name, 5) for name in (*ACADEMIC, *CULTURE)]
    assert index_of([*rows, hidden(ACADEMIC[0], "EL")])[0] == 50.0
    found = composed("core_sqii", [*rows, hidden(ACADEMIC[0], "EL", "complementary")])
    index = part(found, "index", "index")
    assert index["value"] is None
    assert index["undecided"] == "Academic performance, English language arts: the result of EL in 2023-24 is hidden"
    assert part(found, "domain", "academic")["points"] is None
    races = composed("core_sqii", [*rows, hidden(ACADEMIC[0], "AA", "complementary"), at_level(ACADEMIC[0], 2, "WH")])
    assert part(races, "index", "index")["value"] is None  # the hidden one could be the lowest


@pytest.mark.parametrize(("levels", "index"), [((1, 1), 10.0), ((10, 10), 100.0), ((7, 8), 74.0), ((8, 7), 76.0)])
def test_the_index_is_rounded_once_half_up(levels: tuple[int, int], index: float) -> None:
    assert index_of([at_level(ACADEMIC[0], levels[0]), at_level(CULTURE[0], levels[1])])[0] == index


def test_half_a_point_is_rounded_up_and_ends_are_capped() -> None:
    """Weights 50 and 50: levels 4 and 5 give 45; of 30 levels 1 and 2 give 5 exactly; 20 levels: 1 and 2 give 7.5, so 8."""
    (index,) = SQII.indexes
    even = [replace(domain, weight=Decimal(50)) for domain in index.domains]
    rows = [at_level(ACADEMIC[0], 1), at_level(CULTURE[0], 2)]
    for levels, expected in ((10, 15.0), (30, 5.0), (20, 8.0), (1000, 1.0)):
        spec = replace(SQII, indexes=(replace(index, domains=tuple(even), levels=levels),))
        assert part(composed(spec, rows), "index", "index")["value"] == expected


def test_no_index_where_the_framework_wants_every_metric() -> None:
    (index,) = SQII.indexes
    rows = [at_level(name, 5) for name in (*ACADEMIC, CULTURE[0])]
    strict = replace(SQII, indexes=(replace(index, missing_metric="no_index"),))
    assert part(composed(strict, rows), "index", "index")["value"] is None
    domains = replace(SQII, indexes=(replace(index, missing_domain="no_index"),))
    assert part(composed(domains, rows), "index", "index")["value"] == 50.0
    assert part(composed(domains, rows[:2]), "index", "index")["value"] is None


@pytest.mark.parametrize(
    ("percentile", "level"), [(0, 1), (7, 1), (9, 1), (10, 2), (57, 6), (88, 9), (89, 9), (90, 10), (100, 10)]
)
def test_ten_percentiles_are_a_level(percentile: int, level: int) -> None:
    """min(10, floor(p / 10) + 1); 07, 57 and 88 are CORE's own examples."""
    assert level == min(10, percentile // 10 + 1)
    assert banded(SQII.input("growth_ela").levels, float(percentile)) == str(level)


def test_levels_are_named_and_the_way_to_the_next_is_told() -> None:
    """53.4 percent is level 6 of equal bands: 60.0, 70.0 and 80.0 begin the next three."""
    rows = [
        row(ACADEMIC[0], status="6", value=53.4),
        row(CULTURE[0], status="3", value=71.2),
        row("core.growth_ela", value=88.0),
    ]
    found = composed("core_sqii", rows)
    ela = part(found, "metric", "performance_ela")
    assert (ela["level"], ela["band"]) == (6.0, "average")
    assert [ela[f"needed_{step}"] for step in (1, 2, 3)] == [6.6, 16.6, 26.6]
    absence = part(found, "metric", "chronic_absence")  # less is better: 69.9, 59.9 and 49.9 end the next three
    assert absence["band"] == "below_average"
    assert [absence[f"needed_{step}"] for step in (1, 2, 3)] == pytest.approx([-1.3, -11.3, -21.3])
    growth = part(found, "metric", "growth_ela")
    assert (growth["level"], growth["band"]) == (9.0, "above_average")
    assert [growth[f"needed_{step}"] for step in (1, 2, 3)] == [2.0, None, None]


def test_badness() -> None:
    assert badness(0.4, "toward:1") == pytest.approx(0.6)


def test_weights_of_the_shipped_index() -> None:
    (index,) = SQII.indexes
    assert [domain.weight for domain in index.domains] == [60, 40]
    assert sum(Fraction(share.weight) for share in index.shares) == 100
    assert index.dated.unverified


def test_an_indicator_may_know_a_group_by_another_code() -> None:
    """Latino students are LX in the index and HI in the growth indicators: one group, counted once and found in both."""
    rows = [at_level(ACADEMIC[0], 6), {**at_level(ACADEMIC[0], 2, "LX"), "value": 15.0}, at_level(ACADEMIC[0], 9, "AA")]
    rows += [
        row("core.growth_ela", value=95.0),
        row("core.growth_ela", "HI", value=7.0),
        row("core.growth_ela", "AA", value=80.0),
    ]
    rows += [at_level(name, 5) for name in CULTURE]
    found = composed("core_sqii", rows)
    shares = {name: part(found, "share", "lowest_race", metric=name) for name in ("performance_ela", "growth_ela")}
    assert {name: share["student_group"] for name, share in shares.items()} == dict.fromkeys(shares, "LX")
