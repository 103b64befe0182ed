"""eblp in a project over the made-up network: read, checked, run, and its simple means by pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import metricspec
from metricspec.problems import UsageError
from metricspec.running.project import Project
from metricspec.synthetic import generate

PROJECT = "metricspec: 1\nproject: grown\nbinding: ours\nspecs: [specs]\n"
POLICY = "metricspec: 1\npolicy: open\ntitle: Nothing is hidden\nprivacy:\n  - n: 1\n"
DATASET = """metricspec: 1
dataset: scores
title: Scores of both subjects
grain: [student_id, school_id, school_year, subject, result_id]
order: [test_date, result_id]
keys: {student: student_id, school: school_id, year: school_year}
columns:
  student_id: {type: string, missing: error}
  school_id: {type: string, missing: error}
  school_year: {type: school_year, missing: error}
  result_id: {type: string, missing: error}
  test_date: {type: date, rollup: latest}
  subject: {type: code, codes: subject, rollup: latest, missing: error}
  grade: {type: code, codes: grade, rollup: latest, missing: error}
  scale_score: {type: integer, rollup: max, missing: exclude}
  prior_same: {type: number, rollup: latest}
  prior_other: {type: number, rollup: latest}
  tested: {type: boolean, rollup: any, missing: error}
  valid_score: {type: boolean, rollup: any, missing: false}
  economically_disadvantaged: {type: boolean, rollup: any, missing: false}
"""
GROUPS = """metricspec: 1
group_set: two
groups: {ALL: {title: All, where: true}, SED: {title: Disadvantaged, where: economically_disadvantaged}}
"""
BINDING = """metricspec: 1
binding: ours
datasets: {scores: {file: data/assessment.parquet}, org: {file: data/org.parquet}}
"""
SPEC = """metricspec: 1
indicator: ours.growth
version: "1.0.0"
title: Growth
unit: points
digits: 3
students: scores
population: ["grade between '04' and '08'", tested, valid_score]
measure: {{{measure}}}
orgs: plain
groups: two
policy: open
compare: {compare}
"""
KEYS = (
    "type: eblp, outcome: scale_score, priors: [prior_same, prior_other], cell: [subject, grade], subject: subject, "
    "reported: {reported}"
)


def written(folder: Path, measure: str, compare: str = "none") -> Project:
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "metricspec.yaml").write_text(PROJECT)
    texts = {"open": POLICY, "scores": DATASET, "two": GROUPS, "ours": BINDING}
    texts["growth"] = SPEC.format(measure=measure, compare=compare)
    for name, text in texts.items():
        (folder / "specs" / f"{name}.yaml").write_text(text)
    return metricspec.load(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("grown")
    generate(made / "data", students=6_000, districts=5, years=4, last_year=2025, seed=3)
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> pd.DataFrame:
    project = written(folder, KEYS.format(reported="ELA"), compare="previous")
    assert project.problems == ()
    return project.run("ours.growth", year="2024-25")


@pytest.fixture(scope="module")
def means(folder: Path) -> pd.DataFrame:
    project = written(folder, KEYS.format(reported="ELA") + ", report: simple_mean")
    return project.run("ours.growth", year="2024-25")


def of(found: pd.DataFrame, statistic: str | None, level: str = "school", group: str = "ALL") -> pd.DataFrame:
    rows = found[(found["org_level"] == level) & (found["student_group"] == group)]
    rows = rows[rows["statistic"].isna() if statistic is None else rows["statistic"] == statistic]
    return rows.set_index("org_id").sort_index()


def gains(folder: Path) -> pd.DataFrame:
    """The residuals of 2024-25 by least squares over the file of scores."""
    rows = pd.read_parquet(folder / "data" / "assessment.parquet")
    rows = rows[rows["grade"].between("04", "08") & rows["tested"] & rows["valid_score"]]
    rows = rows[(rows["school_year"] == "2024-25") & (rows["subject"] == "ELA")]
    rows = rows.dropna(subset=["scale_score", "prior_same", "prior_other"])
    assert not rows.duplicated(["student_id", "grade"]).any()
    parts = []
    for _, cell in rows.groupby("grade"):
        y = cell["scale_score"].to_numpy(float)
        x = np.column_stack([np.ones(len(cell)), cell[["prior_same", "prior_other"]].to_numpy(float)])
        parts.append(cell.assign(gain=y - x @ np.linalg.lstsq(x, y, rcond=None)[0]))
    return pd.concat(parts)


@pytest.mark.parametrize("group", ["ALL", "SED"])
def test_simple_means_are_those_of_pandas(folder: Path, found: pd.DataFrame, means: pd.DataFrame, group: str) -> None:
    rows = gains(folder)
    rows = rows if group == "ALL" else rows[rows["economically_disadvantaged"]]
    theirs = rows.groupby("school_id")["gain"].agg(["mean", "size"])
    assert len(theirs) > 10
    for frame, off in ((found, 0.0501), (means, 0.000501)):  # rounded as a statistic, and as the value
        ours = of(frame, "simple_mean" if frame is found else None, group=group)
        assert ours.index.tolist() == theirs.index.tolist()
        np.testing.assert_array_equal(ours["n"], theirs["size"])
        np.testing.assert_allclose(ours["value"], 100 + theirs["mean"], atol=off, rtol=0)


def test_every_school_has_a_value_and_says_how_it_was_made(found: pd.DataFrame) -> None:
    hybrid, eblp, simple = of(found, None), of(found, "eblp"), of(found, "simple_mean")
    assert hybrid["value"].notna().all()
    made = hybrid["notes"].str.startswith("best linear prediction")
    assert made.any()
    for rows, other in ((made, eblp), (~made, simple)):
        np.testing.assert_allclose(hybrid["value"][rows], other["value"][rows], atol=0.0506, rtol=0)
    assert (hybrid["n"] > 0).all()


def test_one_network_is_too_few_for_a_model(found: pd.DataFrame) -> None:
    network = of(found, None, "network")
    assert len(network) == 1
    assert network["value"].isna().all()
    assert network["notes"].str.startswith("fewer than 5 orgs").all()
    assert of(found, "simple_mean", "network")["value"].notna().all()


def test_a_year_is_compared_with_the_model_of_the_year_before(folder: Path, found: pd.DataFrame) -> None:
    earlier = written(folder, KEYS.format(reported="ELA")).run("ours.growth", year="2023-24")
    prior, ours = of(earlier, None)["value"], of(found, None)
    both = ours.index.intersection(prior.index)
    assert len(both) > 10
    np.testing.assert_allclose(ours.loc[both, "prior_value"], prior[both], atol=6e-4, rtol=0)


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (
            KEYS.format(reported="ELA").replace("subject: subject", "subject: tested"),
            "'tested' is not one of the columns",
        ),
        (KEYS.format(reported="ELA").replace("subject: subject, ", ""), "'reported' says nothing without 'subject'"),
        (KEYS.format(reported="ELA") + ", years_minimum: 4", "the model takes scores of 3 years only"),
        (KEYS.format(reported="ELA").replace("[prior_same", "[scale_score, prior_same"), "this is the outcome again"),
        (KEYS.format(reported="ELA").replace("prior_other]", "nobody]"), "nobody"),
    ],
)
def test_keys_that_do_not_go_together(tmp_path: Path, measure: str, says: str) -> None:
    generate(tmp_path / "data", students=200, districts=1, years=1, last_year=2025, seed=3)
    problems = written(tmp_path, measure).problems
    assert len(problems) == 1
    assert says in problems[0].message
    assert problems[0].place.line


def test_it_has_no_sql_of_its_own_alone(folder: Path) -> None:
    project = written(folder, KEYS.format(reported="ELA"))
    with pytest.raises(UsageError, match="Python"):
        project.compile("ours.growth", dialect="postgres")
