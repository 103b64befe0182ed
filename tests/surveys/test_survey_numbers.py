"""Every number of a survey scale by a second route: pandas and scipy over the same answers, never the SQL."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from .person import expected_theta
from .rig import ITEMS, PARAMETERS, SPECS, answers, tally


@cache
def ours(name: str) -> pd.DataFrame:
    return tally(SPECS[name], answers())


@cache
def people() -> pd.DataFrame:
    """One row for each person: answers as scored, NaN where there is none; at the school with more of them."""
    rows = answers()
    rows = rows[rows["item"].isin(ITEMS)].copy()
    rows["outside"] = ((rows.response < 1) | (rows.response > 5)).astype(int)
    x = rows.response.where(rows.outside == 0)
    rows["x"] = x.where(rows["item"] != "i2", 6 - x)
    keys = ["student", "school", "district", "in_group", "floor_0"]
    wide = rows.pivot(index=keys, columns="item", values="x").reset_index()
    wide["outside"] = wide.set_index(["student", "school"]).index.map(rows.groupby(["student", "school"]).outside.sum())
    wide["answered"] = wide[list(ITEMS)].notna().sum(axis=1)
    wide = wide.sort_values(["answered", "school"], ascending=[False, True])
    assert wide.student.duplicated().sum() == 1
    return wide.drop_duplicates("student")


def orgs() -> list[tuple[str, str, str, pd.DataFrame]]:
    found = []
    for level in ("school", "district"):
        for org, rows in people().groupby(level):
            found += [(level, org, "ALL", rows), (level, org, "G", rows[rows.in_group == 1])]
    return [one for one in found if len(one[3])]


def row(name: str, level: str, org: str, group: str, statistic: str | None, category: str | None = None) -> pd.Series:
    t = ours(name)
    t = t[(t.org_level == level) & (t.org_id == org) & (t.student_group == group)]
    t = t[t.statistic.isna() if statistic is None else t.statistic == statistic]
    t = t[t.category.isna() if category is None else t.category == category]
    assert len(t) == 1
    return t.iloc[0]


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-11, nan_ok=True)


def reached(rows: pd.DataFrame, counted: int) -> bool:
    asked = np.where(rows.floor_0 == 1, 60, 20).mean()
    return counted / len(rows) * 100 >= asked - 1e-9


def theta(answered: pd.Series) -> float:
    return expected_theta(PARAMETERS, [None if np.isnan(x) else int(x) - 1 for x in answered])


def scores(name: str, rows: pd.DataFrame, items: tuple[str, ...] = ITEMS) -> pd.Series:
    """People's scores, of those who count."""
    x = rows[list(items)]
    least = {"mean": 2, "total": 3, "pooled": len(items) / 2, "people": 4, "credit": 1}[name]
    x = x[x.notna().sum(axis=1) >= least]
    if name == "mean":
        return x.mean(axis=1)
    if name == "total":
        return x.mean(axis=1) * len(items)
    if name == "credit":
        return pd.Series({at: 50 + 10 * (theta(one) - 0.2) / 1.1 for at, one in x.iterrows()}, dtype=float)
    return (x >= 4).sum(axis=1) / x.notna().sum(axis=1)


@pytest.mark.parametrize("name", ["mean", "total", "people", "credit"])
def test_means_and_their_intervals(name: str) -> None:
    told = 0
    own = "score" if name == "people" else None
    for level, org, group, rows in orgs():
        y = scores(name, rows)
        if own and not len(y):
            continue
        found = row(name, level, org, group, own)
        assert found.n == len(y)
        if not len(y) or not reached(rows, len(y)):
            assert pd.isna([found.value, found.low, found.numerator, found.denominator]).all()
            continue
        told += 1
        assert (found.value, found.numerator) == (near(y.mean()), near(y.sum()))
        if len(y) == 1 or (name == "people" and y.std() == 0):
            assert pd.isna(found.low)
            continue
        assert found.standard_error == near(y.sem())
        low, high = stats.t.interval(0.95, len(y) - 1, y.mean(), y.sem()) if y.std() else (y.mean(), y.mean())
        if name == "people":
            low, high = max(low, 0), min(high, 1)
        assert (found.low, found.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))
        assert row(name, level, org, group, "standard_deviation").value == near(y.std())
    assert told > 6


@pytest.mark.parametrize("category", [None, "first", "second"])
def test_pooled_answers_are_clustered_by_person(category: str | None) -> None:
    """A regression of each answer on a constant, its error robust to clusters, is the same estimate."""
    api = pytest.importorskip("statsmodels.api")
    items = {None: ITEMS, "first": ITEMS[:2], "second": ITEMS[2:]}[category]
    told = 0
    for level, org, group, rows in orgs():
        whole, counted = rows[list(ITEMS)], rows[list(items)]
        participated = (whole.notna().sum(axis=1) >= 2).sum()
        counted = counted[counted.notna().sum(axis=1) >= len(items) / 2]
        if not reached(rows, participated) or len(counted) < 2:
            continue
        favorable = (counted >= 4).astype(float).where(counted.notna()).stack().dropna()
        found = row("pooled", level, org, group, None, category)
        assert (found.n, found.denominator, found.numerator) == (len(counted), len(favorable), favorable.sum())
        assert found.value == near(favorable.mean())
        if favorable.nunique() == 1:
            assert pd.isna(found.standard_error)
            continue
        told += 1
        codes = pd.factorize(favorable.index.get_level_values(0))[0]
        fitted = api.OLS(favorable.to_numpy(), np.ones(len(favorable))).fit(
            cov_type="cluster", cov_kwds={"groups": codes}
        )
        assert found.standard_error == near(fitted.bse[0])
        half = stats.t.ppf(0.975, len(counted) - 1) * fitted.bse[0]
        assert found.high == pytest.approx(min(1, favorable.mean() + half), abs=2e-4)
    assert told > 8


def test_alpha_is_of_complete_answers() -> None:
    told = 0
    for level, org, group, rows in orgs():
        whole = rows[list(ITEMS)].dropna()
        if len(whole) < 2 or not reached(rows, len(scores("mean", rows))):
            continue
        told += 1
        covariance = np.cov(whole.to_numpy().T)
        wanted = 4 / 3 * (1 - np.trace(covariance) / covariance.sum())
        found = row("mean", level, org, group, "alpha")
        assert (found.n, found.value) == (len(whole), near(wanted))
    assert told > 8


def test_icc_is_that_of_the_analysis_of_variance() -> None:
    """From scipy's F of the schools: (F - 1) / (F - 1 + n0)."""
    told = 0
    for level, org, group, rows in orgs():
        y = scores("mean", rows)
        by = [y[rows.loc[y.index, "school"] == school] for school in rows.loc[y.index, "school"].unique()]
        if level == "school" or len(by) < 3 or not reached(rows, len(y)):
            assert (
                len(
                    ours("mean").query(
                        f"org_id == '{org}' and student_group == '{group}' and statistic == 'icc' and value == value"
                    )
                )
                == 0
            )
            continue
        told += 1
        sizes = np.array([len(one) for one in by])
        n0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(by) - 1)
        f = stats.f_oneway(*by).statistic
        assert row("mean", level, org, group, "icc").value == near(max(0, (f - 1) / (f - 1 + n0)))
    assert told >= 2


def test_participation_and_notes() -> None:
    floored = 0
    for level, org, group, rows in orgs():
        counted = len(scores("mean", rows))
        notes = row("mean", level, org, group, None).fillna("").notes
        assert ("participation below" in notes) == (counted > 0 and not reached(rows, counted))
        floored += "participation below" in notes
        assert (f"outside 1 to 5, which count as none: {rows.outside.sum()}" in notes) == (rows.outside.sum() > 0)
        if counted:
            found = row("mean", level, org, group, "participation")
            assert (found.numerator, found.denominator, found.n) == (counted, len(rows), counted)
    assert floored > 0


def test_standing_is_among_the_orgs_of_a_level() -> None:
    rows = [
        (org, scores("mean", rows), rows) for level, org, group, rows in orgs() if (level, group) == ("school", "ALL")
    ]
    fits = {org: y for org, y, own in rows if len(y) >= 5 and reached(own, len(y))}
    n, means = np.array([len(y) for y in fits.values()]), np.array([y.mean() for y in fits.values()])
    centre = np.average(means, weights=n)
    spread = np.sqrt(np.average((means - centre) ** 2, weights=n))
    for org, y in fits.items():
        assert row("mean", "school", org, "ALL", "standing").value == near((y.mean() - centre) / spread)
    assert len(fits) > 3


def test_a_report_of_the_standing_has_the_score_beside_it() -> None:
    t = ours("people")
    assert set(t.statistic.dropna()) == {"score", "participation", "standard_deviation", "icc", "alpha"}


def test_somebody_at_two_schools_counts_once() -> None:
    district = row("mean", "district", "D1", "ALL", "participation")
    assert district.denominator == people().query("district == 'D1'").student.nunique()
