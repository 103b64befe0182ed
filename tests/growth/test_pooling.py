"""Merging and solving moments: against least squares on the pooled rows, written in numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth.fit import Fit
from metricspec.measures.pooling.pool import pooled
from metricspec.measures.pooling.solve import solved
from metricspec.measures.pooling.sums import Spread, Sums, merged, merged_spread

from .pooling_rows import Rows, direct, header, moments, simulated, tables

CSEM = ("csem_same", "csem_other")


def fitted(fit: Fit, year: str, grade: str) -> np.ndarray:
    (cell,) = [one for one in fit.cells if (one.school_year, *one.values) == (year, grade)]
    return np.array([cell.intercept, *cell.coefficients], dtype=float)


def assert_same(fit: Fit, rows: Rows, reliability: dict[str, float] | None = None) -> None:
    """Every cell's coefficients are those of its pooled rows, relative to their own size."""
    cells = rows.complete().groupby(["school_year", "cell_1"])
    assert len(cells) == len(fit.cells)
    for (year, grade), cell in cells:
        wanted = direct(cell, rows.terms, reliability)
        assert fitted(fit, year, grade) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def unweighted(rows: Rows) -> Rows:
    return replace(rows, frame=rows.frame.assign(w=1.0))


def without_error(rows: Rows) -> Rows:
    return replace(rows, frame=rows.frame.drop(columns=list(CSEM)))


def test_least_squares() -> None:
    rows = unweighted(without_error(simulated(1)))
    assert_same(pooled(tables(rows, header(rows.terms))), rows)


def test_weights() -> None:
    rows = without_error(simulated(2))
    found = pooled(tables(rows, header(rows.terms)))
    assert_same(found, rows)
    cells = rows.complete().groupby(["school_year", "cell_1"])["w"].mean()
    assert [cell.mean_weight for cell in found.cells] == pytest.approx(cells.tolist())


def test_measurement_error_of_each_student() -> None:
    rows = simulated(3)
    found = pooled(tables(rows, header(rows.terms)))
    assert_same(found, rows)
    attenuated = pooled(tables(without_error(rows), header(rows.terms)))
    assert fitted(found, "2024-25", "05")[1] > fitted(attenuated, "2024-25", "05")[1] + 0.01


def test_reliability_is_of_the_pooled_variance() -> None:
    """Not the sum of each district's own error: their means differ, and so does the variance that they have together."""
    rows = without_error(simulated(4))
    frame = rows.frame.copy()
    frame.loc[frame["district"] == "d0", ["same", "y"]] += 150
    rows = replace(rows, frame=frame)
    names = header(rows.terms, reliability=((1, 0.9), (2, 0.85)))
    assert_same(pooled(tables(rows, names)), rows, {"same": 0.9, "other": 0.85})


@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_offsets_and_near_collinear_priors(offset: float) -> None:
    rows = unweighted(without_error(simulated(5, peers=False)))
    frame = rows.frame.copy()
    rng = np.random.default_rng(5)
    frame["other"] = frame["same"] + rng.normal(0, 1.2, len(frame))  # correlation 0.9999
    frame[["y", "same", "other"]] += offset
    rows = replace(rows, frame=frame)
    assert frame["same"].corr(frame["other"]) > 0.9998
    for (year, grade), cell in rows.complete().groupby(["school_year", "cell_1"]):
        shifted = cell.assign(**{name: cell[name] - offset for name in ("y", "same", "other")})
        slopes = direct(shifted, rows.terms)[1:]
        found = fitted(pooled(tables(rows, header(rows.terms))), year, grade)[1:]
        assert found == pytest.approx(slopes, rel=1e-7)


def test_the_outcome_is_standardized_over_all_districts() -> None:
    rows = simulated(6)
    whole = pooled(tables(rows, header(rows.terms)))
    sample = pooled(tables(rows, header(rows.terms, standardize="sample")))
    raw = pooled(tables(rows, header(rows.terms, standardize="none")))
    for at, (_, cell) in enumerate(rows.frame.groupby(["school_year", "cell_1"])):
        complete = cell.dropna(subset=["y", *rows.terms])
        weighted = np.sqrt(np.cov(complete["y"], aweights=complete["w"], ddof=0))
        assert whole.cells[at].outcome_sd == pytest.approx(np.std(cell["y"].dropna()), rel=1e-12)
        assert sample.cells[at].outcome_sd == pytest.approx(weighted, rel=1e-12)
        assert raw.cells[at].outcome_sd == 1.0
    slopes = [[cell.coefficients for cell in fit.cells] for fit in (whole, sample, raw)]
    assert slopes[0] == slopes[1] == slopes[2]


def test_the_order_of_districts_does_not_matter() -> None:
    rows = simulated(7)
    parts = tables(rows, header(rows.terms))
    one, other = pooled(parts), pooled(parts[::-1])
    for first, second in zip(one.cells, other.cells, strict=True):
        assert first.coefficients == pytest.approx(second.coefficients, rel=1e-10)
    assert one.districts == other.districts == ("d0", "d1", "d2")


def test_a_cell_that_one_district_lacks() -> None:
    rows = simulated(8)
    frame = rows.frame
    rows = replace(rows, frame=frame[(frame["district"] != "d1") | (frame["cell_1"] == "05")])
    assert_same(pooled(tables(rows, header(rows.terms))), rows)


def small_schools(rows: Rows, names_: str = "population") -> tuple[Fit, pd.DataFrame]:
    return pooled(tables(rows, header(rows.terms, standardize=names_))), rows.complete()


def test_variance_components_and_yardstick_by_hand() -> None:
    """Residuals of the pooled rows themselves, and the formulas as the R reference writes them."""
    rows = simulated(9)
    found, complete = small_schools(rows)
    residuals = []
    for at, (_, cell) in enumerate(complete.groupby(["school_year", "cell_1"])):
        b = direct(cell, rows.terms)
        left = cell["y"] - b[0] - cell[list(rows.terms)].to_numpy(float) @ b[1:]
        deviation = found.cells[at].outcome_sd
        assert deviation is not None
        residuals.append(cell.assign(r=left / deviation, w=cell["w"] * len(cell) / cell["w"].sum()))
    frame = pd.concat(residuals)
    for year, own in frame.groupby("school_year"):
        (stick,) = [one for one in found.yardsticks if one.school_year == year]
        weight = own.groupby("school")["w"].sum()
        mean = (own["w"] * own["r"]).groupby(own["school"]).sum() / weight
        about = own["r"] - own["school"].map(mean)
        big_n, j = weight.sum(), len(weight)
        within = (own["w"] * about**2).sum() / (big_n - j)
        grand = (weight * mean).sum() / big_n
        between_squares = (weight * (mean - grand) ** 2).sum() / (j - 1)
        n0 = (big_n - (weight**2).sum() / big_n) / (j - 1)
        tau2 = max(0.0, (between_squares - within) / n0)
        error = within * (own["w"] ** 2).groupby(own["school"]).sum() / weight**2
        effects = tau2 / (tau2 + error) * mean
        assert (stick.schools, stick.n, stick.category, stick.left_out) == (j, len(own), None, 0)
        assert stick.within == pytest.approx(within, rel=1e-9)
        assert stick.between == pytest.approx(tau2, rel=1e-8)
        assert stick.spread == pytest.approx(np.sqrt((effects**2).mean()), rel=1e-8)
        assert stick.between is not None and stick.between > 0


def test_rows_by_cell_and_ranks() -> None:
    rows = simulated(10)
    names = header(rows.terms, by_cell=True, percentile="rank", shrinkage="none")
    found = pooled(tables(rows, names))
    sticks = [(one.school_year, one.category) for one in found.yardsticks]
    years = ("2023-24", "2024-25")
    assert sorted(sticks, key=str) == sorted(((y, c) for y in years for c in (None, "05", "06")), key=str)
    for stick in found.yardsticks:
        assert len(stick.effects) == stick.schools == 30
        assert list(stick.effects) == sorted(stick.effects)
        assert stick.spread == pytest.approx(np.sqrt(np.mean(np.square(stick.effects))))


def sums_of(values: np.ndarray) -> Sums:
    mean = values.mean(axis=0)
    cross = (values - mean).T @ (values - mean)
    return Sums(len(values), len(values), mean, cross, np.zeros(values.shape[1] - 1))


def test_merging_is_the_same_as_taking_all_at_once() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(1e6, 1, (500, 3))
    found = merged([sums_of(part) for part in np.split(values, [7, 8, 300])])
    whole = sums_of(values)
    assert found.n == 500
    assert found.mean == pytest.approx(whole.mean, rel=1e-14)
    assert found.cross == pytest.approx(whole.cross, rel=1e-9, abs=1e-6)
    spread = merged_spread([Spread(3, 2.0, 2.0), Spread(0, 0.0, 0.0), Spread(1, 6.0, 0.0)])  # 1 2 3 and 6
    assert (spread.n, spread.mean, spread.squares) == (4, 3.0, pytest.approx(14.0))
    assert spread.deviation == pytest.approx(3.5**0.5)


def test_a_duplicate_and_a_constant_are_dropped_in_favour_of_earlier_terms() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(2400, 90, 200)
    z = rng.normal(size=200)
    y = 5 + 0.5 * x + 3 * z + rng.normal(size=200)
    found = solved(sums_of(np.column_stack([x, 2 * x - 7, np.full(200, 0.1), z, y])), ["x", "twin", "one", "z"], {}, 30)
    wanted = np.linalg.lstsq(np.column_stack([np.ones(200), x, z]), y, rcond=None)[0]
    assert found.coefficients[1] is None and found.coefficients[2] is None
    assert found.notes == ("dropped: twin", "dropped: one")
    assert [found.intercept, found.coefficients[0], found.coefficients[3]] == pytest.approx(list(wanted), rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_a_combination_of_earlier_terms_is_dropped_whatever_rounding_leaves_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, z = rng.normal(2400, 90, 300), rng.normal(0.3, 1, 300)
    y = 5 + 0.5 * x + 3 * z + rng.normal(size=300)
    found = solved(sums_of(np.column_stack([x, z, x / 7 - z * 0.3, y])), ["x", "z", "both"], {}, 30)
    assert found.notes == ("dropped: both",)
    wanted = np.linalg.lstsq(np.column_stack([np.ones(300), x, z]), y, rcond=None)[0]
    assert [found.intercept, *found.coefficients[:2]] == pytest.approx(list(wanted), rel=1e-9)


def test_schools_that_do_not_differ_beyond_chance() -> None:
    """Alike by design: every school has the same residuals, so their means vary less than chance would let them."""
    rng = np.random.default_rng(15)
    x = np.tile(rng.normal(2400, 80, 20), 8)
    y = 0.8 * x + np.tile(rng.normal(0, 30, 20), 8)
    frame = pd.DataFrame({"same": x, "y": y, "school": np.repeat([f"s{at}" for at in range(8)], 20)})
    rows = Rows(frame.assign(school_year="2024-25", cell_1="05", district="d0", w=1.0), ("same",))
    (stick,) = pooled(tables(rows, header(rows.terms, percentile="rank"))).yardsticks
    assert (stick.between, stick.spread, stick.effects) == (0.0, 0.0, (0.0,) * 8)
    assert stick.within is not None and stick.within > 0.05


def test_a_term_constant_in_each_district_counts_where_districts_differ() -> None:
    rows = unweighted(without_error(simulated(11, peers=False)))
    frame = rows.frame.assign(extra=rows.frame["district"].map({"d0": 0.0, "d1": 1.0, "d2": 4.0}))
    rows = Rows(frame, (*rows.terms, "extra"))
    assert_same(pooled(tables(rows, header(rows.terms))), rows)
    alone = pooled(tables(rows, header(rows.terms))[:1])
    assert all(cell.coefficients[-1] is None for cell in alone.cells)
    assert all("dropped: extra" in cell.notes for cell in alone.cells)


def test_refusals_are_told() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=40)
    few = solved(sums_of(np.column_stack([x, x + rng.normal(size=40)])), ["x"], {}, 41)
    assert (few.intercept, few.coefficients) == (None, (None,))
    assert few.notes == ("refused: fewer than 41 scores",)
    wide = solved(sums_of(rng.normal(size=(6, 6))), list("abcde"), {}, 1)
    assert wide.notes == ("refused: no more scores than coefficients",)
    sums = sums_of(np.column_stack([x, x + rng.normal(size=40)]))
    noisy = replace(sums, error=sums.cross.diagonal()[:1] * 1.01)
    assert solved(noisy, ["x"], {}, 30).notes == ("refused: the error of the priors exceeds their variation",)
    flat = Rows(simulated(12, peers=False).frame.assign(y=7.0), ("same", "other"))
    cells = pooled(tables(flat, header(flat.terms))).cells
    assert all(cell.intercept is None and "the same for all" in cell.notes[0] for cell in cells)


def test_few_schools_are_not_shrunk() -> None:
    rows = simulated(13, schools=2)
    found = pooled(tables(rows, header(rows.terms[:3])))
    assert [one.between for one in found.yardsticks] == [None, None]
    assert all(one.spread and one.within for one in found.yardsticks)


def test_moments_of_the_tests_are_those_of_the_schools_together() -> None:
    """The helper that makes moments is itself held against a merge of its schools."""
    rows = simulated(14)
    frame = moments(rows, header(rows.terms))
    for _, part in frame.groupby(["school_year", "cell_1"]):
        schools = part[part["part"] == "school"]
        whole = part[part["part"] == "cell"].iloc[0]
        assert schools["n"].sum() == whole["n"]
        mean = np.average(schools["mean_5"], weights=schools["w"])
        squares = schools["cross_5_5"].sum() + (schools["w"] * (schools["mean_5"] - mean) ** 2).sum()
        assert squares == pytest.approx(whole["cross_5_5"], rel=1e-10)
