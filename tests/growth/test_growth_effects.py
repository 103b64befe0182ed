"""Effects of schools, districts and student groups against the formulas written out in numpy."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metricspec.measures.growth import Growth, GrowthSpec, Prior, residual_stages
from metricspec.measures.growth.percentile import normal

from .rig import Duck, Engine, Fitted, fit, inputs
from .students import regression, students, with_peer

MODEL = GrowthSpec(
    "y", (Prior("a"), Prior("b")), cell=("grade",), covariates=("c",), peers=("a",), weight="w", by_cell=True
)
TERMS = ["x1", "x2", "x3", "peer"]


def rows() -> pd.DataFrame:
    """Twelve schools in four districts; in d3 one school only."""
    found = students(size=(4, 30))
    found = found[(found.district != "d3") | (found.school == "s03")].reset_index(drop=True)
    found["y"] += found.school.map({f"s{at:02d}": 15.0 * (at * 7 % 12) for at in range(12)})
    found["y"] += found.district.map({"d0": 0.0, "d1": 150.0, "d2": -90.0, "d3": 30.0})
    found.loc[::19, "x1"] = np.nan
    return found


@cache
def residuals(standardize: str = "sample") -> pd.DataFrame:
    """By lstsq in each cell; weights are 1 on average there, residuals in standard deviations."""
    known = with_peer(rows().dropna(subset="x1"), "x1", "peer", weight="w")
    parts = []
    for cell, own in known.groupby("cell_1"):
        b = regression(own, TERMS, weight="w")
        if standardize == "population":
            deviation = rows().y[rows().cell_1 == cell].std(ddof=0)
        else:
            deviation = np.sqrt(np.cov(own.y, aweights=own.w, ddof=0))
        unit = 1.0 if standardize == "none" else deviation
        left = (own.y - b[0] - own[TERMS].to_numpy() @ b[1:]) / unit
        parts.append(own.assign(r=left, w=own.w / own.w.mean()))
    return pd.concat(parts)


def by_org(left: pd.DataFrame, level: str) -> pd.DataFrame:
    """Mean, standard error, variance between orgs and shrinkage, by the formulas of the method."""
    found = []
    for org, own in left.groupby(level):
        m = np.average(own.r, weights=own.w)
        clusters = (own.w * (own.r - m)).groupby(own.school).sum()
        g = len(clusters)
        found.append(
            {
                "org": org, "n": len(own), "m": m, "w": own.w.sum(), "w2": (own.w**2).sum(), "g": g,
                "ss": (own.w * (own.r - m) ** 2).sum(),
                "clustered": np.sqrt((clusters**2).sum()) / own.w.sum() * (np.sqrt(g / (g - 1)) if g > 1 else np.nan),
            }
        )  # fmt: skip
    t = pd.DataFrame(found).set_index("org")
    j, n = len(t), t.w.sum()
    s2 = t.ss.sum() / (n - j)
    pooled = np.sqrt(s2 * t.w2) / t.w
    t["se"] = pooled if level == "school" else np.where(t.g > 1, t.clustered, pooled)
    if level == "school":
        mean = np.average(t.m, weights=t.w)
        msb = (t.w * (t.m - mean) ** 2).sum() / (j - 1)
        tau2 = max(0.0, (msb - s2) / ((n - (t.w**2).sum() / n) / (j - 1)))
    else:
        tau2 = max(0.0, t.m.var(ddof=1) - (t.se**2).mean())
    t["shrink"] = tau2 / (tau2 + t.se**2)
    return t.assign(eb=t.shrink * t.m, post=np.sqrt(tau2 * (1 - t.shrink)))


@cache
def found(**changes: str) -> Fitted:
    return fit(replace(MODEL, **changes), rows(), group=True)


def same(ours: pd.Series, theirs: pd.Series | np.ndarray) -> None:
    assert ours.to_numpy(float) == pytest.approx(np.asarray(theirs, float), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("group", ["ALL", "G"])
@pytest.mark.parametrize("category", [None, "05", "06"])
@pytest.mark.parametrize("level", ["school", "district"])
def test_effects(level: str, category: str | None, group: str) -> None:
    left = residuals()
    left = left if category is None else left[left.cell_1 == category]
    wanted = by_org(left if group == "ALL" else left[left.in_group == 1], level)

    def ours(statistic: str) -> pd.DataFrame:
        shown = found().rows(statistic, level, category is not None, group)
        return shown if category is None else shown.loc[category]

    mean = ours("mean_residual")
    assert list(mean.index) == list(wanted.index) and list(mean.n) == list(wanted.n)
    same(mean.value, wanted.m)
    same(mean.standard_error, wanted.se)
    same(mean.low, wanted.m - stats.norm.ppf(0.975) * wanted.se)
    same(mean.high, wanted.m + stats.norm.ppf(0.975) * wanted.se)
    bayes = ours("empirical_bayes")
    same(bayes.value, wanted.eb)
    same(bayes.standard_error, wanted.post)
    assert (wanted.shrink > 0.3).all()
    assert mean.notes.isna().all()


@pytest.mark.parametrize("level", ["school", "district"])
def test_percentiles_compare_with_schools(level: str) -> None:
    schools, orgs = by_org(residuals(), "school"), by_org(residuals(), level)
    spread = np.sqrt((schools.eb**2).mean())
    shown = found().rows(None, level)
    same(shown.value, 100 * stats.norm.cdf(orgs.eb / spread))
    same(shown.low, 100 * stats.norm.cdf((orgs.eb - stats.norm.ppf(0.975) * orgs.post) / spread))
    same(shown.high, 100 * stats.norm.cdf((orgs.eb + stats.norm.ppf(0.975) * orgs.post) / spread))
    same(found().rows("index_level", level).value, np.minimum(10, np.floor(np.floor(shown.value + 0.5) / 10) + 1))


@pytest.mark.parametrize("level", ["school", "district"])
def test_ranks(level: str) -> None:
    schools, orgs = by_org(residuals(), "school"), by_org(residuals(), level)
    wanted = [stats.percentileofscore(schools.eb.round(12), round(one, 12), kind="mean") for one in orgs.eb]
    shown = found(percentile="rank").rows(None, level)
    same(shown.value, wanted)
    assert shown.low.isna().all()


@pytest.mark.parametrize("standardize", ["none", "population"])
def test_units(standardize: str) -> None:
    wanted = by_org(residuals(standardize), "school")
    same(found(standardize=standardize).rows("mean_residual").value, wanted.m)
    same(found(standardize=standardize).rows("mean_residual").standard_error, wanted.se)


def test_without_shrinkage_the_percentile_is_of_the_mean_residual() -> None:
    wanted = by_org(residuals(), "school")
    shown = found(shrinkage="none")
    spread = np.sqrt((wanted.m**2).mean())
    same(shown.rows().value, 100 * stats.norm.cdf(wanted.m / spread))
    same(shown.rows().low, 100 * stats.norm.cdf((wanted.m - stats.norm.ppf(0.975) * wanted.se) / spread))
    assert "empirical_bayes" not in set(shown.tally.statistic)


def test_coverage_counts_scores() -> None:
    shown = found().rows("coverage", "district")
    known = rows().x1.notna().groupby(rows().district)
    assert list(shown.numerator) == list(known.sum()) and list(shown.denominator) == list(known.size())
    same(shown.value, known.mean())


def test_every_statistic_has_a_row_and_the_reported_one_stands_alone() -> None:
    for report in ("percentile", "mean_residual", "empirical_bayes", "index_level"):
        spec = replace(MODEL, report=report)
        names = {one.name for one in Growth().statistics(spec)}
        assert names == {"percentile", "mean_residual", "empirical_bayes", "index_level", "coverage"} - {report}
        shown = fit(spec, rows()).tally
        assert set(shown.statistic.dropna()) == names
        assert not shown.duplicated(["school_year", "org_level", "org_id", "category", "statistic"]).any()
        whole = found().rows(report) if report != "percentile" else found().rows()
        ours = shown[shown.statistic.isna() & shown.category.isna() & (shown.org_level == "school")]
        same(ours.set_index("org_id").sort_index().value, whole.value)


def test_fewer_than_three_orgs_are_not_shrunken() -> None:
    two = rows().query("district in ('d0', 'd1')")
    shown = fit(MODEL, two)
    district = shown.rows(None, "district")
    assert shown.rows("empirical_bayes", "district").value.isna().all()
    assert district.value.between(0, 100).all()
    assert set(district.notes) == {"not shrunken: the variance between orgs needs 3 of them, and more scores than orgs"}


def test_schools_alike_are_all_in_the_middle() -> None:
    """Every school has the same residuals: the variance between them is estimated as nothing."""
    rng = np.random.default_rng(5)
    left = np.tile(rng.normal(size=20), 6)
    x1 = np.tile(rng.normal(size=20), 6)
    alike = pd.DataFrame({"y": x1 + left, "x1": x1, "school": np.repeat([f"s{at}" for at in range(6)], 20)})
    shown = fit(GrowthSpec("y", (Prior("a"),)), alike)
    assert list(shown.rows().value) == [50] * 6 and shown.rows().low.isna().all()
    assert list(shown.rows("index_level").value) == [6] * 6
    assert set(shown.rows().notes) == {"no differences beyond chance at this level"}


def test_scores_that_count_at_no_school_are_fitted_and_count_elsewhere(engine: Engine) -> None:
    """As those of charter schools in some indicators; the school they go to still tells who their peers are."""
    given = rows()
    given["at_school"] = given.school.where(given.district != "d1", None)
    given["at_district"] = given.district.where(given.index % 7 > 0, None)
    shown = fit(MODEL, given, engine, group=True)
    assert shown.slopes() == pytest.approx(found().slopes(), rel=1e-9)
    left = residuals()
    schools = by_org(left[left.district != "d1"], "school")
    same(shown.rows("mean_residual").value, schools.m)
    same(shown.rows("empirical_bayes").value, schools.eb)
    districts = by_org(left[left.index % 7 > 0], "district")
    same(shown.rows("mean_residual", "district").value, districts.m)
    same(shown.rows("mean_residual", "district").standard_error, districts.se)
    counted = given[given.at_district.notna()].groupby("district").size()
    assert list(shown.rows("coverage", "district").denominator) == list(counted)
    assert list(shown.rows("coverage", "district").n) == list(shown.rows("mean_residual", "district").n)


def test_residuals_of_scores() -> None:
    """For measures that build on the same regression: a row for each fitted score, in units of the outcome."""
    spec = replace(MODEL, cell_minimum=100)
    given = rows()
    given = given[(given.cell_1 == "05") | (given.index % 3 == 0)].reset_index(drop=True)
    source, made = inputs([v.name for v in Growth().variables(spec)], group=True)
    stages = [source, *residual_stages(spec, made)]
    left = Duck().run(given, stages, [stages[-1].name], "script")["g_residuals"]
    assert stages[-1].name == "g_residuals"
    assert set(left.columns) == {*made.carried, "student", "cell_1", "w", "residual"}
    known = with_peer(given.query("cell_1 == '05'").dropna(subset="x1"), "x1", "peer", weight="w")
    b = regression(known, TERMS, weight="w")
    wanted = pd.Series((known.y - b[0] - known[TERMS].to_numpy() @ b[1:]).to_numpy(), [f"s{at}" for at in known.index])
    ours = left.set_index("student")
    assert set(ours.index) == set(wanted.index) and set(ours.cell_1) == {"05"}
    assert ours.residual[wanted.index].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-8)
    assert ours.w.mean() == pytest.approx(1)


def test_the_normal_distribution_in_sql() -> None:
    z = np.concatenate([np.linspace(-40, 40, 4001), [0.0, 7.0710678, -7.0710679, 1e-300, -37.5, 37.5]])
    with duckdb.connect() as connection:
        connection.register("frame", pd.DataFrame({"z": z}))
        ours = connection.execute(f"SELECT {normal('z')} AS p FROM frame").df().p
    assert np.abs(ours - stats.norm.cdf(z)).max() < 1e-12
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {normal('CAST(NULL AS DOUBLE)')}").fetchall() == [(None,)]
