"""The measure type inside metricspec: every number of a small network again in pandas, spec tests, and checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.running.loading import load
from metricspec.running.project import Project
from metricspec.sql.stage import Computation, Stage
from metricspec.synthetic import generate
from sqlglot import parse_one

from metricspec_sgp.percentiles import growth_percentiles

MINIMUM = 172
POLICY = """\
metricspec: 1
policy: ours.everything
title: Everything
of: students
privacy:
  - n: 1
"""
INDICATOR = f"""\
metricspec: 1
indicator: ours.growth
version: "1.0.0"
title: Growth in English language arts
better: higher
unit: points
digits: 1
students: assessment
stints:
  - subject = 'ELA'
  - test = 'SB'
population:
  - grade between '04' and '08'
  - tested
measure:
  type: sgp
  score: scale_score
  priors: [prior_same, prior_other]
  cell: [grade]
  cell_minimum: {MINIMUM}
  by_cell: true
orgs: plain
groups: dash14_academic
policy: ours.everything
compare: none
"""
GROUPS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ALL": lambda f: f["student_id"].notna(),
    "HI": lambda f: f["race_ethnicity"] == "HI",
    "SED": lambda f: f["economically_disadvantaged"].fillna(False).astype(bool),
    "SWD": lambda f: f["disability"].fillna(False).astype(bool),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    generate(folder / "data", students=3_000, districts=4, years=2, last_year=2025, seed=11)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n")
    (folder / "specs").mkdir()
    (folder / "specs" / "policy.yaml").write_text(POLICY)
    (folder / "specs" / "growth.yaml").write_text(INDICATOR)
    return folder


@pytest.fixture(scope="module")
def project(folder: Path, registry: Registry) -> Project:
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"]
    return project


@pytest.fixture(scope="module")
def result(project: Project) -> pd.DataFrame:
    frame: pd.DataFrame = project.run("ours.growth")
    return frame


@pytest.fixture(scope="module")
def scores(folder: Path) -> pd.DataFrame:
    """The population, with each score's growth percentile (0: none) and orgs."""
    rows = pd.read_parquet(folder / "data" / "assessment.parquet")
    rows = rows[(rows["subject"] == "ELA") & (rows["test"] == "SB") & rows["tested"]]
    rows = rows[rows["grade"].between("04", "08")].reset_index(drop=True)
    assert not rows.duplicated(["student_id", "school_year"]).any()
    rows["sgp"] = 0
    known = rows.dropna(subset=["scale_score", "prior_same", "prior_other"])
    for _, cell in known.groupby(["school_year", "grade"]):
        if len(cell) >= MINIMUM:
            cell = cell.sort_values(["prior_same", "prior_other", "scale_score"])
            priors = [cell[name].to_numpy(float) for name in ("prior_same", "prior_other")]
            each = np.ones(len(cell), np.int64)
            rows.loc[cell.index, "sgp"] = growth_percentiles(priors, cell["scale_score"].to_numpy(float), each)
    orgs = pd.read_parquet(folder / "data" / "org.parquet")
    parent = orgs.set_index(["org_id", "school_year"])["parent_id"]
    rows["school"] = rows["school_id"]
    for below, above in (("school", "district"), ("district", "network")):
        rows[above] = [parent.get(pair) for pair in zip(rows[below], rows["school_year"], strict=True)]
    return rows


@pytest.mark.parametrize("level", ["school", "district", "network"])
@pytest.mark.parametrize("group", list(GROUPS))
def test_medians_means_and_shares(result: pd.DataFrame, scores: pd.DataFrame, level: str, group: str) -> None:
    members = scores[GROUPS[group](scores)]
    ours = result[(result["org_level"] == level) & (result["student_group"] == group)]
    keys = ["school_year", "org_id"]
    for category, part in [(None, members), *members.groupby("grade")]:
        rows = ours[ours["category"].isna() if category is None else ours["category"] == category]
        with_one = part[part["sgp"] > 0].groupby(["school_year", level])["sgp"]
        expected = {
            None: with_one.median(),
            "mean_sgp": with_one.mean(),
            "at_least_50": 100 * with_one.agg(lambda sgp: (sgp >= 50).mean()),
        }
        for statistic, values in expected.items():
            one = rows[rows["statistic"].isna() if statistic is None else rows["statistic"] == statistic]
            shown = one[one["n"] > 0].set_index(keys)
            assert shown.index.is_unique and set(shown.index) == set(values.index)
            assert (shown["value"] - values.reindex(shown.index)).abs().le(0.05 + 1e-9).all()
            assert (shown["n"] == with_one.size().reindex(shown.index)).all()
        population = part.groupby(["school_year", level])
        coverage = rows[rows["statistic"] == "coverage"].set_index(keys)
        assert set(coverage.index) == set(population.groups)
        share = population["sgp"].agg(lambda sgp: 100 * (sgp > 0).mean()).reindex(coverage.index)
        assert (coverage["value"] - share).abs().le(0.05 + 1e-9).all()
        assert (coverage["denominator"] == population.size().reindex(coverage.index)).all()


def test_some_grades_are_fitted_and_notes_name_the_others(result: pd.DataFrame, scores: pd.DataFrame) -> None:
    complete = scores.dropna(subset=["scale_score", "prior_same", "prior_other"])
    sizes = complete.groupby(["school_year", "grade"], as_index=False).size()
    assert sizes["size"].min() < MINIMUM <= sizes["size"].max(), "the example must have both"
    networks = result[(result["org_level"] == "network") & (result["student_group"] == "ALL")]
    for year, grade, size in sizes.itertuples(index=False):
        rows = networks[(networks["school_year"] == year) & (networks["category"] == grade)]
        reason = f"no growth percentiles for {grade}: fewer than {MINIMUM} complete scores"
        coverage = rows[rows["statistic"] == "coverage"]
        assert len(coverage) == 1
        assert list(coverage["notes"].fillna("")) == ["" if size >= MINIMUM else reason]
        assert (coverage["value"] == 0).all() == (size < MINIMUM)


def test_no_student_reaches_the_fit(project: Project) -> None:
    """The step in Python reads only distinct scores of each cell and how many students have them."""
    plan = project.compiler().plan(["ours.growth"])
    (step,) = [step for step in plan.stages if isinstance(step, Computation)]
    (source,) = [s for s in plan.stages if isinstance(s, Stage) and s.name in step.reads]
    query = parse_one(source.template.text, read="duckdb")
    assert [column.alias_or_name for column in query.expressions] == [
        "point",
        "school_year",
        "cell_1",
        "prior_1",
        "prior_2",
        "score",
        "n",
    ]


def test_it_has_no_sql_of_its_own(project: Project) -> None:
    with pytest.raises(UsageError, match="runs partly in Python"):
        project.compile("ours.growth", "snowflake")


@pytest.mark.parametrize(
    ("written", "instead", "code"),
    [
        ("cell: [grade]", "cell: [grad]", "MS302"),
        ("priors: [prior_same, prior_other]", "priors: [prior_same, tested]", "MS304"),
        ("priors: [prior_same, prior_other]", "priors: []", "MS107"),
        (f"cell_minimum: {MINIMUM}", "cell_minimum: 50", "MS107"),
        ("score: scale_score", "score: scale_score\n  knots: 7", "MS102"),
        ("unit: points\n", "", "MS103"),
    ],
)
def test_mistakes_are_named_at_their_place(
    tmp_path: Path, registry: Registry, written: str, instead: str, code: str
) -> None:
    assert written in INDICATOR
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nspecs: [specs]\n")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "policy.yaml").write_text(POLICY)
    (tmp_path / "specs" / "growth.yaml").write_text(INDICATOR.replace(written, instead))
    (problem,) = load(tmp_path, registry=registry).problems
    assert (problem.code, Path(problem.place.file).name) == (code, "growth.yaml")
    line = INDICATOR[: INDICATOR.index(written)].count("\n") + 1
    assert problem.place.line in (line, line + 1) or code == "MS103"
