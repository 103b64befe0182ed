"""Real scores (sgpData_LONG): direct means by pandas and least squares, and predictions that behave as they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.eblp import Eblp
from metricspec.sql.stage import Renderer
from metricspec.warehouses.duckdb import DuckDB

from .rig import ROWS, inputs, prepared

pytestmark = pytest.mark.real_data

YEARS = {f"{year - 1}_{year}": f"{year - 1}-{year % 100}" for year in (2023, 2024, 2025)}
BLOCK = {
    "outcome": "score",
    "priors": ["prior_math", "prior_reading"],
    "cell": ["subject", "grade"],
    "subject": "subject",
    "reported": "MATHEMATICS",
}


def scores(folder: Path) -> pd.DataFrame:
    """A row per student, year and subject in grades 4-8 with both scores of the year and grade before; in_group: free or
    reduced-price lunch."""
    given = pd.read_parquet(folder / "sgpData_LONG.parquet")
    given = given.assign(year=given["YEAR"].str[5:].astype(int), grade=given["GRADE"].astype(int))
    before = given.pivot_table("SCALE_SCORE", ["ID", "year", "grade"], "CONTENT_AREA").reset_index()
    before = before.assign(year=before["year"] + 1, grade=before["grade"] + 1)
    rows = given[given["YEAR"].isin(list(YEARS)) & given["grade"].between(4, 8)]
    rows = rows.merge(before, on=["ID", "year", "grade"], how="left")
    rows = rows[rows["SCALE_SCORE"].notna()]
    return pd.DataFrame(
        {
            "student": rows["ID"],
            "school": rows["SCHOOL_NUMBER"],
            "school_year": rows["YEAR"].map(YEARS),
            "district": rows["DISTRICT_NUMBER"].astype(str),
            "in_group": rows["FREE_REDUCED_LUNCH_STATUS"].astype(int),
            "y": rows["SCALE_SCORE"],
            "x1": rows["MATHEMATICS"],
            "x2": rows["READING"],
            "cell_1": rows["CONTENT_AREA"],
            "cell_2": rows["GRADE"],
        }
    )


def with_residuals(rows: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for _, cell in rows.dropna(subset=["y", "x1", "x2"]).groupby(["school_year", "cell_1", "cell_2"]):
        x = np.column_stack([np.ones(len(cell)), cell["x1"], cell["x2"]])
        slopes = np.linalg.lstsq(x, cell["y"].to_numpy(), rcond=None)[0]
        parts.append(cell.assign(residual=cell["y"] - x @ slopes))
    return pd.concat(parts)


@pytest.fixture(scope="module")
def given(real_data: Path) -> pd.DataFrame:
    return scores(real_data)


@pytest.fixture(scope="module")
def found(given: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    measure = Eblp()
    spec = measure.parse(BLOCK)
    rows, made = inputs([variable.name for variable in measure.variables(spec)], group=True)
    renderer = Renderer("duckdb")
    path = tmp_path_factory.mktemp("sgp") / "rows.parquet"
    prepared(given).to_parquet(path)
    with DuckDB(threads=2) as engine:
        engine.execute(f"CREATE TABLE {ROWS} AS FROM '{path}'", "the rows")
        steps = [rows, *measure.stages(spec, made)]
        for step in steps:
            engine.make(step, renderer)
        return engine.frame(f'SELECT * FROM "{steps[-1].name}"', "the result")


def of(
    found: pd.DataFrame, statistic: str | None, level: str = "school", group: str = "ALL", year: str = "2024-25"
) -> pd.DataFrame:
    rows = found[(found["org_level"] == level) & (found["student_group"] == group) & (found["school_year"] == year)]
    rows = rows[rows["statistic"].isna() if statistic is None else rows["statistic"] == statistic]
    return rows.set_index("org_id").sort_index()


@pytest.mark.parametrize("year", ["2022-23", "2024-25"])
@pytest.mark.parametrize("level", ["school", "district"])
@pytest.mark.parametrize("group", ["ALL", "G"])
def test_simple_means_are_those_of_pandas(
    given: pd.DataFrame, found: pd.DataFrame, level: str, group: str, year: str
) -> None:
    rows = with_residuals(given)
    rows = rows[(rows["school_year"] == year) & (rows["cell_1"] == "MATHEMATICS")]
    rows = rows if group == "ALL" else rows[rows["in_group"] == 1]
    theirs = rows.groupby(level)["residual"].agg(["mean", "size"])
    ours = of(found, "simple_mean", level, group, year)
    assert ours.index.tolist() == theirs.index.astype(str).tolist()
    assert len(ours) > (80 if level == "school" else 2)
    np.testing.assert_allclose(ours["value"], 100 + theirs["mean"], rtol=1e-9)
    np.testing.assert_array_equal(ours["n"], theirs["size"])


def test_coverage_is_that_of_pandas(given: pd.DataFrame, found: pd.DataFrame) -> None:
    rows = given[(given["school_year"] == "2024-25") & (given["cell_1"] == "MATHEMATICS")]
    known = rows[["y", "x1", "x2"]].notna().all(axis=1)
    theirs = known.groupby(rows["school"]).mean()
    ours = of(found, "coverage")["value"]
    np.testing.assert_allclose(ours, theirs.loc[ours.index], rtol=1e-12)


def test_predictions_follow_the_means_and_lean_on_other_scores_where_there_are_few(found: pd.DataFrame) -> None:
    eblp, simple, weight = of(found, "eblp").dropna(subset="value"), of(found, "simple_mean"), of(found, "weight")
    simple, weight = simple.loc[eblp.index], weight.loc[eblp.index]
    assert len(eblp) > 80
    assert np.corrcoef(eblp["value"], simple["value"])[0, 1] > 0.8
    small = eblp["n"] < eblp["n"].quantile(0.33)
    large = eblp["n"] > eblp["n"].quantile(0.67)
    off = (eblp["value"] - simple["value"]).abs()
    assert off[small].mean() > 1.5 * off[large].mean()
    assert weight["value"][small].mean() < weight["value"][large].mean()
    nearer = eblp["standard_error"] < simple["standard_error"]
    assert nearer.mean() > 0.5
    assert nearer[small].mean() > nearer[large].mean()
    spread = eblp["value"].std(), simple["value"].std()
    assert 0.3 * spread[1] < spread[0] < spread[1]


def test_the_hybrid_is_the_nearer_of_the_two(found: pd.DataFrame) -> None:
    hybrid, eblp, simple = of(found, None), of(found, "eblp"), of(found, "simple_mean")
    known = eblp["value"].notna()
    nearer = eblp["standard_error"] < simple["standard_error"]
    wanted = eblp["value"].where(nearer, simple["value"])
    np.testing.assert_array_equal(hybrid["value"][known], wanted[known])
    assert hybrid["value"][~known].isna().all()
    assert hybrid["notes"][~known].notna().all()


def test_large_groups_of_districts_are_simple_means(found: pd.DataFrame) -> None:
    group, simple = of(found, None, "district", "G"), of(found, "simple_mean", "district", "G")
    assert (group["n"] > 500).all()
    np.testing.assert_array_equal(group["value"], simple["value"])
    assert set(group["notes"]) == {"simple mean: more than 500 scores"}
