"""Results computed with R (lm, eivtools, lme4) on real scores: coefficients, school effects and shrinkage agree."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth import GrowthSpec, Prior

from .rig import Fitted, fit

pytestmark = pytest.mark.real_data

RAW = GrowthSpec("y", (Prior("a"),), standardize="none", report="mean_residual", cell_minimum=3)
FLAGS = ("female", "frl", "ell", "iep", "african", "asian", "hispanic", "native")


@pytest.fixture(scope="module")
def reference(real_data: Path) -> Path:
    folder = real_data.parent / "reference"
    if not folder.is_dir():
        pytest.skip(f"the reference results are not in {folder}")
    return folder


@cache
def exam_rows(folder: Path) -> pd.DataFrame:
    exam = pd.read_csv(folder / "mlmRev_Exam.csv", dtype={"school": str})
    return pd.DataFrame({"school": exam.school, "y": exam.normexam, "x1": exam.standLRT, "x2": 1.0 * (exam.sex == "M")})


EXAM = {
    "ols_prior": RAW,
    "ols_prior_peer": replace(RAW, peers=("a",)),
    "ols_prior_peerLOO": replace(RAW, peers=("a",), peer_means="others"),
    "ols_prior_peer_sex": replace(RAW, covariates=("male",), peers=("a",)),
}


@pytest.mark.parametrize("model", EXAM)
def test_exam_coefficients(model: str, real_data: Path, reference: Path) -> None:
    wanted = pd.read_csv(reference / "exam" / "ols_coefficients.csv").set_index(["model", "term"]).estimate[model]
    ours = fit(EXAM[model], exam_rows(real_data)).slopes()
    theirs = wanted.reindex(["(Intercept)", "standLRT", "sexM", "peer", "peer_loo"]).dropna()
    assert ours == pytest.approx(theirs.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("model", ["ols_prior", "ols_prior_peer"])
def test_exam_effects(model: str, real_data: Path, reference: Path) -> None:
    path = reference / "exam" / f"school_effects_eb_{model}.csv"
    wanted = pd.read_csv(path, dtype={"school": str}).set_index("school").sort_index()
    found = fit(EXAM[model], exam_rows(real_data), more=["effects"])
    same_effects(found, wanted, "", 1e-9)


def same_effects(found: Fitted, wanted: pd.DataFrame, kind: str, within: float) -> None:
    """All schools of the reference, and no other, with the numbers of its columns that begin with `kind`."""
    mean, bayes = found.rows(), found.rows("empirical_bayes")
    assert list(mean.index) == list(wanted.index)
    assert list(mean.n) == list(wanted.n)
    effects = found.stage("effects")
    shrink = effects[effects.org_level == "school"].set_index("org_id").sort_index()["shrink"]
    ours = {
        "mean_resid": mean.value, "se": mean.standard_error, "shrink": shrink, "eb": bayes.value,
        "post_sd": bayes.standard_error,
    }  # fmt: skip
    for name, values in ours.items():
        assert values.to_numpy(float) == pytest.approx(wanted[kind + name].to_numpy(), abs=within), name


def test_exam_effects_go_with_those_of_a_mixed_model(real_data: Path, reference: Path) -> None:
    """lme4 estimates variances and slope together by maximum likelihood: alike, but not the same."""
    theirs = pd.read_csv(reference / "exam" / "lmer_school_blups.csv", dtype={"school": str}).set_index("model")
    blups = theirs.loc["ri_reml"].set_index("school").intercept
    ours = fit(EXAM["ols_prior"], exam_rows(real_data)).rows("empirical_bayes").value
    correlation = np.corrcoef(ours, blups.reindex(ours.index))[0, 1]
    print(f"correlation with lme4: {correlation:.4f}")
    assert correlation > 0.9


@cache
def math_rows(folder: Path, standard: bool) -> pd.DataFrame:
    """In hundreds of points, or in standard deviations (n - 1) of the 4,853 scores."""
    given = pd.read_csv(folder / "eivtools_testscores.csv")
    scores = given[["math", "math_lag1", "lang_lag1"]]
    scores = (scores - scores.mean()) / scores.std() if standard else scores / 100
    errors = given[["math_lag1_csem", "lang_lag1_csem"]].to_numpy() / 100
    return pd.DataFrame(
        {
            "school": given.schoolid, "y": scores.math, "x1": scores.math_lag1, "x2": scores.lang_lag1,
            "x3": given.sped, "x4": given.frl, "e1": errors[:, 0], "e2": errors[:, 1],
        }
    )  # fmt: skip


def math_spec(model: str, kind: str) -> GrowthSpec:
    known = {"raw": ({"csem": "ea"}, {"csem": "eb"}), "z": ({"reliability": 0.9}, {"reliability": 0.85})}
    errors = known[model.split("_")[0]] if kind == "eiv" else ({}, {})
    priors = (Prior("a", **errors[0]), Prior("b", **errors[1]))
    return replace(RAW, priors=priors, covariates=("sped", "frl"), peers=("a",) if "nopeer" not in model else ())


MODELS = ("raw_nopeer", "raw_peer", "z_peer_rel.90_.85")


@pytest.mark.parametrize("solve", ["long", "wide", "lists"])
@pytest.mark.parametrize("kind", ["ols", "eiv"])
@pytest.mark.parametrize("model", MODELS)
def test_testscores(model: str, kind: str, solve: str, real_data: Path, reference: Path) -> None:
    rows = math_rows(real_data, model.startswith("z"))
    found = fit(math_spec(model, kind), rows, solve=solve, more=["effects"])
    coefficients = pd.read_csv(reference / "growth" / "testscores_coef.csv").set_index("model").loc[model]
    assert found.slopes() == pytest.approx(coefficients[kind].to_numpy(), abs=1e-8)
    schools = pd.read_csv(reference / "growth" / "testscores_school.csv").set_index("model").loc[model]
    same_effects(found, schools.set_index("school").sort_index(), f"{kind}_", 1e-8)


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_standardizing_scales_what_the_raw_scores_give(kind: str, real_data: Path, reference: Path) -> None:
    """Raw scores with `standardize: sample` give the reference's z model, whose standard deviations are of n - 1."""
    spec = replace(math_spec("z_peer_rel.90_.85", kind), standardize="sample")
    rows = math_rows(real_data, False)
    found = fit(spec, rows).rows()
    schools = pd.read_csv(reference / "growth" / "testscores_school.csv").set_index("model").loc["z_peer_rel.90_.85"]
    wanted = schools.set_index("school").sort_index()
    n = len(rows)
    unit = np.sqrt((n - 1) / n)
    assert found.value.to_numpy() * unit == pytest.approx(wanted[f"{kind}_mean_resid"].to_numpy(), abs=1e-8)
    assert found.standard_error.to_numpy() * unit == pytest.approx(wanted[f"{kind}_se"].to_numpy(), abs=1e-8)


@pytest.mark.parametrize("solve", ["long", "wide", "lists"])
def test_slopes_in_two_steps_are_those_with_school_dummies(solve: str, real_data: Path, reference: Path) -> None:
    spec = replace(math_spec("z_peer", "ols"), form="two_step")
    wanted = pd.read_csv(reference / "growth" / "testscores_school_fe_coef.csv").fe_within
    slopes = fit(spec, math_rows(real_data, True), solve=solve).slopes()
    assert slopes[1:5] == pytest.approx(wanted.to_numpy(), abs=1e-8)


def test_the_reliability_of_the_reference_is_one_less_the_mean_squared_error(real_data: Path, reference: Path) -> None:
    """Both ways to state the error are one where the reliability is worked out from the same standard errors."""
    rows = math_rows(real_data, False)
    known = pd.read_csv(reference / "growth" / "testscores_reliability.csv").reliability
    shares = (Prior("a", reliability=known[0]), Prior("b", reliability=known[1]))
    spec = math_spec("raw_peer", "eiv")
    assert fit(replace(spec, priors=shares), rows).slopes() == pytest.approx(fit(spec, rows).slopes(), abs=1e-8)


SGP = """
WITH valid AS (
    SELECT *, CAST(GRADE AS INTEGER) AS g, CAST(right(YEAR, 4) AS INTEGER) AS spring FROM '{path}'
    WHERE SCALE_SCORE IS NOT NULL AND CONTENT_AREA IN ('MATHEMATICS', 'READING')),
scored AS (
    SELECT *, (SCALE_SCORE - avg(SCALE_SCORE) OVER w) / stddev_samp(SCALE_SCORE) OVER w AS z FROM valid
    WINDOW w AS (PARTITION BY spring, CONTENT_AREA, g))
SELECT c.YEAR AS school_year, c.CONTENT_AREA AS cell_1, c.GRADE AS cell_2, c.ID AS student, c.SCHOOL_NUMBER AS school,
    c.z AS y, a.z AS x1, b.z AS x2, (c.GENDER = 'Female')::DOUBLE AS x3, c.FREE_REDUCED_LUNCH_STATUS::DOUBLE AS x4,
    c.ELL_STATUS::DOUBLE AS x5, c.IEP_STATUS::DOUBLE AS x6, (c.ETHNICITY = 'African American')::DOUBLE AS x7,
    (c.ETHNICITY = 'Asian')::DOUBLE AS x8, (c.ETHNICITY = 'Hispanic')::DOUBLE AS x9,
    (c.ETHNICITY = 'Native American')::DOUBLE AS x10
FROM scored AS c
LEFT JOIN scored AS a ON a.ID = c.ID AND a.CONTENT_AREA = c.CONTENT_AREA AND a.g = c.g - 1 AND a.spring = c.spring - 1
LEFT JOIN scored AS b ON b.ID = c.ID AND b.CONTENT_AREA <> c.CONTENT_AREA AND b.g = c.g - 1 AND b.spring = c.spring - 1
WHERE c.YEAR IN ('2023_2024', '2024_2025') AND c.g BETWEEN 4 AND 8
"""


@cache
def sgp_fit(folder: Path, kind: str, solve: str) -> Fitted:
    """Twenty cells: two years, two subjects, grades 4 to 8."""
    with duckdb.connect() as connection:
        rows = connection.execute(SGP.format(path=folder / "sgpData_LONG.parquet")).df()
    errors = ({"reliability": 0.9}, {"reliability": 0.85}) if kind == "eiv" else ({}, {})
    priors = (Prior("pa", **errors[0]), Prior("pb", **errors[1]))
    spec = replace(RAW, priors=priors, cell=("subject", "grade"), covariates=FLAGS, peers=("pa",), by_cell=True)
    return fit(spec, rows, solve=solve, more=["effects"])


@pytest.mark.parametrize("solve", ["long", "wide", "lists"])
@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_sgp_coefficients(kind: str, solve: str, real_data: Path, reference: Path) -> None:
    wanted = pd.read_csv(reference / "growth" / "sgpLONG_coef.csv")
    found = sgp_fit(real_data, kind, solve).coefficients
    assert len(found) == 20 and found.refused.isna().all()
    terms = ["intercept", *(f"b_{at}" for at in range(1, 12))]
    for cell in found.itertuples():
        here = (wanted.year == cell.school_year) & (wanted.subject == cell.cell_1) & (wanted.grade == int(cell.cell_2))
        assert [getattr(cell, t) for t in terms] == pytest.approx(wanted[here][kind].to_numpy(), abs=1e-7)


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_sgp_effects_by_grade(kind: str, real_data: Path, reference: Path) -> None:
    wanted = pd.read_csv(reference / "growth" / "sgpLONG_school_grade.csv", dtype={"school": str, "grade": str})
    found = sgp_fit(real_data, kind, "long").stage("effects")
    found = found[(found.org_level == "school") & found.category.notna() & (found.n > 0)]
    wanted["category"] = wanted.subject + " / " + wanted.grade
    both = found.merge(
        wanted, how="outer", left_on=["school_year", "category", "org_id"], right_on=["year", "category", "school"]
    )
    assert len(both) == len(found) == len(wanted) == 933
    assert (both.n_x == both.n_y).all()
    ours = {
        "mean_resid": both["mean"],
        "se": both.error2**0.5,
        "shrink": both.shrink,
        "eb": both.bayes,
        "post_sd": both.post**0.5,
    }
    for name, values in ours.items():
        assert values.to_numpy(float) == pytest.approx(both[f"{kind}_{name}"].to_numpy(), abs=1e-7), name
    correlation = both["bayes"].corr(both.lmer_blup)
    print(f"correlation with lme4: {correlation:.4f}")
    assert correlation > 0.9


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_sgp_effects_over_grades(kind: str, real_data: Path, reference: Path) -> None:
    """A school's whole mean is over all its scores: within a subject, the reference's mean over grades."""
    wanted = pd.read_csv(reference / "growth" / "sgpLONG_school_pooled.csv", dtype={"school": str})
    found = sgp_fit(real_data, kind, "long").rows()
    both = (
        wanted.assign(total=wanted.n * wanted[f"{kind}_mean_resid"]).groupby(["year", "school"])[["n", "total"]].sum()
    )
    ours = found[found.n > 0].reset_index().set_index(["school_year", "org_id"]).sort_index()
    assert list(ours.index) == list(both.index) and list(ours.n) == list(both.n)
    assert ours.value.to_numpy() == pytest.approx((both.total / both.n).to_numpy(), abs=1e-7)
