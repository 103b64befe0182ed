"""The frameworks over the made-up network by SQL written by hand: every school's index, and who is low performing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

import metricspec
from metricspec.running.frameworks import FrameworkRun, run_framework

# Levels and weights as the index has them, without fractions: a metric is worth its share of the domain over the metrics
# that have all students, each share of it over the shares that have a level.
INDEX = """
    WITH metrics(indicator, domain, weight) AS (VALUES
        ('sqii.academic_performance_ela', 60, 0.5e0), ('sqii.academic_performance_math', 60, 0.5e0),
        ('core.growth_ela', 60, 0.5e0), ('core.growth_math', 60, 0.5e0),
        ('sqii.hs_readiness', 60, 1e0), ('sqii.graduation', 60, 1e0),
        ('sqii.chronic_absence', 40, 1e0), ('sqii.suspension_expulsion', 40, 1e0), ('sqii.el_redesignation', 40, 1e0)
    ), cells AS (
        SELECT org_id, school_year, domain, weight, indicator, student_group AS g, n, value,
            CASE WHEN indicator LIKE 'core.growth%' THEN least(10, floor(value / 10) + 1) ELSE CAST(status AS INTEGER) END AS level
        FROM result JOIN metrics USING (indicator)
        WHERE org_level = 'school' AND suppressed IS NULL AND statistic IS NULL AND category IS NULL AND n >= 20
    ), races AS (
        SELECT *, row_number() OVER (PARTITION BY org_id, school_year, indicator ORDER BY
            CASE WHEN indicator IN ('sqii.chronic_absence', 'sqii.suspension_expulsion') THEN -value ELSE value END,
            n DESC, list_position(['AA', 'AI', 'AS', 'FI', 'LX', 'HI', 'PI', 'WH', 'TWO', 'MR'], g)) AS place
        FROM cells WHERE g IN ('AA', 'AI', 'AS', 'FI', 'LX', 'HI', 'PI', 'WH', 'TWO', 'MR')
    ), shares AS (
        SELECT *, CASE WHEN g = 'ALL' THEN 4e0 ELSE 1e0 END AS share FROM cells WHERE g IN ('ALL', 'EL', 'SWD', 'SED')
        UNION ALL SELECT * EXCLUDE (place), 1e0 FROM races WHERE place = 1
    ), scores AS (
        SELECT org_id, school_year, domain, indicator, weight, sum(share * level) / sum(share) / 10 AS score
        FROM shares GROUP BY ALL HAVING count(*) FILTER (g = 'ALL') = 1
    ), domains AS (
        SELECT org_id, school_year, domain, sum(weight * score) / sum(weight) AS score FROM scores GROUP BY ALL
    )
    SELECT org_id, school_year, 100 * sum(domain * score) / sum(domain) AS points FROM domains GROUP BY ALL
"""
LOW = """
    WITH colours AS (
        SELECT org_id, school_year, count(rating) AS rated, count(*) FILTER (rating = 'Red') AS red,
            count(*) FILTER (rating IN ('Red', 'Orange')) AS warm
        FROM result WHERE org_level = 'school' AND school_year >= '2022-23' AND statistic IS NULL AND category IS NULL
            AND student_group = CASE WHEN indicator = 'ca.elpi' THEN 'EL' ELSE 'ALL' END
        GROUP BY ALL
    )
    SELECT org_id, school_year, rated >= 2 AND red = rated OR rated >= 3 AND red = rated - 1
        OR rated >= 5 AND 2 * red > rated OR rated >= 2 AND warm = rated AS low
    FROM colours JOIN read_parquet(?) AS p USING (org_id, school_year) WHERE p.title_i
"""
POOLED = """
    SELECT a.org_id, a.school_year, sum(b.numerator) / sum(b.denominator) < 0.68 AS low
    FROM result AS a JOIN result AS b
        ON b.org_id = a.org_id AND b.org_level = a.org_level AND b.student_group = 'ALL' AND b.indicator = a.indicator
        AND CAST(left(b.school_year, 4) AS INT) BETWEEN CAST(left(a.school_year, 4) AS INT) - 2 AND CAST(left(a.school_year, 4) AS INT)
    WHERE a.indicator = 'ca.graduation_rate' AND a.org_level = 'school' AND a.student_group = 'ALL' AND a.school_year >= '2023-24'
    GROUP BY ALL HAVING count(b.numerator) = count(*) AND count(*) = 3
"""


def run(network: Path, name: str) -> FrameworkRun:
    project = metricspec.load(network)
    return run_framework(project, project.framework_spec(name))


@pytest.fixture(scope="module")
def essa(network: Path) -> FrameworkRun:
    return run(network, "essa")


def test_every_index(network: Path) -> None:
    done = run(network, "core_sqii")
    with duckdb.connect() as database:
        database.register("result", done.run.result)
        rows = database.execute(INDEX).fetchall()
    frame = done.frame
    index = frame[(frame["part"] == "index") & frame["value"].notna()]
    ours = {(r["org_id"], r["school_year"]): r["value"] for r in index.to_dict("records")}
    domains = frame[frame["part"] == "domain"].groupby(["org_id", "school_year"])["points"].sum().to_dict()
    missing = set(frame.loc[(frame["part"] == "index") & frame["undecided"].notna(), "school_year"])
    theirs = {(org, year): points for org, year, points in rows if year not in missing}
    assert len(theirs) > 15 and ours.keys() == theirs.keys()
    for key, points in theirs.items():
        assert domains[key] == pytest.approx(points, abs=1e-9)
        assert abs(ours[key] - points) <= 0.5 + 1e-9
    # of high school readiness the network has courses in some years only, and then no index can be said
    reasons = set(frame.loc[(frame["part"] == "index") & frame["undecided"].notna(), "undecided"])
    assert reasons == {f"High school readiness: there are no results for {year}" for year in missing}


def decisions(done: FrameworkRun, name: str) -> dict[tuple[str, str], bool | None]:
    rows = done.frame[done.frame["name"] == name].to_dict("records")
    return {(r["org_id"], r["school_year"]): None if pd.isna(r["holds"]) else bool(r["holds"]) for r in rows}


def test_every_low_performing_school(network: Path, essa: FrameworkRun) -> None:
    """In the years with colours; in 2021-22 statuses stand for them."""
    with duckdb.connect() as database:
        database.register("result", essa.run.result)
        rows = database.execute(LOW, [str(network / "data" / "org_program.parquet")]).fetchall()
    ours = {key: holds for key, holds in decisions(essa, "csi_low_performing").items() if key[1] >= "2022-23"}
    assert ours == {(org, year): low for org, year, low in rows}


def test_every_low_graduation_rate(essa: FrameworkRun) -> None:
    """Where all three years are shown; one hidden year is enough not to say."""
    with duckdb.connect() as database:
        database.register("result", essa.run.result)
        rows = database.execute(POOLED).fetchall()
    ours = decisions(essa, "csi_low_graduation")
    assert rows
    for org, year, low in rows:
        assert ours[org, year] is low


@pytest.mark.parametrize(
    ("indicator", "metric"),
    [("sqii.lowest_race_chronic_absence", "chronic_absence")],
)
def test_the_lowest_group_is_the_one_that_the_measure_type_finds(network: Path, indicator: str, metric: str) -> None:
    """`lowest_group` chooses in SQL, before hiding; the index out of released rows."""
    theirs = metricspec.load(network).run(indicator)
    theirs = theirs[(theirs["org_level"] == "school") & theirs["suppressed"].isna() & theirs["statistic"].isna()]
    frame = run(network, "core_sqii").frame
    ours = frame[(frame["metric"] == metric) & (frame["name"] == "lowest_race") & frame["level"].notna()]
    keys = ["org_id", "school_year"]
    expected = theirs.set_index(keys)["category"].to_dict()
    assert len(expected) > 20
    assert ours.set_index(keys)["student_group"].to_dict() == expected
