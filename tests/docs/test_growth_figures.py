"""The figures on the pages about growth, computed again with numpy from the page's own table of students."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

import metricspec

from .pages import REPOSITORY

PAGES = {name: REPOSITORY / "docs" / "explanation" / f"{name}.md" for name in ("growth", "growth-in-numbers")}
Z = NormalDist().inv_cdf(0.975)
Floats = NDArray[np.float64]


def table(page: str, name: str) -> list[list[str]]:
    """The rows of the table under the remark `figures: NAME`, without its heading."""
    text = PAGES[page].read_text(encoding="utf-8").split(f"<!-- figures: {name} -->\n\n")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return rows[2:]


def same(shown: str, value: float) -> bool:
    """Whether a shown number is the value, rounded to the digits that are shown."""
    number = Decimal(shown)
    digits = -int(number.as_tuple().exponent)
    return abs(value - float(number)) <= 0.5 * 10.0**-digits + 1e-9


SPECS = {
    "plain": "priors: [{column: prior_same}]",
    "errors": "priors: [{column: prior_same, error: {reliability: 0.8}}]",
    "csem": f"priors: [{{column: prior_same, error: {{csem: '{60**0.5!r}'}}}}]",
    "two_step": "priors: [{column: prior_same}], form: two_step",
}
INDICATOR = """metricspec: 1
indicator: page.%s
version: "1.0.0"
status: active
title: Growth
better: higher
unit: points
digits: 6
source: {publisher: nobody, document: the page, read: 2026-11-22}
effective: {from: 2016-17}
students: assessment
measure: {type: growth, outcome: scale_score, cell: [grade], standardize: none, cell_minimum: 3, report: mean_residual, %s}
orgs: plain
groups: all_students
policy: open
compare: none
"""
REST = {
    "metricspec.yaml": "metricspec: 1\nproject: page\nbinding: page\nspecs: [specs]\n",
    "specs/policy.yaml": "metricspec: 1\npolicy: open\ntitle: x\nof: students\nprivacy: [{n: 1}]\nreport: [{n: 1}]\n",
    "specs/binding.yaml": "metricspec: 1\nbinding: page\ntitle: x\ndatasets: {assessment: {file: a.csv}, org: {file: o.csv}}\n",
    "o.csv": "org_id,school_year,org_level,org_type,org_name,charter,alternative,parent_id\n"
    + "".join(f"{org},2024-25,school,ES,x,false,false,D\n" for org in "AB")
    + "D,2024-25,district,ES,x,false,false,\n",
}


def least_squares(x: Floats, y: Floats) -> Floats:
    return np.linalg.lstsq(np.column_stack((np.ones(len(x)), x)), y, rcond=None)[0]


class Eight:
    """The students of the page, and what numpy makes of them."""

    def __init__(self) -> None:
        rows = table("growth-in-numbers", "students")
        self.school = np.array([0 if row[1] == "A" else 1 for row in rows])
        self.x, self.y, self.expected, self.residual = (
            np.array([float(row[at]) for row in rows]) for at in range(2, 6)
        )

    def mean(self, values: Floats) -> Floats:
        return np.bincount(self.school, values) / np.bincount(self.school)


@pytest.fixture(scope="module")
def eight() -> Eight:
    return Eight()


def shown(name: str) -> dict[str, str]:
    return {what: value for what, _, value in table("growth-in-numbers", name)}


def agree(name: str, figures: dict[str, float]) -> None:
    rows = shown(name)
    assert list(rows) == list(figures)
    assert {what: rows[what] for what, value in figures.items() if not same(rows[what], value)} == {}


def test_the_line_and_every_residual(eight: Eight) -> None:
    intercept, slope = least_squares(eight.x, eight.y)
    dx, dy = eight.x - eight.x.mean(), eight.y - eight.y.mean()
    squares = {"sum of squares of the prior": dx @ dx, "sum of products with the score": dx @ dy}
    agree("line", {**squares, "slope": slope, "intercept": intercept})
    assert eight.expected == pytest.approx(intercept + slope * eight.x)
    assert eight.residual == pytest.approx(eight.y - eight.expected)


def test_the_schools(eight: Eight) -> None:
    m = eight.mean(eight.residual)
    s2 = ((eight.residual - m[eight.school]) ** 2).sum() / (8 - 2)
    error = (s2 / 4) ** 0.5
    means = {"mean residual of A": m[0], "mean residual of B": m[1], "variance within schools": s2}
    agree("schools", {**means, "standard error of a school": error, "half of the 95 % interval": Z * error})


def test_errors_in_variables(eight: Eight) -> None:
    dx, dy = eight.x - eight.x.mean(), eight.y - eight.y.mean()
    luck = 0.2 * dx @ dx
    slope = dx @ dy / (dx @ dx - luck)
    m = eight.mean(eight.y - eight.y.mean() - slope * dx)
    figures = {"slope": slope, "intercept": eight.y.mean() - slope * eight.x.mean()}
    figures |= {"mean residual of A": m[0], "mean residual of B": m[1]}
    agree("errors", {**figures, "CSEM of each score that comes to the same": (luck / 8) ** 0.5})


def test_from_inside_the_schools(eight: Eight) -> None:
    dummies = np.eye(2)[eight.school]
    slope = np.linalg.lstsq(np.column_stack((eight.x, dummies)), eight.y, rcond=None)[0][0]
    m = eight.mean(eight.y - eight.y.mean() - slope * (eight.x - eight.x.mean()))
    two_step = {f"mean residual of {s}, two-step without peers": m[at] for at, s in enumerate("AB")}
    agree("within", {"slope within schools": slope, **two_step})


def test_two_schools_leave_peers_nothing(eight: Eight) -> None:
    x = np.column_stack((eight.x, eight.mean(eight.x)[eight.school]))
    b = least_squares(x, eight.y)
    assert eight.mean(eight.y - b[0] - x @ b[1:]) == pytest.approx([0, 0], abs=1e-9)
    others = [np.delete(eight.x[:4], at).mean() for at in range(4)]
    assert others == pytest.approx([2446.67, 2440, 2440, 2433.33], abs=0.005)


def test_shrinkage_and_percentile(eight: Eight) -> None:
    m, n = eight.mean(eight.residual), np.bincount(eight.school)
    s2 = ((eight.residual - m[eight.school]) ** 2).sum() / (8 - 2)
    between = (n * (m - n @ m / 8) ** 2).sum() / (2 - 1)
    size = (8 - (n**2).sum() / 8) / (2 - 1)
    tau2 = (between - s2) / size
    keep = tau2 / (tau2 + s2 / 4)
    eb = keep * m
    p = [100 * NormalDist().cdf(value / np.sqrt((eb**2).mean())) for value in eb]
    agree(
        "shrunken",
        {
            "mean square between schools": between,
            "n0, the size of a school": size,
            "variance of schools": tau2,
            "share kept": keep,
            "empirical Bayes, A": eb[0],
            "its standard deviation": (tau2 * (1 - keep)) ** 0.5,
            "percentile of A": p[0],
            "percentile of B": p[1],
        },
    )
    text = PAGES["growth-in-numbers"].read_text(encoding="utf-8")
    levels = tuple(min(10, int(value // 10) + 1) for value in p)
    assert f"index level of A is\nfloor(84.1 / 10) + 1 = {levels[0]}, that of B {levels[1]}." in text


def test_metricspec_says_the_same(eight: Eight, tmp_path: Path) -> None:
    students = "student_id,school_id,school_year,subject,result_id,test_date,grade,scale_score,prior_same\n" + "".join(
        f"s{at},{'AB'[s]},2024-25,ELA,r,2025-04-15,05,{y:.0f},{x:.0f}\n"
        for at, (s, x, y) in enumerate(zip(eight.school, eight.x, eight.y, strict=True))
    )
    specs = {f"specs/{name}.yaml": INDICATOR % (name, keys) for name, keys in SPECS.items()}
    (tmp_path / "specs").mkdir()
    for name, text in {**REST, **specs, "a.csv": students}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = metricspec.load(tmp_path).run(*(f"page.{name}" for name in SPECS))
    own = result[(result["org_level"] == "school") & result["statistic"].isna()].set_index(["indicator", "org_id"])
    mean = {name: [own.loc[(f"page.{name}", org), "value"] for org in "AB"] for name in SPECS}
    assert mean["plain"] == pytest.approx([4, -4], abs=1e-6)
    assert mean["errors"] == pytest.approx([5.75, -5.75], abs=1e-6)
    assert mean["csem"] == pytest.approx(mean["errors"], abs=1e-6)
    assert mean["two_step"] == pytest.approx([6, -6], abs=1e-6)
    assert same(shown("schools")["standard error of a school"], own.loc[("page.plain", "A"), "standard_error"])
    assert not set(result["statistic"].dropna()) & {"empirical_bayes", "percentile", "index_level"}


@pytest.mark.parametrize("at", range(3))
def test_what_shrinkage_keeps_and_what_a_percentile_is_worth(at: int) -> None:
    """Residuals vary by 60 points between students and by 15 between schools; the school's true effect is zero."""
    n, half, kept = table("growth", "shrinkage")[at]
    keep = 15**2 / (15**2 + 60**2 / int(n))
    assert same(half.removeprefix("± "), Z * 60 / int(n) ** 0.5)
    assert same(kept, keep)
    rng = np.random.default_rng(2026)  # the percentile of an average school: drawn, and not by the formula
    error = 60 / int(n) ** 0.5
    spread = np.sqrt(((keep * rng.normal(0, np.hypot(15, error), 1_000_000)) ** 2).mean())
    drawn = keep * rng.normal(0, error, 1_000_000) / spread
    ends = [100 * NormalDist().cdf(float(end)) for end in np.quantile(drawn, [0.025, 0.975])]
    again, low, high = table("growth", "percentiles")[at]
    assert again == n
    assert [float(low), float(high)] == pytest.approx(ends, abs=0.8)


def test_least_squares_gives_away_six_points() -> None:
    """Priors of reliability 0.85, true slope 0.8, students of a school 50 points ahead."""
    rng = np.random.default_rng(2026)
    known = rng.normal(0, 100, 2_000_000)
    prior = known + rng.normal(0, 100 * (1 / 0.85 - 1) ** 0.5, len(known))
    slope = least_squares(prior, 0.8 * known)[1]
    assert slope == pytest.approx(0.68, abs=0.002)
    assert (0.8 - slope) * 50 == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize("reliability", [1.0, 0.85])
def test_one_step_and_two_are_the_same_with_all_peer_means(reliability: float) -> None:
    rng = np.random.default_rng(7)
    school, n = rng.integers(0, 30, 600), 600
    flag, w = (rng.random(n) < 0.4).astype(float), rng.uniform(0.5, 1.5, n)
    known = rng.normal(0, 1, n) + rng.normal(0, 1, 30)[school]
    prior = known + rng.normal(0, 0.5, n)
    y = 0.7 * known + 0.3 * flag + rng.normal(0, 0.5, 30)[school] + rng.normal(0, 0.6, n)

    def mean(v: Floats) -> Floats:
        return (np.bincount(school, w * v) / np.bincount(school, w))[school]

    x = np.column_stack((prior, flag))
    peers = np.column_stack((mean(prior), mean(flag)))
    luck = (1 - reliability) * (w * (prior - np.average(prior, weights=w)) ** 2).sum()

    def fit(z: Floats, target: Floats) -> Floats:
        a = z.T @ (w[:, None] * z)
        a[0, 0] -= luck
        return np.linalg.solve(a, z.T @ (w * target))

    z = np.column_stack((x, peers))
    z, centred = z - np.average(z, axis=0, weights=w), y - np.average(y, weights=w)
    pooled = centred - z @ fit(z, centred)
    left = y - x @ fit(x - peers, y - mean(y))
    root = np.sqrt(w)
    second = np.column_stack((np.ones(n), peers))
    g = np.linalg.lstsq(second * root[:, None], mean(left) * root, rcond=None)[0]
    assert left - second @ g == pytest.approx(pooled, abs=1e-9)


def test_no_table_of_figures_is_left_out() -> None:
    tested = {"students", "line", "schools", "errors", "within", "shrunken", "shrinkage", "percentiles"}
    found = {
        name for path in PAGES.values() for name in re.findall(r"<!-- figures: (\w+) -->", path.read_text("utf-8"))
    }
    assert found == tested
