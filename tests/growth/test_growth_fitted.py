"""A model fitted before scores rows without solving: the same numbers, and words where the fit has nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from metricspec.measures.growth import GrowthSpec, Prior, term_names
from metricspec.measures.growth.fit import CellFit, Fit, Yardstick

from .rig import Engine, Fitted, fit
from .students import students

MODEL = GrowthSpec(
    "y", (Prior("a"), Prior("b")), cell=("grade",), covariates=("c",), peers=("a",), report="mean_residual"
)
YEAR = "2024-25"


def as_fit(found: Fitted, **yardstick: object) -> Fit:
    """The fit that a run made; within, between and spread are those of its schools."""
    cells = [
        CellFit(c.school_year, (c.cell_1,), c.n, c.intercept, (c.b_1, c.b_2, c.b_3, c.b_4), c.deviation)
        for c in found.coefficients.itertuples()
    ]
    effects = found.stage("effects")
    schools = effects[(effects.org_level == "school") & effects.category.isna() & (effects.student_group == "ALL")]
    one = schools.iloc[0]
    spread = float(np.sqrt((schools.effect**2).mean()))
    usual = Yardstick(YEAR, None, len(schools), int(schools.n.sum()), one["within"], one["between_"], spread)
    stick = replace(usual, **yardstick)  # type: ignore[arg-type]
    return Fit("i", "1.0.0", term_names(MODEL), ("grade",), "sample", tuple(cells), (stick,))


def test_a_fit_gives_back_what_it_was_made_of(engine: Engine) -> None:
    rows = students()
    solved = fit(MODEL, rows, engine, more=["effects"])
    again = fit(replace(MODEL, fitted=as_fit(solved)), rows, engine)
    for statistic in (None, "empirical_bayes", "percentile", "index_level", "coverage"):
        ours, theirs = again.rows(statistic), solved.rows(statistic)
        assert list(ours.index) == list(theirs.index)
        for column in ("value", "standard_error", "low", "high", "n"):
            wanted = theirs[column].to_numpy(float)
            assert ours[column].to_numpy(float) == pytest.approx(wanted, rel=1e-8, abs=1e-9, nan_ok=True), column


def test_a_district_of_two_schools_is_measured_by_the_fit() -> None:
    """Too few schools to say how schools differ: the fit says it."""
    rows = students()
    solved = fit(MODEL, rows, more=["effects"])
    few = rows[rows.school.isin(["s03", "s07"])]
    ours = fit(replace(MODEL, fitted=as_fit(solved)), few)
    for statistic in (None, "empirical_bayes", "percentile"):
        wanted = solved.rows(statistic).loc[["s03", "s07"]].value.to_numpy(float)
        assert ours.rows(statistic).value.to_numpy(float) == pytest.approx(wanted, rel=1e-8)


def test_cells_that_the_fit_lacks_have_no_result(engine: Engine) -> None:
    rows = students()
    made = as_fit(fit(MODEL, rows, more=["effects"]))
    refused = replace(made.cells[1], intercept=None, coefficients=(None,) * 4, outcome_sd=None)
    for cells, note in ((made.cells[:1], "cell not in the fit"), ((made.cells[0], refused), "cell refused in the fit")):
        found = fit(replace(MODEL, fitted=replace(made, cells=cells)), rows, engine)
        half = rows[rows.cell_1 == "05"].groupby("school").size()
        assert list(found.rows().n) == list(half)
        assert set(found.rows().notes) == {note}
    nothing = fit(replace(MODEL, fitted=replace(made, cells=(), yardsticks=())), rows, engine)
    assert nothing.rows().value.isna().all() and set(nothing.rows().notes) == {"cell not in the fit"}


def test_a_dropped_term_of_the_fit_counts_nothing() -> None:
    rows = students()
    made = as_fit(fit(MODEL, rows, more=["effects"]))
    less = replace(
        made, cells=tuple(replace(c, coefficients=(*c.coefficients[:2], None, c.coefficients[3])) for c in made.cells)
    )
    zero = replace(
        made, cells=tuple(replace(c, coefficients=(*c.coefficients[:2], 0.0, c.coefficients[3])) for c in made.cells)
    )
    one, two = (fit(replace(MODEL, fitted=each), rows) for each in (less, zero))
    assert list(one.rows().value) == pytest.approx(list(two.rows().value), rel=1e-12)
    assert (
        set(one.rows().notes) == {"dropped as constant or held by the terms before: c"}
        and two.rows().notes.isna().all()
    )


def test_ranks_among_the_effects_of_a_large_fit(engine: Engine) -> None:
    """More effects than an engine takes in one list of constants; ties count half."""
    rows = students()
    solved = fit(MODEL, rows, more=["effects"])
    own = solved.rows("empirical_bayes").value
    others = np.random.default_rng(4).normal(0, 0.2, 900)
    effects = tuple(sorted([*others, *own]))
    made = as_fit(solved, effects=effects, schools=len(effects))
    found = fit(replace(MODEL, fitted=made, percentile="rank"), rows, engine)
    wanted = [stats.percentileofscore(np.round(effects, 9), round(one, 9), kind="mean") for one in own]
    assert found.rows("percentile").value.to_numpy() == pytest.approx(wanted, rel=1e-9)
