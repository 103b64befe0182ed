"""Rows that a regression can stumble over: the right number, or a note and none; never a wrong one in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth import GrowthSpec, Prior

from .rig import Engine, Fitted, fit
from .students import regression, students, with_peer

MODEL = GrowthSpec("y", (Prior("a"), Prior("b")), covariates=("c",), standardize="none", report="mean_residual")
TERMS = ["x1", "x2", "x3"]


@pytest.fixture(params=["long", "wide", "lists"])
def solve(request: pytest.FixtureRequest, engine: Engine) -> str:
    if request.param == "lists" and engine.name != "duckdb":
        pytest.skip("no lists")
    return str(request.param)


def one_cell(**changes: object) -> pd.DataFrame:
    return students(cells=("05",)).drop(columns="cell_1").assign(**changes)


def notes(found: Fitted) -> set[str]:
    return set(found.rows().notes.dropna())


def effects(rows: pd.DataFrame, b: np.ndarray, terms: list[str] = TERMS) -> pd.Series:
    left = rows.y - b[0] - rows[terms].to_numpy(float) @ b[1:]
    return left.groupby(rows.school).mean()


def assert_right(found: Fitted, rows: pd.DataFrame, terms: list[str] = TERMS, rel: float = 1e-8) -> None:
    """Slopes and mean residuals are numpy's; dropped terms are those of `MODEL` that `terms` lacks."""
    wanted = regression(rows, terms)
    places = [0, *(int(term[1:]) for term in terms if term[1:].isdigit())]
    assert found.slopes()[places] == pytest.approx(wanted, rel=rel, abs=1e-7)
    assert (np.delete(found.slopes(), places) == 0).all()
    means = effects(rows, wanted, terms)
    shown = found.rows().value.dropna()
    assert list(shown.index) == list(means.index)
    assert shown.to_numpy() == pytest.approx(means.to_numpy(), abs=1e-6 * rows.y.std())


def test_scores_far_from_zero(solve: str, engine: Engine) -> None:
    rows = one_cell()
    rows[["y", "x1", "x2"]] += 1e5
    found = fit(MODEL, rows, engine, solve=solve)
    assert_right(found, rows)
    assert notes(found) == set()


def test_priors_that_are_nearly_the_same(solve: str, engine: Engine) -> None:
    rows = one_cell()
    noise = np.random.default_rng(3).normal(size=len(rows))
    rows["x2"] = rows.x1 + 0.0142 * rows.x1.std() * noise
    assert 0.99985 < rows.x1.corr(rows.x2) < 0.99995
    found = fit(MODEL, rows, engine, solve=solve)
    assert_right(found, rows, rel=1e-7)
    assert notes(found) == set()


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1])
def test_a_flag_that_all_have_is_dropped(value: float, solve: str, engine: Engine) -> None:
    rows = one_cell(x3=value)
    found = fit(MODEL, rows, engine, solve=solve)
    assert_right(found, rows, ["x1", "x2"])
    assert notes(found) == {"dropped as constant or held by the terms before: c"}


def test_a_flag_that_stands_twice_is_dropped(solve: str, engine: Engine) -> None:
    rows = one_cell()
    found = fit(replace(MODEL, covariates=("c", "it's d")), rows.assign(x4=rows.x3), engine, solve=solve)
    assert_right(found, rows)
    assert notes(found) == {"dropped as constant or held by the terms before: it's d"}


def test_a_sum_of_other_terms_is_dropped(solve: str, engine: Engine) -> None:
    rows = one_cell()
    found = fit(replace(MODEL, covariates=("c", "d")), rows.assign(x4=2 * rows.x1 - rows.x2 + 7), engine, solve=solve)
    assert_right(found, rows)
    assert notes(found) == {"dropped as constant or held by the terms before: d"}


def test_a_dropped_term_is_named_only_where_it_is_dropped(engine: Engine) -> None:
    rows = students()
    rows.loc[rows.cell_1 == "05", "x3"] = 1.0
    found = fit(replace(MODEL, cell=("grade",), by_cell=True), rows, engine)
    named = found.rows(category=True).notes
    assert named.loc["05"].eq("dropped as constant or held by the terms before: c").all()
    assert named.loc["06"].isna().all()


@pytest.mark.parametrize("unknown", [None, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["y", "x1", "x3", "e1", "w", "school"])
def test_scores_of_which_something_is_unknown_are_left_out_and_counted(
    column: str, unknown: float | None, engine: Engine
) -> None:
    if column == "school" and unknown is not None:
        pytest.skip("a school is text")
    rows = students(cells=("05",)).astype({"school": object})
    rows.loc[rows.index % 5 == 2, column] = unknown
    spec = replace(MODEL, priors=(Prior("a", csem="e"), Prior("b")), weight="w")
    found = fit(spec, rows.drop(columns="cell_1"), engine)
    known = rows[rows.index % 5 != 2]
    wanted = regression(known, TERMS, csem={"x1": "e1"}, weight="w")
    assert found.slopes() == pytest.approx(wanted, rel=1e-8)
    district = found.rows(level="district")
    assert district.n.sum() == len(known)
    coverage = found.rows("coverage", level="district")
    if column != "school":
        assert (coverage.numerator.sum(), coverage.denominator.sum()) == (len(known), len(rows))
        assert coverage.value.to_numpy() == pytest.approx((coverage.numerator / coverage.denominator).to_numpy())


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_scores_without_weight_are_left_out(weight: float, solve: str, engine: Engine) -> None:
    rows = one_cell()
    rows.loc[rows.index % 4 == 0, "w"] = weight
    found = fit(replace(MODEL, weight="w"), rows, engine, solve=solve)
    known = rows[rows.w > 0]
    assert found.slopes() == pytest.approx(regression(known, TERMS, weight="w"), rel=1e-8)
    assert found.rows().n.sum() == len(known)


def test_when_no_score_has_weight_there_is_no_result(engine: Engine) -> None:
    found = fit(replace(MODEL, weight="w"), one_cell(w=0.0), engine)
    assert len(found.coefficients) == 0
    assert found.rows().value.isna().all() and set(found.rows().n) == {0}
    assert notes(found) == {"no complete score"}


def test_schools_of_one_student(solve: str, engine: Engine) -> None:
    """They keep their own score as mean of the peers; nothing is known of the variance within schools."""
    rows = one_cell()
    rows["school"] = [f"s{at:03d}" for at in range(len(rows))]
    rows["x4"] = np.random.default_rng(1).normal(size=len(rows))
    found = fit(MODEL, rows, engine, solve=solve)
    assert_right(found, rows)
    shown = found.rows()
    assert shown.standard_error.isna().all() and shown.low.isna().all()
    assert found.rows("empirical_bayes").value.isna().all()
    assert notes(found) == {"not shrunken: the variance between orgs needs 3 of them, and more scores than orgs"}
    with_peers = fit(replace(MODEL, peers=("a",)), rows, engine, solve=solve)
    assert_right(with_peers, rows)
    assert any("held by the terms before: school mean of a" in note for note in notes(with_peers))


def test_a_student_alone_in_a_school_has_no_others(solve: str, engine: Engine) -> None:
    rows = one_cell()
    rows.loc[:9, "school"] = [f"alone{at}" for at in range(10)]
    found = fit(replace(MODEL, peers=("a",), peer_means="others"), rows, engine, solve=solve)
    known = with_peer(rows.assign(cell_1="x"), "x1", "x4", others=True).iloc[10:]
    assert_right(found, known, [*TERMS, "x4"])
    alone = found.rows().loc["alone0":"alone9"]
    assert len(alone) == 10 and alone.value.isna().all() and set(alone.n) == {0}
    assert set(alone.notes) == {"no complete score"}


def test_when_all_are_alone_there_are_no_others(engine: Engine) -> None:
    rows = one_cell()
    rows["school"] = [f"s{at:03d}" for at in range(len(rows))]
    found = fit(replace(MODEL, peers=("a",), peer_means="others"), rows, engine)
    assert found.rows().value.isna().all() and notes(found) == {"no complete score"}


@pytest.mark.parametrize(("scores", "least", "refused"), [(4, 3, True), (5, 3, False), (29, 30, True), (30, 30, False)])
def test_a_cell_with_too_few_scores_is_refused(
    scores: int, least: int, refused: bool, solve: str, engine: Engine
) -> None:
    """Four scores, and an intercept with three slopes: the fit would go through them all and say nothing."""
    rows = one_cell(x3=lambda f: f.x3 + 0.1 * f.e1).iloc[:: len(one_cell()) // scores][:scores]
    found = fit(replace(MODEL, cell_minimum=least), rows, engine, solve=solve)
    if refused:
        assert list(found.coefficients.refused) == ["few"]
        assert found.rows().value.isna().all() and set(found.rows().n) == {0}
        reason = f"cell refused: fewer than {least} complete scores, or no more than coefficients"
        assert notes(found) == {reason}
    else:
        assert found.slopes() == pytest.approx(regression(rows, TERMS), rel=1e-6, abs=1e-6)
        assert set(found.rows().n) == {1} or found.rows().n.sum() == scores


def test_a_refused_cell_does_not_take_the_others_with_it(engine: Engine) -> None:
    rows = students()
    few = rows[rows.cell_1 == "06"].iloc[:20]
    both = pd.concat([rows[rows.cell_1 == "05"], few])
    found = fit(replace(MODEL, cell=("grade",)), both, engine)
    alone = fit(MODEL, rows[rows.cell_1 == "05"].drop(columns="cell_1"), engine)
    assert found.slopes() == pytest.approx(alone.slopes(), rel=1e-12)
    assert found.rows().value.to_numpy() == pytest.approx(alone.rows().value.to_numpy(), rel=1e-9)
    reason = "cell refused: fewer than 30 complete scores, or no more than coefficients"
    schools = set(few.school)
    assert {org for org, note in found.rows().notes.items() if note == reason} == schools
    assert found.rows("coverage").value.eq(1).all()


@pytest.mark.parametrize("error", ["csem", "reliability", "two priors"])
def test_more_error_than_variation_is_refused(error: str, solve: str, engine: Engine) -> None:
    """Two priors that go together at 0.95 cannot both have a reliability of 0.9: no such scores can be."""
    rows = one_cell()
    priors = {
        "csem": (Prior("a", csem="e"), Prior("b")),
        "reliability": (Prior("a", reliability=0.05), Prior("b", reliability=0.05)),
        "two priors": (Prior("a", reliability=0.9), Prior("b", reliability=0.9)),
    }[error]
    rows["e1"] = 2 * rows.x1.std()
    rows["x2"] = rows.x1 + 0.33 * rows.x1.std() * np.random.default_rng(2).normal(size=len(rows))
    found = fit(replace(MODEL, priors=priors), rows, engine, solve=solve)
    assert list(found.coefficients.refused) == ["error"]
    assert found.rows().value.isna().all()
    assert notes(found) == {"cell refused: the error of the priors exceeds their variation"}


@pytest.mark.parametrize("form", ["pooled", "two_step"])
def test_one_school_only(form: str, engine: Engine) -> None:
    """Nothing to compare with: the mean residual is nothing, and the peers do not vary."""
    rows = one_cell(school="only")
    spec = replace(MODEL, peers=("a",), form=form, report="percentile")
    found = fit(spec, rows, engine)
    assert found.slopes()[:4] == pytest.approx(regression(rows, TERMS), rel=1e-8)
    row = found.rows().loc["only"]
    assert np.isnan(row.value) and np.isnan(row.low)
    assert found.rows("mean_residual").loc["only"].value == pytest.approx(0, abs=1e-9)
    assert np.isnan(found.rows("index_level").loc["only"].value)
    assert row.notes == (
        "dropped as constant or held by the terms before: school mean of a; "
        "not shrunken: the variance between orgs needs 3 of them, and more scores than orgs; "
        "fewer than 3 schools to compare with"
    )


@pytest.mark.parametrize("value", [0.0, 2512.7])
def test_an_outcome_that_does_not_vary_is_refused(value: float, engine: Engine) -> None:
    found = fit(MODEL, one_cell(y=value), engine)
    assert list(found.coefficients.refused) == ["flat"]
    assert notes(found) == {"cell refused: the outcome is the same for all"}


def test_an_outcome_that_the_terms_explain_whole_leaves_nothing(engine: Engine) -> None:
    """What is left is rounding: a percentile of it would say that schools differ."""
    rows = one_cell()
    rows["y"] = 100 + 0.7 * rows.x1 - 3 * rows.x3
    found = fit(replace(MODEL, report="percentile"), rows, engine)
    assert found.slopes() == pytest.approx([100, 0.7, 0, -3], abs=1e-7)
    assert set(found.rows("mean_residual").value) == {0}
    assert set(found.rows().value) == {50} and found.rows().low.isna().all()
    assert notes(found) == {"no differences beyond chance at this level"}


def test_a_flag_of_the_school_has_no_slope_within_schools(solve: str, engine: Engine) -> None:
    rows = one_cell()
    rows["x3"] = (rows.school > "s06").astype(float) + 0.3
    found = fit(replace(MODEL, form="two_step"), rows, engine, solve=solve)
    assert notes(found) == {"dropped as constant or held by the terms before: c"}
    inside = rows[["y", "x1", "x2"]] - rows[["y", "x1", "x2"]].groupby(rows.school).transform("mean")
    wanted = np.linalg.lstsq(inside[["x1", "x2"]].to_numpy(), inside.y.to_numpy(), rcond=None)[0]
    assert found.slopes()[1:] == pytest.approx([*wanted, 0], rel=1e-8)


def test_no_rows_at_all(engine: Engine) -> None:
    found = fit(MODEL, one_cell().iloc[:0], engine)
    assert len(found.tally) == 0 and len(found.coefficients) == 0
