"""The block formulas of eblp against matrices over students, built from the equations of the paper.

Lockwood, Castellano & McCaffrey 2022, JEBS 47(5), 544-575. Nothing here uses the package but what is compared.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.eblp.blockeffects import batches, block_means, covariances, explained
from metricspec.measures.eblp.definite import semidefinite, semidefinite_with_zeros
from metricspec.measures.eblp.model import Fitted, Minimums, fitted
from metricspec.measures.eblp.patterns import with_common_patterns
from metricspec.measures.eblp.population import Population
from metricspec.measures.eblp.prediction import predicted
from metricspec.measures.eblp.residuals import error_covariance, overlap, residual_covariance

from .eblp_students import BLOCKS, Truth, population, schools, truth, with_pattern

MINIMUMS = Minimums(pattern=60, pair=60)
FINAL = frozenset(at for at, (year, _, subject) in enumerate(BLOCKS) if year == 3 and subject == "ela")


@cache
def network() -> tuple[Truth, pd.DataFrame, Population, Fitted]:
    rng = np.random.default_rng(20240613)
    given = truth(rng)
    scores = with_pattern(schools(rng, given, 24, smallest=2, largest=30)[0])
    sums = population(scores)
    return given, scores, sums, fitted(sums, MINIMUMS)


def common_patterns(scores: pd.DataFrame) -> pd.DataFrame:
    """Patterns of fewer than 60 students taken together, by counting students."""
    counts = scores.groupby("pattern")["student"].nunique()
    rare = counts.index[counts < 60]
    assert 0 < len(rare) < len(counts)
    assert counts[rare].sum() >= 60
    return scores.assign(pattern=scores["pattern"].where(~scores["pattern"].isin(rare), 0))


def dummies(scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Each score's block-by-pattern mean from one regression on dummy variables, and R by deviations, by loops."""
    school = pd.get_dummies(scores["school"]).to_numpy(float)
    joint = pd.get_dummies(scores["block"].astype(str) + "/" + scores["pattern"].astype(str)).to_numpy(float)
    solved = np.linalg.lstsq(np.hstack([school, joint]), scores["y"].to_numpy(), rcond=None)[0]
    return joint @ solved[school.shape[1] :], joint


def loops_r(scores: pd.DataFrame) -> np.ndarray:
    frame = scores.assign(sbp=scores.groupby(["school", "block", "pattern"]).ngroup())
    frame["n"] = frame.groupby("sbp")["y"].transform("size")
    frame["e"] = frame["y"] - frame.groupby("sbp")["y"].transform("mean")
    r = np.zeros((len(BLOCKS), len(BLOCKS)))
    by_block = dict(iter(frame.groupby("block")))
    for i, j in combinations_with_replacement(range(len(BLOCKS)), 2):
        if i == j:
            own = by_block[i]
            r[i, i] = (own["e"] ** 2).sum() / (len(own) - own["sbp"].nunique())
            continue
        both = by_block[i].merge(by_block[j], on=["student", "school"], suffixes=("0", "1"))
        if len(both) < 60:
            continue
        both = both[(both["n0"] >= 2) & (both["n1"] >= 2)]
        parts = []
        for _, own in both.groupby(["sbp0", "sbp1"]):
            n0, n1, n01 = own["n0"].iloc[0], own["n1"].iloc[0], len(own)
            parts.append((n01, n0 * n1 / (n0 * n1 - n0 - n1 + n01) * (own["e0"] * own["e1"]).mean()))
        weight, value = np.array(parts).T
        r[i, j] = r[j, i] = np.average(value, weights=weight)
    return r


def averaging(own: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The blocks of a school's scores, and the matrix that takes scores to block means."""
    seen = np.unique(own["block"])
    hits = (own["block"].to_numpy()[None, :] == seen[:, None]).astype(float)
    return seen, hits / hits.sum(axis=1, keepdims=True)


def student_errors(own: pd.DataFrame, r: np.ndarray) -> np.ndarray:
    """The covariance of a school's scores that comes of its students: R within a student, 0 between."""
    block, student = own["block"].to_numpy(), own["student"].to_numpy()
    return r[np.ix_(block, block)] * (student[:, None] == student[None, :])


def basis_g(scores: pd.DataFrame, r: np.ndarray, leave: set[str]) -> np.ndarray:
    """G by least squares, one unknown matrix element after the other put through each school's matrices."""
    size = len(BLOCKS)
    low = np.tril_indices(size)
    a = np.vstack([np.eye(size - 1), -np.ones(size - 1)])
    products, both = np.zeros((size, size)), np.zeros((size, size))
    sandwich = []
    for name, own in scores.groupby("school"):
        seen, mean = averaging(own)
        both[np.ix_(seen, seen)] += 1
        if name in leave:
            continue
        share = own["block"].value_counts(normalize=True).reindex(seen).to_numpy()
        centre = np.eye(len(seen)) - np.outer(np.ones(len(seen)), share)
        lift = np.zeros((size, len(seen)))
        lift[seen, np.arange(len(seen))] = 1
        departure = lift @ centre @ mean @ (own["y"] - own["alpha"]).to_numpy()
        noise = lift @ centre @ mean @ student_errors(own, r) @ mean.T @ centre.T @ lift.T
        products += np.outer(departure, departure) - noise
        sandwich.append(lift @ centre @ lift.T @ a)
    columns = []
    for k, m in zip(*np.tril_indices(size - 1), strict=True):
        unit = np.zeros((size - 1, size - 1))
        unit[k, m] = unit[m, k] = 1
        columns.append(sum(c @ unit @ c.T for c in sandwich)[low])
    root = np.sqrt(both[low])
    x = np.linalg.lstsq(np.array(columns).T * root[:, None], products[low] * root, rcond=None)[0]
    star = np.zeros((size - 1, size - 1))
    star[np.tril_indices(size - 1)] = x
    star = star + np.tril(star, -1).T
    g = a @ star @ a.T
    values, vectors = np.linalg.eigh(g)
    return (vectors * np.clip(values, 0, None)) @ vectors.T


def kriging(own: pd.DataFrame, g: np.ndarray, r: np.ndarray, target: frozenset[int]) -> tuple[float, float, float]:
    """The unbiased linear predictor of smallest mean squared error, by its bordered equations over block means whose
    covariance is taken from all students: (prediction, mse, weight of the target's own means)."""
    seen, mean = averaging(own)
    block = own["block"].to_numpy()
    v = mean @ (g[np.ix_(block, block)] + student_errors(own, r)) @ mean.T
    count = own["block"].value_counts().reindex(seen).to_numpy(float)
    wanted = np.where(np.isin(seen, list(target)), count, 0)
    wanted /= wanted.sum()
    with_target = g[np.ix_(seen, seen)] @ wanted
    ones = np.ones((len(seen), 1))
    bordered = np.block([[v, ones], [ones.T, np.zeros((1, 1))]])
    weight = np.linalg.solve(bordered, np.append(with_target, 1))[:-1]
    mse = weight @ v @ weight - 2 * weight @ with_target + wanted @ g[np.ix_(seen, seen)] @ wanted
    explained_mean = mean @ own["alpha"].to_numpy()
    prediction = wanted @ explained_mean + weight @ (mean @ own["y"].to_numpy() - explained_mean)
    return float(prediction), float(mse), float(weight[wanted > 0].sum())


def test_the_means_of_blocks_and_patterns_are_those_of_dummy_variables() -> None:
    _, scores, sums, _ = network()
    alpha, joint = dummies(common_patterns(scores))
    ours = with_common_patterns(sums, MINIMUMS.pattern)
    effects = explained(ours.cells)
    assert joint.shape[1] > len(BLOCKS)  # several patterns in a block
    means = block_means(ours, effects)
    theirs = common_patterns(scores).assign(alpha=alpha).pivot_table("alpha", "school", "block").fillna(0).to_numpy()
    shift = (means.explained - theirs)[means.n > 0]
    assert shift == pytest.approx(np.full(len(shift), shift[0]), abs=1e-9)  # alike but for one constant


def test_r_by_sums_is_r_by_loops() -> None:
    _, scores, sums, _ = network()
    raw, estimated = residual_covariance(with_common_patterns(sums, MINIMUMS.pattern), MINIMUMS.pair)
    theirs = loops_r(common_patterns(scores))
    assert 0 < (~estimated).sum() < estimated.size
    assert np.array_equal(estimated, theirs != 0)
    assert raw == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("left_out", [None, 0, 5])
def test_g_by_sums_is_g_by_a_basis_of_matrices(left_out: int | None) -> None:
    """Of all schools, and without a batch of the jackknife."""
    _, scores, sums, _ = network()
    ours = with_common_patterns(sums, MINIMUMS.pattern)
    raw, _ = residual_covariance(ours, MINIMUMS.pair)
    means = block_means(ours, explained(ours.cells))
    g = list(covariances(means, error_covariance(overlap(ours), raw)))
    alpha, _ = dummies(common_patterns(scores))
    dealt = batches(means)
    leave = set() if left_out is None else {ours.orgs[at] for at in dealt[left_out]}
    theirs = basis_g(scores.assign(alpha=alpha), raw, leave)
    assert len(g) == len(dealt) + 1 == 25
    found = g[0 if left_out is None else left_out + 1]
    assert found == pytest.approx(theirs, rel=1e-9, abs=1e-9 * np.abs(theirs).max())
    assert found.sum(axis=0) == pytest.approx(np.zeros(len(BLOCKS)), abs=1e-9 * np.abs(theirs).max())


def test_every_school_is_predicted_as_by_matrices_over_its_students() -> None:
    _, scores, _, model = network()
    alpha, _ = dummies(common_patterns(scores))
    scores = scores.assign(alpha=alpha)
    compared = 0
    for at, school in enumerate(model.orgs):
        own = scores[scores["school"] == school]
        ours = model.prediction(at, FINAL)
        if ours is None:
            assert not own["block"].isin(FINAL).any()
            continue
        blp, mse, weight = kriging(own, model.g, model.r, FINAL)
        assert ours.blp == pytest.approx(blp, rel=1e-9)
        assert ours.mse - ours.resampled == pytest.approx(mse, rel=1e-9)
        assert ours.own == pytest.approx(weight, rel=1e-9)
        assert ours.direct == pytest.approx(own.loc[own["block"].isin(FINAL), "y"].mean(), rel=1e-12)
        compared += 1
    assert compared >= 23


def test_the_jackknife_is_the_spread_of_predictions_without_each_batch() -> None:
    _, scores, _, model = network()
    alpha, _ = dummies(common_patterns(scores))
    scores = scores.assign(alpha=alpha)
    for at in (0, 7, 23):
        own = scores[scores["school"] == model.orgs[at]]
        blps = [kriging(own, g, model.r, FINAL)[0] for g in model.without]
        ours = model.prediction(at, FINAL)
        assert ours is not None
        assert ours.resampled == pytest.approx((len(blps) - 1) * np.var(blps), rel=1e-7)


def test_where_all_students_have_all_blocks_block_means_lose_nothing() -> None:
    """Generalised least squares and the predictor over single students, no averaging at all, given G and R."""
    rng = np.random.default_rng(5)
    given = truth(rng)
    seen = np.array([0, 1, 8, 9, 16, 17])  # one cohort through three grades, two subjects
    n = 7
    y = rng.normal(size=(n, len(seen))) * 20
    g, r = given.g[np.ix_(seen, seen)], given.r[np.ix_(seen, seen)]
    z = np.tile(np.eye(len(seen)), (n, 1))
    inverse = np.linalg.inv(z @ g @ z.T + np.kron(np.eye(n), r))
    ones = np.ones(n * len(seen))
    mu = ones @ inverse @ y.ravel() / (ones @ inverse @ ones)
    blup = mu + g @ z.T @ inverse @ (y.ravel() - mu)
    target = np.array([0, 0, 0, 0, 1.0, 0])
    ours = predicted(y.mean(axis=0), np.zeros(len(seen)), target, r / n, g, np.zeros((0, *g.shape)))
    assert ours.blp == pytest.approx(blup[4], rel=1e-9)


def test_a_school_of_one_block_is_predicted_by_its_mean() -> None:
    g, r = np.array([[4.0]]), np.array([[9.0]])
    ours = predicted(np.array([3.5]), np.array([0.5]), np.ones(1), r, g, np.zeros((0, 1, 1)))
    assert (ours.blp, ours.mse, ours.direct_mse, ours.better) == (3.5, 9.0, 9.0, False)


def test_the_nearest_semidefinite_matrix_with_zeros() -> None:
    """No other feasible matrix near it is nearer, and without zeros wanted it is the matrix without its negative part."""
    rng = np.random.default_rng(3)
    raw = np.array([[2.0, 1.9, 0, 0.3], [1.9, 1.5, -1.2, 0], [0, -1.2, 1.0, 0.9], [0.3, 0, 0.9, 1.0]])
    free = raw != 0
    assert np.linalg.eigvalsh(raw)[0] < -0.1
    found = semidefinite_with_zeros(raw, free)
    assert np.linalg.eigvalsh(found)[0] > -1e-12
    assert (found[~free] == 0).all()
    assert np.allclose(found, found.T, atol=1e-12)
    distance = np.linalg.norm(found - raw)
    for _ in range(400):
        step = np.where(free, rng.normal(size=raw.shape), 0) * 10 ** rng.uniform(-4, 0)
        other = found + (step + step.T) / 2
        low = np.linalg.eigvalsh(other)[0]
        other += np.eye(4) * max(0.0, -low)
        assert np.linalg.norm(other - raw) >= distance - 1e-9
    full = np.ones_like(free)
    assert semidefinite_with_zeros(raw, full) == pytest.approx(semidefinite(raw), abs=1e-9)
    assert semidefinite(found + np.eye(4)) == pytest.approx(found + np.eye(4), rel=1e-12)
