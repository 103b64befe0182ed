"""California's Academic Performance Index of 1999 and 2000, 6,194 schools: growth, target and result of every school, and
schools held against schools like them.

The published columns are read here with pandas; the engine is given the two years' index and the characteristics.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, t

import metricspec
from metricspec.running.project import Project

pytestmark = pytest.mark.real_data

SPECS = Path(__file__).parent / "api"
GIVEN = ["meals", "ell", "mobility", "not.hsg"]


@pytest.fixture(scope="module")
def published(real_data: Path) -> pd.DataFrame:
    return pd.read_csv(real_data / "apipop.csv", dtype={"cds": str}).set_index("cds")


@pytest.fixture(scope="module")
def project(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The specs beside this file over the public file."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copytree(SPECS, folder / "specs")
    shutil.copy(real_data / "apipop.csv", folder)
    binding = folder / "specs" / "binding.yaml"
    text = binding.read_text(encoding="utf-8").replace("'apipop.csv'", f"'{folder / 'apipop.csv'}'")
    binding.write_text(text, encoding="utf-8")
    (folder / "metricspec.yaml").write_text(
        "metricspec: 1\nproject: api\nbinding: api\nspecs: [specs]\n", encoding="utf-8"
    )
    found = metricspec.load(folder)
    assert not found.problems, found.problems
    return found


@pytest.fixture(scope="module")
def results(project: Project) -> pd.DataFrame:
    return project.run("api.growth", "api.target", "api.met_schoolwide", "api.met_both")


def of_schools(frame: pd.DataFrame, indicator: str) -> pd.Series:
    rows = frame[(frame["indicator"] == indicator) & (frame["org_level"] == "school") & frame["statistic"].isna()]
    return rows.set_index("org_id")["value"]


def test_growth_of_every_school(results: pd.DataFrame, published: pd.DataFrame) -> None:
    ours = of_schools(results, "api.growth")
    assert len(ours) == 6_194 and (ours == published["growth"].reindex(ours.index)).all()


def test_target_of_every_school_that_has_one(results: pd.DataFrame, published: pd.DataFrame) -> None:
    ours = of_schools(results, "api.target")
    theirs = published["target"].dropna()
    assert set(ours.index) == set(theirs.index) and len(ours) == 5_454
    assert (ours == theirs.reindex(ours.index)).all()


@pytest.mark.parametrize(("indicator", "column"), [("met_schoolwide", "sch.wide"), ("met_both", "both")])
def test_result_of_every_school(results: pd.DataFrame, published: pd.DataFrame, indicator: str, column: str) -> None:
    ours = of_schools(results, f"api.{indicator}")
    assert len(ours) == 6_194
    assert ((ours == 100) == (published[column].reindex(ours.index) == "Yes")).all()
    assert set(ours) == {0, 100}


def test_the_reference_says_the_same(real_data: Path) -> None:
    """The counts of the checks that were made in R."""
    path = real_data.parent / "reference" / "rates" / "api_check.csv"
    if not path.is_file():
        pytest.skip(f"no {path}")
    checks = pd.read_csv(path, skipinitialspace=True)
    assert checks["n"].tolist() == [6_194, 5_454, 5_454, 6_194] and (checks["ok"] == checks["n"]).all()


def test_districts_count_their_schools(results: pd.DataFrame, published: pd.DataFrame) -> None:
    rows = results[(results["indicator"] == "api.met_schoolwide") & (results["org_level"] == "district")]
    met = (published["sch.wide"] == "Yes").groupby("D" + published.index.str[:7])
    counted = rows.set_index("org_id")
    assert (counted["numerator"] == met.sum().reindex(counted.index)).all()
    assert (counted["denominator"] == met.size().reindex(counted.index)).all()


@pytest.fixture(scope="module")
def pools(published: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The schools of each type with all four characteristics, in the order of their ids."""
    known = published.dropna(subset=GIVEN).sort_index()
    return dict(iter(known.groupby("stype")))


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """A row for each school, a column for each statistic; the indicator's own value is 'own'."""
    return frame.assign(statistic=frame["statistic"].fillna("own")).pivot(
        index="org_id", columns="statistic", values="value"
    )


def leave_one_out(pool: pd.DataFrame, weights: np.ndarray) -> Iterator[tuple[float, float, float]]:
    """Expected value, difference and chance of each school, from the normal equations without it."""
    x = np.column_stack([np.ones(len(pool)), (pool[GIVEN] - pool[GIVEN].mean()).to_numpy(float)])
    y = pool["api00"].to_numpy(float)
    xx, xy, yy = (x.T * weights) @ x, (x.T * weights) @ y, float(weights @ y**2)
    free = len(pool) - 1 - x.shape[1]
    for row, value, weight in zip(x, y, weights, strict=True):
        inverse = np.linalg.inv(xx - weight * np.outer(row, row))
        b = inverse @ (xy - weight * row * value)
        s2 = (yy - weight * value**2 - b @ (xy - weight * row * value)) / free
        error = math.sqrt(s2 * (1 / weight + row @ inverse @ row))
        difference = value - row @ b
        yield float(row @ b), float(difference), float(2 * t.sf(abs(difference) / error, free))


@pytest.mark.parametrize(("indicator", "count"), [("outliers", 16), ("weighted_outliers", 11)])
def test_outliers_by_regression(project: Project, pools: dict[str, pd.DataFrame], indicator: str, count: int) -> None:
    """Of 6,190 schools few are called unusual, though one in twenty is at five percent if looked at alone."""
    frame = project.run(f"api.{indicator}")
    ours, expected = wide(frame), {}
    for pool in pools.values():
        weights = pool["api.stu"].to_numpy(float) if indicator == "weighted_outliers" else np.ones(len(pool))
        weights = weights / weights.mean()
        expected |= dict(zip(pool.index, leave_one_out(pool, weights), strict=True))
    known = ours["own"].dropna()
    assert len(known) == len(expected) == 6_190  # four schools without mobility
    theirs = pd.DataFrame(expected, index=["expected", "own", "p_value"]).T
    theirs["adjusted_p_value"] = false_discovery_control(theirs["p_value"])
    assert (ours["own"].loc[theirs.index] - theirs["own"]).abs().max() <= 0.5 + 1e-6  # published in whole points
    for name, digits in (("expected", 2), ("p_value", 4), ("adjusted_p_value", 4)):
        gap = (ours[name].loc[theirs.index] - theirs[name]).abs().max()
        assert gap <= 0.5 * 10**-digits + 1e-6, (name, gap)
    categories = frame[frame["statistic"].isna()].set_index("org_id")["category"].loc[theirs.index]
    unusual = theirs["adjusted_p_value"] <= 0.05
    side = np.where(theirs["own"] > 0, "higher than expected", "lower than expected")
    assert (categories == np.where(unusual, side, "as expected")).all()
    assert unusual.sum() == count
    assert 250 < (theirs["p_value"] <= 0.05).sum() < 400


def distances(z: np.ndarray) -> np.ndarray:
    squares = ((z[:, None, :] - z[None, :, :]) ** 2).mean(axis=2)
    np.fill_diagonal(squares, np.inf)
    return np.round(np.sqrt(squares), 10)


@pytest.fixture(scope="module")
def similar(project: Project) -> pd.DataFrame:
    return project.run("api.similar", "api.nearest")


@pytest.mark.parametrize("kind", ["H", "M"])
def test_similar_schools(similar: pd.DataFrame, pools: dict[str, pd.DataFrame], kind: str) -> None:
    pool = pools[kind]
    x = pool[GIVEN].to_numpy(float)
    length = distances((x - x.mean(axis=0)) / x.std(axis=0))
    near = np.argsort(length, axis=1, kind="stable")[:, :10]
    frame = similar[similar["indicator"] == "api.similar"].dropna(subset=["category"])
    ours = {(row.org_id, row.category): row.value for row in frame.itertuples()}
    assert len(ours) == 10 * 6_190
    for at, school in enumerate(pool.index):
        for other in near[at]:
            assert abs(ours[school, pool.index[other]] - length[at, other]) <= 0.0005 + 1e-9
    own = wide(similar[similar["indicator"] == "api.nearest"])
    expected = pool["api00"].to_numpy(float)[near].mean(axis=1)
    assert np.abs(own["expected"].loc[pool.index] - expected).max() <= 0.005 + 1e-6


def test_ranks_among_the_hundred_nearest(project: Project, pools: dict[str, pd.DataFrame]) -> None:
    """The State's idea with weights fitted here: the rank is the tenth among the hundred schools of the nearest index."""
    ours = wide(project.run("api.similar_schools_rank"))
    for pool in pools.values():
        y = pool["api00"].to_numpy(float)
        x = np.column_stack([np.ones(len(pool)), pool[GIVEN].to_numpy(float)])
        index = x @ np.linalg.lstsq(x, y, rcond=None)[0]
        assert np.abs(ours["characteristics_index"].loc[pool.index] - index).max() <= 0.005 + 1e-6
        same = 0
        for at, school in enumerate(pool.index):
            apart = np.abs(index - index[at])
            apart[at] = np.inf
            near = np.argsort(np.round(apart, 8), kind="stable")[:100]
            rank = min(10, 1 + int((y[near] < y[at]).sum()) // 10)
            same += ours.loc[school, "similar_schools_rank"] == rank
        assert same >= len(pool) - 2  # two schools of the same distance to a third may change places
    ranks = ours["similar_schools_rank"].dropna()
    assert set(ranks) == set(range(1, 11)) and (ranks.value_counts(normalize=True) > 0.05).all()
