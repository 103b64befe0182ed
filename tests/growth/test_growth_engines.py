"""The same numbers on every engine, in every form: one statement or a script, the solve in rows or in one row."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth import GrowthSpec, Prior

from .rig import KEYS, Duck, Engine, Fitted, fit
from .students import regression, students, with_peer

pytestmark = pytest.mark.slow

PLAIN = GrowthSpec("y", (Prior("a"), Prior("b")), cell=("grade",), covariates=("c", "d"))
MODELS = {
    "plain": PLAIN,
    "errors": replace(
        PLAIN, priors=(Prior("a", csem="e"), Prior("b", reliability=0.8)), peers=("a", "c"), standardize="population"
    ),
    "others": replace(PLAIN, peers=("a",), peer_means="others", weight="w", standardize="none", report="mean_residual"),
    "two_step": replace(
        PLAIN,
        priors=(Prior("a", reliability=0.9), Prior("b")),
        peers=("b", "p"),
        form="two_step",
        weight="w",
        by_cell=True,
    ),
    "rank": replace(PLAIN, peers=("d",), percentile="rank", shrinkage="none", by_cell=True, report="index_level"),
}


def rows() -> pd.DataFrame:
    found = students(schools=10, size=(3, 25)).assign(o1=lambda f: f.x2 - f.x4)
    found.loc[::17, "x1"] = np.nan
    found.loc[::23, "y"] = np.nan
    found.loc[5, "x2"] = np.inf
    found.loc[7, "w"] = 0.0
    return found


@cache
def usual(model: str) -> Fitted:
    return fit(MODELS[model], rows(), group=True)


def same(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> None:
    assert set(ours.columns) == set(theirs.columns)
    assert len(ours) == len(theirs) > 0
    ours, theirs = (f.fillna(dict.fromkeys(keys, "")).sort_values(keys, ignore_index=True) for f in (ours, theirs))
    for name in theirs.columns:
        if pd.api.types.is_numeric_dtype(theirs[name]):
            mine = pd.to_numeric(ours[name]).astype(float).to_numpy()
            assert mine == pytest.approx(theirs[name].astype(float).to_numpy(), rel=1e-7, abs=1e-9, nan_ok=True), name
        else:
            assert list(ours[name].fillna("")) == list(theirs[name].fillna("")), name


@pytest.mark.parametrize(("form", "solve"), [("statement", "long"), ("script", "long"), ("script", "wide")])
@pytest.mark.parametrize("model", MODELS)
def test_the_same_numbers(model: str, form: str, solve: str, engine: Engine) -> None:
    if (engine, form, solve) == (Duck(), "script", "long"):
        assert usual(model).tally.value.notna().sum() > 100
        return
    found = fit(MODELS[model], rows(), engine, form, solve, group=True)
    same(found.tally, usual(model).tally, KEYS)
    same(found.coefficients, usual(model).coefficients, ["cell"])


def test_the_wide_solve_in_one_statement() -> None:
    """Only DuckDB, and few terms: engines that look through the steps write out each entry in terms of the first."""
    found = fit(MODELS["plain"], rows(), Duck(), "statement", "wide", group=True)
    same(found.tally, usual("plain").tally, KEYS)


def complete(weighted: bool) -> pd.DataFrame:
    known = rows().dropna(subset=["y", "x1", "x2"]).query("x2 < inf")
    return known[known.w > 0] if weighted else known


STUDENTS = ["x1", "x2", "x3", "x4"]


def test_the_plain_model_is_that_of_numpy() -> None:
    for at, (_, own) in enumerate(complete(False).groupby("cell_1")):
        assert usual("plain").slopes(at) == pytest.approx(regression(own, STUDENTS), rel=1e-8, abs=1e-8)


def test_the_model_with_errors_and_peers_is_that_of_numpy() -> None:
    known = with_peer(with_peer(complete(False), "x1", "p1"), "x3", "p2")
    for at, (_, own) in enumerate(known.groupby("cell_1")):
        wanted = regression(own, [*STUDENTS, "p1", "p2"], csem={"x1": "e1"}, reliability={"x2": 0.8})
        assert usual("errors").slopes(at) == pytest.approx(wanted, rel=1e-8, abs=1e-8)


def test_the_model_with_means_of_others_is_that_of_numpy() -> None:
    known = with_peer(complete(True), "x1", "p1", others=True, weight="w").dropna(subset="p1")
    for at, (_, own) in enumerate(known.groupby("cell_1")):
        wanted = regression(own, [*STUDENTS, "p1"], weight="w")
        assert usual("others").slopes(at) == pytest.approx(wanted, rel=1e-8, abs=1e-8)


def test_two_steps_are_two_regressions() -> None:
    """First slopes with a dummy for each school, then the schools' means of what is left on the means of peers."""
    for at, (_, own) in enumerate(complete(True).groupby("cell_1")):
        w, y, x = own.w.to_numpy(), own.y.to_numpy(), own[STUDENTS].to_numpy()
        dummies = pd.get_dummies(own.school).to_numpy(float)
        a = np.column_stack([x - x.mean(axis=0), dummies])
        s = np.zeros(a.shape[1])
        s[0] = 0.1 * (w * (x[:, 0] - np.average(x[:, 0], weights=w)) ** 2).sum()
        slopes = np.linalg.solve((a * w[:, None]).T @ a - np.diag(s), (a * w[:, None]).T @ y)[:4]
        left = pd.DataFrame({"left": (y - x @ slopes) * w, "b": own.x2 * w, "p": own.o1 * w, "w": w})
        means = left.groupby(own.school).sum()
        means = means.div(means.w, axis=0).assign(w=means.w)
        second = (
            np.column_stack([np.ones(len(means)), means[["b", "p"]].to_numpy()]) * np.sqrt(means.w.to_numpy())[:, None]
        )
        wanted = np.linalg.lstsq(second, means.left.to_numpy() * np.sqrt(means.w.to_numpy()), rcond=None)[0]
        assert usual("two_step").slopes(at) == pytest.approx([wanted[0], *slopes, *wanted[1:]], rel=1e-8, abs=1e-8)
