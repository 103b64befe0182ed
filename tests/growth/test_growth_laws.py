"""What must hold whatever the scores: order, units and repetition of rows change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metricspec.measures.growth import GrowthSpec, Prior

from .rig import Fitted, fit
from .students import students

MODEL = GrowthSpec(
    "y", (Prior("a", csem="e"), Prior("b", reliability=0.9)), cell=("grade",), covariates=("c",), peers=("a",),
    standardize="none", report="mean_residual",
)  # fmt: skip
FORMS: list[dict[str, Any]] = [{}, {"form": "two_step"}, {"peer_means": "others"}, {"weight": "w"}]
models = st.sampled_from([replace(MODEL, **changes) for changes in FORMS])
seeds = st.integers(0, 10_000)
few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def rows(seed: int) -> pd.DataFrame:
    return students(seed, schools=6, size=(3, 20))


def same(ours: Fitted, theirs: Fitted, scale: float = 1.0, rel: float = 1e-8) -> None:
    """Mean residuals and, where nothing else is said, their errors."""
    for statistic in (None, "empirical_bayes"):
        mine, other = ours.rows(statistic), theirs.rows(statistic)
        assert list(mine.index) == list(other.index)
        for column in ("value", "standard_error"):
            wanted = other[column].to_numpy(float) * scale
            assert mine[column].to_numpy(float) == pytest.approx(wanted, rel=rel, abs=1e-7 * abs(scale), nan_ok=True)


@few
@given(models, seeds)
def test_the_order_of_rows_does_not_matter(spec: GrowthSpec, seed: int) -> None:
    given_rows = rows(seed)
    same(fit(spec, given_rows.sample(frac=1, random_state=seed)), fit(spec, given_rows))


@few
@given(models, seeds, st.floats(0.01, 100), st.floats(-1e4, 1e4), st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_the_scale_of_scores_does_not_matter(
    spec: GrowthSpec, seed: int, up: float, by: float, prior_up: float, prior_by: float
) -> None:
    """Residuals have the units of the outcome, whatever those of the priors are."""
    plain = rows(seed)
    other = plain.assign(y=up * plain.y + by, x1=prior_up * plain.x1 + prior_by, e1=prior_up * plain.e1)
    one, two = fit(spec, plain), fit(spec, other)
    same(two, one, scale=up, rel=1e-6)
    b, c = one.slopes(), two.slopes()
    assert c[1] == pytest.approx(b[1] * up / prior_up, rel=1e-6)
    assert c[2:4] == pytest.approx(b[2:4] * up, rel=1e-6, abs=1e-7 * up)


@few
@given(models, seeds)
def test_standardized_results_are_residuals_over_the_standard_deviation(spec: GrowthSpec, seed: int) -> None:
    plain = rows(seed).query("cell_1 == '05'")
    one, two = fit(spec, plain), fit(replace(spec, standardize="sample"), plain)
    deviation = two.coefficients.deviation.iloc[0]
    if spec.weight is None:
        sizes = plain.groupby("school").y.transform("size")
        known = plain[sizes > 1] if spec.peer_means == "others" else plain
        assert deviation == pytest.approx(known.y.std(ddof=0))
    same(two, one, scale=1 / deviation)


@few
@given(st.sampled_from([replace(MODEL, weight="w"), replace(MODEL, weight="w", form="two_step")]), seeds)
def test_two_halves_are_a_whole(spec: GrowthSpec, seed: int) -> None:
    """Every row twice with half its weight: the same fit and effects. Errors shrink: there seem to be more scores."""
    plain = rows(seed)
    twice = pd.concat([plain, plain]).assign(w=lambda f: f.w / 2)
    one, two = fit(replace(spec, shrinkage="none"), plain), fit(replace(spec, shrinkage="none"), twice)
    for cell in (0, 1):
        assert two.slopes(cell) == pytest.approx(one.slopes(cell), rel=1e-8)
    assert two.rows().value.to_numpy() == pytest.approx(one.rows().value.to_numpy(), abs=1e-7)
    assert (two.rows().n == 2 * one.rows().n).all()


@few
@given(seeds, st.floats(1e-3, 1e3))
def test_only_the_proportions_of_weights_matter(seed: int, factor: float) -> None:
    plain = rows(seed)
    spec = replace(MODEL, weight="w")
    same(fit(spec, plain.assign(w=plain.w * factor)), fit(spec, plain))


@few
@given(st.sampled_from([MODEL, replace(MODEL, weight="w")]), seeds)
def test_residuals_of_a_pooled_fit_average_to_nothing(spec: GrowthSpec, seed: int) -> None:
    plain = rows(seed).assign(district="D")
    assert fit(spec, plain).rows(level="district").value.to_numpy() == pytest.approx([0], abs=1e-8)


@few
@given(seeds)
def test_an_effect_added_to_a_school_comes_back_in_two_steps(seed: int) -> None:
    """Slopes within schools do not see what a whole school gains: its effect rises by that, less the mean's share."""
    plain = rows(seed).query("cell_1 == '05'").drop(columns="cell_1")
    spec = replace(MODEL, cell=(), peers=(), form="two_step")
    more = plain.assign(y=plain.y + 10.0 * (plain.school == "s02"))
    one, two = fit(spec, plain), fit(spec, more)
    assert two.slopes()[1:] == pytest.approx(one.slopes()[1:], rel=1e-7)
    share = (plain.school == "s02").mean()
    gained = two.rows().value - one.rows().value
    assert gained["s02"] == pytest.approx(10 * (1 - share), abs=1e-6)
    assert gained.drop("s02").to_numpy() == pytest.approx(np.full(5, -10 * share), abs=1e-6)


@pytest.mark.parametrize("changes", [*FORMS, {"by_cell": True}, {"peers": ()}, {"standardize": "population"}], ids=str)
def test_sums_by_school_give_what_scores_one_by_one_give(changes: dict[str, Any]) -> None:
    """Also where a school does not count at its district, and another is unknown to the org tree."""
    given_rows = rows(5)
    schools = sorted(given_rows.school.unique())
    apart = given_rows.assign(
        at_district=np.where(given_rows.school == schools[0], None, "D"),
        known=(given_rows.school != schools[1]).astype(int),
    )
    for frame in (given_rows, apart):
        one, other = (fit(replace(MODEL, **changes), frame, summed=summed) for summed in (True, False))
        for level in ("school", "district"):
            for statistic in (None, "empirical_bayes", "coverage"):
                mine, theirs = one.rows(statistic, level), other.rows(statistic, level)
                assert list(mine.index) == list(theirs.index)
                columns = ["numerator", "denominator", "n", "value", "standard_error"]
                assert mine[columns].to_numpy(float) == pytest.approx(
                    theirs[columns].to_numpy(float), rel=1e-8, abs=1e-9, nan_ok=True
                )
