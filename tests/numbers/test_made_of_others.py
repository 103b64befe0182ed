"""Indicators made of others by a second route: SQL by hand over what SQL by hand counted, and schools held against schools
by leaving each out in turn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, t

from metricspec.running.binding import absolute
from metricspec.running.project import Project
from metricspec.warehouses.duckdb import DuckDB

QUERIES = Path(__file__).parent / "sql"
MADE = sorted(path.stem for path in (QUERIES / "made").glob("*.sql"))
PARTS = (
    "ca.ela_dfs", "ca.math_dfs", "ca.suspension_rate", "sqii.chronic_absence", "sqii.academic_performance_ela", "sqii.academic_performance_math",
)  # fmt: skip
GIVEN = ["share_economically_disadvantaged", "share_english_learner", "share_disability", "share_homeless"]
KEYS = ["org_level", "org_id", "school_year", "student_group", "category"]
LEAST = 8  # schools in one comparison
NUMBERS = ["numerator", "denominator", "n", "value", "standard_error", "low", "high"]


@pytest.fixture(scope="module")
def parts(files: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The network's files, and what was counted of them by hand as tables."""
    for name in PARTS:
        sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        files.execute(f'CREATE TABLE IF NOT EXISTS "{name}" AS {sql}')
    return files


def by_key(frame: pd.DataFrame) -> dict[tuple[str, ...], dict[str, object]]:
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    found = {tuple(str(row.get(key)) for key in KEYS): row for row in rows}
    assert len(found) == len(frame)
    return found


@pytest.mark.parametrize("indicator", MADE)
def test_the_tally_is_that_of_sql_by_hand(indicator: str, tally: Callable, parts: duckdb.DuckDBPyConnection) -> None:
    theirs = by_key(parts.execute((QUERIES / "made" / f"{indicator}.sql").read_text(encoding="utf-8")).df())
    frame = tally(indicator)
    ours = by_key(frame[frame["indicator"] == indicator])
    assert set(ours) == set(theirs)
    compared = 0
    for key, row in theirs.items():
        for name, value in row.items():
            if name in NUMBERS:
                got = ours[key][name]
                same = got is value if None in (got, value) else math.isclose(got, value, rel_tol=1e-7, abs_tol=1e-9)
                assert same, (key, name, got, value)
                compared += value is not None
            elif name == "notes":
                assert ours[key][name] == value, key
    assert compared > 200


def test_the_network_has_every_kind_of_row(tally: Callable) -> None:
    """Agreement says nothing about rules that the data never meet."""
    frame = tally("suspension_disparity")
    found = frame[frame["indicator"] == "suspension_disparity"]
    assert found["value"].notna().sum() > 5 and found["notes"].nunique() == 4
    gaps = tally("academic_gap_ela")
    gaps = gaps[gaps["indicator"] == "academic_gap_ela"]
    assert gaps["low"].notna().sum() > 100 and gaps["notes"].notna().sum() > 10
    lowest = tally("sqii.lowest_race_chronic_absence")
    assert lowest.loc[lowest["indicator"] == "sqii.lowest_race_chronic_absence", "category"].nunique() > 2


def schools(files: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Each school's shares of all students, by hand."""
    frame = files.execute("SELECT org_id, school_year, org_type FROM org WHERE org_level = 'school'").df()
    for name in GIVEN:
        sql = (QUERIES / "made" / f"{name}.sql").read_text(encoding="utf-8")
        part = files.execute(
            f"SELECT org_id, school_year, 100 * value AS {name}, n AS n_{name} FROM ({sql}) WHERE org_level = 'school'"
        )
        frame = frame.merge(part.df(), on=["org_id", "school_year"])
    return frame


@pytest.fixture(scope="module")
def smaller(project: Project, network: Path) -> Callable[[str], pd.DataFrame]:
    """The Tally of a shipped indicator of schools among few, as the network has: the same spec over all types of school together."""

    def of(name: str) -> pd.DataFrame:
        indicator = project.catalog.indicators[name]
        every = replace(indicator.measure.likeness, by_type=False)
        few = replace(indicator, measure=replace(indicator.measure, likeness=every, least_orgs=LEAST))
        catalog = replace(project.catalog, indicators={**project.catalog.indicators, name: few})
        compiler = replace(project, catalog=catalog).compiler("duckdb", absolute(project.binding, project.folder))
        with DuckDB() as engine:
            for stage in compiler.plan([name]).stages:
                engine.make(stage, compiler.renderer)
                if stage.name == "tally":
                    break
            return engine.frame(f"SELECT * FROM tally WHERE indicator = '{name}'", "the tally")

    return of


@pytest.mark.parametrize(
    ("indicator", "judged_by"),
    [
        ("core.outlier_schools", "pct_met_or_exceeded_ela"),
        ("core.outlier_schools_self_management", "core.sel_pct_favorable_self_management"),
    ],
)
def test_outliers_are_those_of_leaving_each_school_out(
    indicator: str,
    judged_by: str,
    smaller: Callable[[str], pd.DataFrame],
    tally: Callable[[str], pd.DataFrame],
    parts: duckdb.DuckDBPyConnection,
) -> None:
    """Each school's expectation from a regression over all the others."""
    met = tally(judged_by)
    met = met[(met["org_level"] == "school") & met["statistic"].isna() & met["category"].isna() & (met["n"] > 0)]
    met = met[["org_id", "school_year", "student_group", "n"]].assign(value=100 * met["value"])
    frame = met.merge(schools(parts), on=["org_id", "school_year"])
    frame["few"] = frame[["n", *(f"n_{name}" for name in GIVEN)]].min(axis=1)
    frame = frame[frame["few"] >= 20]
    ours = smaller(indicator)
    rows = {key: one.set_index("statistic") for key, one in ours.groupby(["school_year", "student_group", "org_id"])}
    compared = 0
    for (year, group), family in frame.groupby(["school_year", "student_group"]):
        theirs = left_out(family) if len(family) >= LEAST else []
        adjusted = false_discovery_control([one["p_value"] for one in theirs]) if theirs else []
        for one, q in zip(theirs, adjusted, strict=True):
            told = rows[year, group, one["org_id"]]
            own = told[told.index.isna()].iloc[0]
            for name in ("value", "standard_error", "low", "high"):
                assert math.isclose(100 * own[name], one[name], rel_tol=1e-8, abs_tol=1e-8), (one, name)
            for name in ("expected", "p_value"):
                assert math.isclose(told.loc[name, "value"], one[name], rel_tol=1e-6), (one, name)
            assert math.isclose(told.loc["adjusted_p_value", "value"], q, rel_tol=1e-6)
            assert own["n"] == one["few"]
            side = "higher than expected" if one["value"] > 0 else "lower than expected"
            assert own["category"] == (side if q <= 0.05 else "as expected")
            compared += 1
    own = ours[ours["statistic"].isna()]
    assert compared == own["value"].notna().sum() > 10
    assert set(own.loc[own["value"].isna(), "notes"].dropna()) <= {f"fewer than {LEAST} schools to compare"}


def test_similar_schools_are_the_nearest(
    smaller: Callable[[str], pd.DataFrame], parts: duckdb.DuckDBPyConnection
) -> None:
    frame = schools(parts)
    frame["few"] = frame[[f"n_{name}" for name in GIVEN]].min(axis=1)
    frame = frame[frame["few"] >= 11].sort_values("org_id")
    ours = smaller("core.similar_schools")
    found = {
        (r.school_year, r.org_id, r.category): (r.value, r.n) for r in ours.itertuples() if isinstance(r.category, str)
    }
    compared = 0
    for year, pool in frame.groupby("school_year"):
        x = pool[GIVEN].to_numpy(float)
        z = (x - x.mean(axis=0)) / x.std(axis=0)
        for at, org in enumerate(pool["org_id"]):
            distance = np.sqrt(((z - z[at]) ** 2).mean(axis=1))
            near = [i for i in np.argsort(distance, kind="stable") if i != at][:5]
            for i in near:
                value, n = found.pop((year, org, pool["org_id"].iloc[i]))
                assert math.isclose(value, distance[i], abs_tol=1e-9)
                assert n == min(pool["few"].iloc[at], pool["few"].iloc[i])
                compared += 1
    assert found == {} and compared > 100


def left_out(pool: pd.DataFrame) -> list[dict[str, object]]:
    """Of each school what the regression over the others says, and the interval of one more school."""
    found = []
    for at in range(len(pool)):
        one, rest = pool.iloc[at], pool.drop(pool.index[at])
        x = np.column_stack([np.ones(len(rest)), rest[GIVEN].to_numpy(float)])
        b, *_ = np.linalg.lstsq(x, rest["value"].to_numpy(float), rcond=None)
        new = np.array([1.0, *one[GIVEN].to_numpy(float)])
        free = len(rest) - x.shape[1]
        s2 = ((rest["value"] - x @ b) ** 2).sum() / free
        error = math.sqrt(s2 * (1 + new @ np.linalg.pinv(x.T @ x) @ new))
        difference = one["value"] - new @ b
        reach = t.ppf(0.975, free) * error
        found.append(
            {"org_id": one["org_id"], "value": difference, "standard_error": error, "low": difference - reach,
             "high": difference + reach, "expected": new @ b, "p_value": 2 * t.sf(abs(difference / error), free),
             "few": one["few"]}
        )  # fmt: skip
    return found


def test_no_gap_is_shown_that_tells_of_few_students(results: Callable, parts: duckdb.DuckDBPyConnection) -> None:
    """Group, gap and all students together tell the value of those outside the group: they are eleven or more."""
    counted = parts.execute(
        """SELECT g.org_id, g.school_year, g.student_group, g.n, a.n - g.n AS others FROM "ca.ela_dfs" AS g
        JOIN "ca.ela_dfs" AS a USING (org_level, org_id, school_year) WHERE a.student_group = 'ALL'"""
    ).df()
    shown = results("academic_gap_ela").merge(counted, on=["org_id", "school_year", "student_group"])
    hidden = shown[shown["suppressed"] == "primary"]
    shown = shown[shown["suppressed"].isna()]
    assert len(shown) > 100 and (shown[["n_y", "others"]].min(axis=1) >= 11).all()
    assert ((hidden["n_y"] >= 11) & (hidden["others"] < 11)).any()  # hidden for those outside alone
    numbers = ["n_x", "value", "standard_error", "low", "high", "change", "notes"]
    assert hidden[numbers].isna().all(axis=None)


def test_a_hidden_school_is_nobody_s_neighbor(results: Callable, parts: duckdb.DuckDBPyConnection) -> None:
    frame = schools(parts)
    small = set(frame.loc[frame[[f"n_{name}" for name in GIVEN]].min(axis=1) < 11, "org_id"])
    large = set(frame.loc[frame[[f"n_{name}" for name in GIVEN]].min(axis=1) >= 11, "org_id"])
    found = results("core.similar_schools")
    assert small and not set(found["category"].dropna()) & (small - large)
    assert found.loc[found["suppressed"].notna(), ["category", "n", "value"]].isna().all(axis=None)
