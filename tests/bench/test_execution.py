"""What running costs, as ratios to hand-written SQL and to running one by one, interleaved in one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import pytest

import metricspec
from metricspec.sql.stage import Plan
from metricspec.warehouses.duckdb import DuckDB
from tests.bench.conftest import FLAGS, ROWS, seconds

pytestmark = pytest.mark.bench
GROUPS = {
    "ALL": "true",
    **{race: f"race_ethnicity = '{race}'" for race in ("AA", "AI", "AS", "FI", "HI", "PI", "WH")},
    "MR": "race_ethnicity = 'MR' OR race_ethnicity IS NULL",
    **dict(zip(("EL", "LTEL", "SED", "SWD", "FOS", "HOM"), FLAGS, strict=True)),
}
# rate_0 by hand: the memberships of the signature summed at the school first, then added up the tree.
POPULATION = "grade IN ('TK','KN','01','02','03','04','05','06','07') AND days_expected >= 10"
SIGNATURE = f"""sig AS MATERIALIZED (SELECT school_id, school_year, race_ethnicity, {", ".join(FLAGS)}, COUNT(*) AS d,
    COUNT(CASE WHEN 5 * days_absent >= days_expected THEN 1 END) AS n FROM student_year WHERE {POPULATION} GROUP BY ALL)"""
TREE = """(SELECT s.org_id AS school_id, s.school_year, s.parent_id AS district, d.parent_id AS network
    FROM org s JOIN org d ON d.org_id = s.parent_id AND d.school_year = s.school_year WHERE s.org_level = 'school')"""
# what the Tally holds of a rate: counts, value, standard error and Wilson's interval
Z = "1.959963984540054"
FIGURES = f"""SELECT *, n / d AS value, sqrt((n / d) * (1 - n / d) / d) AS standard_error,
    ((n / d) + {Z} * {Z} / (2 * d) - {Z} * sqrt(((n / d) * (1 - n / d) + {Z} * {Z} / (4 * d)) / d)) / (1 + {Z} * {Z} / d) AS low,
    ((n / d) + {Z} * {Z} / (2 * d) + {Z} * sqrt(((n / d) * (1 - n / d) + {Z} * {Z} / (4 * d)) / d)) / (1 + {Z} * {Z} / d) AS high
    FROM"""
LEVELS = (
    FIGURES
    + """ (SELECT org_level, org_id, school_year, grp, SUM(d) AS d, SUM(n) AS n FROM (
    SELECT 'school' AS org_level, school_id AS org_id, school_year, grp, d, n FROM placed
    UNION ALL SELECT 'district', district, school_year, grp, d, n FROM placed
    UNION ALL SELECT 'network', network, school_year, grp, d, n FROM placed) GROUP BY ALL)"""
)
LTEL = {"LTEL": " AND school_year >= '2023-24'"}


def _each_group(source: str) -> str:
    return " UNION ALL ".join(
        f"SELECT school_id, school_year, '{g}' AS grp, d, n FROM {source} WHERE ({p}){LTEL.get(g, '')}"
        for g, p in GROUPS.items()
    )


HAND = {
    "signature, then groups, then levels": f"""WITH {SIGNATURE}, g AS MATERIALIZED (
        SELECT school_id, school_year, grp, SUM(d) AS d, SUM(n) AS n FROM ({_each_group("sig")}) GROUP BY ALL),
        placed AS MATERIALIZED (SELECT g.*, t.district, t.network FROM g JOIN {TREE} t USING (school_id, school_year))
        {LEVELS}""",
    "conditional sums, then levels": f"""WITH w AS MATERIALIZED (SELECT school_id, school_year,
        {", ".join(f"COUNT(CASE WHEN {p} THEN 1 END) AS d_{g}, COUNT(CASE WHEN ({p}) AND 5 * days_absent >= days_expected THEN 1 END) AS n_{g}" for g, p in GROUPS.items())}
        FROM student_year WHERE {POPULATION} GROUP BY ALL), g AS MATERIALIZED (
        {" UNION ALL ".join(f"SELECT school_id, school_year, '{g}' AS grp, d_{g} AS d, n_{g} AS n FROM w WHERE d_{g} > 0 {LTEL.get(g, '')}" for g in GROUPS)}),
        placed AS MATERIALIZED (SELECT g.*, t.district, t.network FROM g JOIN {TREE} t USING (school_id, school_year))
        {LEVELS}""",
}


# the columns that the queries by hand give too
FIGURES_KEPT = """indicator, org_level, org_id, school_year, student_group, denominator, numerator, value,
    standard_error, low, high"""


def _tally(project: metricspec.Project, ids: Sequence[str], warehouse: DuckDB) -> None:
    """Everything up to the Tally into a temporary table `kept`, as a run does: one statement for one, else a script."""
    compiler = project.compiler()
    stages = compiler.plan(ids).stages
    wanted = Plan(stages[: [stage.name for stage in stages].index("tally") + 1])
    if len(ids) == 1:
        body = f"({compiler.renderer.statement(wanted)}) AS t"
    else:
        for stage in wanted.stages:
            sql = compiler.renderer.creation(stage).replace("CREATE TEMPORARY", "CREATE OR REPLACE TEMPORARY")
            warehouse.execute(sql, stage.name)
        body = "tally"
    warehouse.execute(f"CREATE OR REPLACE TEMPORARY TABLE kept AS SELECT {FIGURES_KEPT} FROM {body}", "tally")


def test_one_rate_beside_hand_written_sql(database: Path, bench_project: Path, say: Callable[[str], None]) -> None:
    project = metricspec.load(bench_project)
    times: dict[str, list[float]] = {name: [] for name in (*HAND, "compiled")}
    with DuckDB(str(database), threads=2) as warehouse:
        for _ in range(5):
            for name, sql in HAND.items():
                times[name].append(
                    seconds(
                        lambda sql=sql: warehouse.execute(f"CREATE OR REPLACE TEMPORARY TABLE hand AS {sql}", "hand")
                    )
                )
            times["compiled"].append(seconds(lambda: _tally(project, ["bench.rate_0"], warehouse)))
        (hand,) = warehouse.rows("SELECT COUNT(*), SUM(d), SUM(n) FROM hand")
        (ours,) = warehouse.rows("SELECT COUNT(*), SUM(denominator), SUM(numerator) FROM kept")
    assert tuple(map(int, ours)) == tuple(map(int, hand))
    best = min(median(times[name]) for name in HAND)
    figures = ", ".join(f"{name} {median(t):.3f} s" for name, t in times.items())
    say(
        f"one rate, {ROWS:,} student-years: {figures}; compiled / best by hand = {median(times['compiled']) / best:.2f}"
    )


@pytest.mark.parametrize("kind", ["rate", "stint"])
def test_twenty_rates_in_one_run(database: Path, bench_project: Path, say: Callable[[str], None], kind: str) -> None:
    project = metricspec.load(bench_project)
    ids = [f"bench.{kind}_{at}" for at in range(20)]
    with DuckDB(str(database), threads=2) as warehouse:
        alone = sum(seconds(lambda one=one: _tally(project, [one], warehouse)) for one in ids)
        (last,) = warehouse.rows("SELECT SUM(numerator), SUM(denominator) FROM kept")
        together = seconds(lambda: _tally(project, ids, warehouse))
        (same,) = warehouse.rows(f"SELECT SUM(numerator), SUM(denominator) FROM kept WHERE indicator = '{ids[-1]}'")
    assert last == same
    shape = "one row per student-year" if kind == "rate" else "rows to be combined"
    say(
        f"20 rates, 15 groups, 3 org levels, {shape}: together {together:.2f} s, one by one {alone:.2f} s, ratio {together / alone:.2f}"
    )


def test_a_hundred_indicators_plan(bench_project: Path, say: Callable[[str], None]) -> None:
    project = metricspec.load(bench_project)
    ids = [f"bench.rate_{at}" for at in range(100)]
    compiler = project.compiler()
    script: list[str] = []
    took = seconds(lambda: script.append(compiler.renderer.script(compiler.plan(ids))))
    assert script[0].count("CREATE TEMPORARY") > 10
    say(f"100 indicators planned and rendered as one script in {took:.2f} s")
