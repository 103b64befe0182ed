"""Comparisons of growth models without the engine: students drawn by seed, models fitted by least squares in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from metricspec.measures.growth.spec import GrowthSpec, Prior
from metricspec.model import Indicator
from metricspec.model.words import Text
from metricspec.running.growth_models import Comparison, Model, Trait

PRIOR, SHARES = "prior_same", ("economically_disadvantaged", "english_learner")
TITLES = {PRIOR: "Score of the year before", SHARES[0]: "Socioeconomically disadvantaged", SHARES[1]: "English learner"}
MODELS = {
    "priors": ("Prior scores only", (PRIOR,), ()),
    "students": ("+ students", (PRIOR, *SHARES), ()),
    "peers": ("+ peers", (PRIOR, *SHARES), (PRIOR, SHARES[0])),
}
LEAST = 20


@dataclass(frozen=True)
class Drawn:
    """Students by row (school, grade, y, the covariates) and each school's true effect."""

    rows: pd.DataFrame
    truth: pd.Series


def draw(seed: int = 1, schools: int = 60, peer: float = 0.15) -> Drawn:
    """Students of `schools` schools in grades 4 and 5; school 0 is small. `peer`: the true effect of the peers' prior."""
    rng = np.random.default_rng(seed)
    sizes = np.r_[12, rng.integers(40, 160, schools - 1)]
    school = np.repeat(np.arange(schools), sizes)
    poverty = rng.beta(2, 1.5, schools)
    grade = rng.integers(4, 6, school.size)
    disadvantaged = (rng.random(school.size) < poverty[school]).astype(float)
    learner = (rng.random(school.size) < 0.35 * poverty[school]).astype(float)
    prior = 2400 + 40 * grade - 80 * (poverty[school] - 0.5) - 20 * disadvantaged + rng.normal(0, 70, school.size)
    truth = rng.normal(0, 8, schools)
    centre = pd.Series(prior).groupby([grade, school]).transform("mean").to_numpy() - 2580
    y = (
        500
        + 0.8 * prior
        - 5 * disadvantaged
        - 6 * learner
        + peer * centre
        + truth[school]
        + rng.normal(0, 40, school.size)
    )
    rows = pd.DataFrame(
        {"school": school, "grade": grade, "y": y, PRIOR: prior, SHARES[0]: disadvantaged, SHARES[1]: learner}
    )
    return Drawn(rows, pd.Series(truth))


def fit(rows: pd.DataFrame, terms: tuple[str, ...], peers: tuple[str, ...]) -> tuple[pd.Series, list[dict[str, Any]]]:
    """Residuals in standard deviations of the cell's outcome, and the coefficients, by least squares in each grade."""
    residual, coefficients = pd.Series(np.nan, rows.index), []
    for grade, cell in rows.groupby("grade"):
        columns = {term: cell[term].to_numpy(float) for term in terms}
        columns |= {f"school mean of {p}": cell.groupby("school")[p].transform("mean").to_numpy(float) for p in peers}
        x = np.column_stack([np.ones(len(cell)), *columns.values()])
        b = np.linalg.lstsq(x, cell["y"].to_numpy(float), rcond=None)[0]
        residual[cell.index] = (cell["y"] - x @ b) / cell["y"].std(ddof=0)
        for name, value in zip(columns, b[1:], strict=True):
            base = name.removeprefix("school mean of ")
            kind = "peer" if base != name else "prior" if name.startswith("prior") else "covariate"
            title = TITLES.get(base, base) + (", school mean" if kind == "peer" else "")
            coefficients.append(
                {
                    "cell": f"{grade:02d}",
                    "term": name,
                    "kind": kind,
                    "of": "prior" if base.startswith("prior") else "share",
                    "title": title,
                    "hidden": False,
                    "estimate": value,
                    "n": len(cell),
                }
            )
    return residual, coefficients


def effects(residual: pd.Series, school: pd.Series) -> pd.DataFrame:
    """Mean residual, pooled standard error, shrunken effect, percentile and index level of each school."""
    groups = residual.groupby(school)
    mean, n = groups.mean(), groups.size()
    inside = float(((residual - mean[school].to_numpy()) ** 2).sum() / (len(residual) - len(n)))
    between = float((n * (mean - residual.mean()) ** 2).sum() / (len(n) - 1))
    tau = max(0.0, (between - inside) / ((n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)))
    error = np.sqrt(inside / n)
    shrink = tau / (tau + error**2)
    bayes, spread = shrink * mean, np.sqrt(tau * (1 - shrink))
    yard = float(np.sqrt((bayes**2).mean()))
    z = stats.norm.ppf(0.975)

    def percentile(effect: pd.Series) -> np.ndarray:
        return np.asarray(100 * stats.norm.cdf(effect / yard))

    found = pd.DataFrame({"n": n.astype(float), "effect": mean, "standard_error": error})
    found["low"], found["high"] = mean - z * error, mean + z * error
    found["empirical_bayes"], found["percentile"] = bayes, percentile(bayes)
    found["percentile_low"], found["percentile_high"] = percentile(bayes - z * spread), percentile(bayes + z * spread)
    whole = np.floor(found["percentile"] + 0.5)  # as it is shown
    found["index_level"] = np.minimum(10, np.floor(whole / 10) + 1)
    return found


def comparison(drawn: Drawn) -> Comparison:
    """What the engine would give: schools under LEAST scores left out."""
    rows, parts, terms, models = drawn.rows, [], [], []
    for key, (title, own, peers) in MODELS.items():
        residual, coefficients = fit(rows, own, peers)
        part = effects(residual, rows["school"]).reset_index(names="org_id").assign(model=key)
        parts.append(part)
        terms += [{"model": key, **one} for one in coefficients]
        models.append(Model(key, title, GrowthSpec("y", (Prior(PRIOR),), cell=("grade",))))
    everything = pd.concat(parts, ignore_index=True)
    shown = everything[everything["n"] >= LEAST].copy()
    shown["org_id"] = [f"{at:03d}" for at in shown["org_id"]]
    return Comparison(
        indicator=Indicator("core.growth_ela", "1.0.0", Text((("en", "Academic growth, English language arts"),)), "growth", None, "sqii", "sqii", unit="points"),
        year="2024-25",
        level="school",
        network="Northern Network",
        models=tuple(models),
        traits=traits(),
        effects=shown.reset_index(drop=True),
        orgs=orgs(rows),
        coefficients=pd.DataFrame(terms),
        least=LEAST,
        left_out=int(everything["org_id"].nunique() - shown["org_id"].nunique()),
        unit="standard deviations",
    )  # fmt: skip


def traits() -> tuple[Trait, ...]:
    every = tuple(MODELS)
    return (
        Trait(PRIOR, TITLES[PRIOR], "prior", every, ("peers",)),
        Trait(SHARES[0], TITLES[SHARES[0]], "share", every[1:], ("peers",)),
        Trait(SHARES[1], TITLES[SHARES[1]], "share", every[1:]),
    )


def orgs(rows: pd.DataFrame) -> pd.DataFrame:
    cell = rows.groupby("grade")[PRIOR]
    scaled = rows.assign(**{PRIOR: (rows[PRIOR] - cell.transform("mean")) / cell.transform(lambda x: x.std(ddof=0))})
    means = scaled.groupby("school")[[PRIOR, *SHARES]].mean().assign(n=scaled.groupby("school").size().astype(float))
    means = means[means["n"] >= LEAST].reset_index(names="org_id")
    names = [f"School {at} & Sons" for at in means["org_id"]]  # a name with a character that HTML must escape
    districts = [f"District {at % 4}" for at in means["org_id"]]
    return means.assign(org_id=[f"{at:03d}" for at in means["org_id"]], name=names, district=districts)
