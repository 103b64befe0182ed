"""metricspec moments, fit and apply: three districts and the network as a whole give the same model and the same effects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import metricspec
from metricspec.measure import Inputs
from metricspec.measures.growth.fit import Fit, from_json, to_json
from metricspec.measures.growth.residuals import fit_stages
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import Design
from metricspec.problems import SpecError
from metricspec.running.pooling import with_fit
from metricspec.sql.stage import Step
from metricspec.synthetic import generate
from metricspec.warehouses.duckdb import DuckDB
from tests.growth.pooling_rows import direct

from .conftest import Command

PROJECT = "metricspec: 1\nproject: pool\nbinding: demo\nspecs: [specs]\n"
PRIORS = ("prior_same", "prior_other")
FLAGS = ("economically_disadvantaged", "english_learner", "disability", "foster_youth")
POLICY = "metricspec: 1\npolicy: open\ntitle: Nothing is hidden\nprivacy:\n  - n: 1\n"
INDICATOR = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
status: active
title: {{en: Growth}}
better: higher
unit: points
digits: 3
students: assessment
stints: ["subject = 'ELA'"]
population: ["grade between '04' and '08'", tested, valid_score]
measure:
  type: growth
  outcome: scale_score
  cell: [grade]
  priors:
    - {{column: prior_same{same}}}
    - {{column: prior_other{other}}}
  covariates: [{flags}]
  peers: [prior_same, economically_disadvantaged]
  report: mean_residual{more}
orgs: plain
groups: dash14_academic
policy: {policy}
compare: none
effective: {effective}
"""
CSEM = {"same": ", error: {csem: prior_same_csem}", "other": ", error: {csem: prior_other_csem}"}
RELIABILITY = {"same": ", error: {reliability: 0.9}", "other": ", error: {reliability: 0.85}"}
SPECS = {
    "plain": {},
    "csem": {**CSEM, "more": "\n  standardize: population"},
    "reliability": {**RELIABILITY, "more": "\n  standardize: none\n  percentile: rank\n  by_cell: true"},
    "weighted": {**CSEM, "more": "\n  weight: prior_same_csem / 20\n  standardize: sample\n  shrinkage: none"},
    "others": {**CSEM, "more": "\n  peer_means: others"},
    "later": {"more": "\n  standardize: none", "effective": "{from: 2024-25}"},
    "hidden": {**CSEM, "policy": "ca_dashboard", "more": "\n  standardize: population"},
    "two_step": {"more": "\n  form: two_step"},
}
OPEN = ("plain", "csem", "reliability", "weighted", "others")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a network of four districts, the scores of each in a file of its own, and growth models."""
    folder = tmp_path_factory.mktemp("pool")
    generate(folder / "data", students=3_000, districts=4, years=2, last_year=2025, seed=8)
    (folder / "metricspec.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "open.yaml").write_text(POLICY, encoding="utf-8")
    for name, changes in SPECS.items():
        usual = {
            "name": name,
            "same": "",
            "other": "",
            "flags": ", ".join(FLAGS),
            "policy": "open",
            "more": "",
            "effective": "{from: 2000-01}",
        }
        (folder / "specs" / f"{name}.yaml").write_text(INDICATOR.format(**{**usual, **changes}), encoding="utf-8")
    scores = pd.read_parquet(folder / "data" / "assessment.parquet")
    orgs = pd.read_parquet(folder / "data" / "org.parquet")
    schools = orgs[orgs["org_level"] == "school"]
    parent = scores["school_id"].map(dict(zip(schools["org_id"], schools["parent_id"], strict=True)))
    for district, own in scores.groupby(parent):
        if own["grade"].between("04", "08").any():
            own.to_parquet(folder / f"{district}.scores.parquet")
    return folder


def exported(command: Command, pool: Path, name: str) -> list[Path]:
    """The moments of each district, made once."""
    found = []
    for scores in sorted(pool.glob("*.scores.parquet")):
        target = pool / f"{scores.name.split('.')[0]}.{name}.moments.parquet"
        if not target.exists():
            data = f"assessment={scores}"
            code, out, err = command("moments", f"ours.{name}", "--project", pool, "--data", data, "--out", target)
            assert (code, out) == (0, ""), err
        found.append(target)
    assert len(found) >= 3
    return found


def fitted(command: Command, pool: Path, name: str) -> Fit:
    target = pool / f"{name}.fit.json"
    code, _, err = command("fit", *exported(command, pool, name), "--out", target)
    assert code == 0, err
    return from_json(target.read_text(encoding="utf-8"))


def scores_fitted(pool: Path, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The complete scores of the network as pandas reads them, with peers and what `direct` wants."""
    frame = pd.read_parquet(pool / "data" / "assessment.parquet")
    frame = frame[(frame["subject"] == "ELA") & frame["grade"].between("04", "08")]
    frame = frame[frame["tested"] & frame["valid_score"]]
    frame = frame.assign(**{flag: frame[flag].astype(float) for flag in FLAGS}, y=frame["scale_score"].astype(float))
    frame = frame.dropna(subset=["y", *PRIORS])
    frame["w"] = frame["prior_same_csem"] / 20 if name == "weighted" else 1.0
    by = [frame[key] for key in ("school_year", "grade", "school_id")]
    for column in ("prior_same", "economically_disadvantaged"):
        whole = (frame[column] * frame["w"]).groupby(by).transform("sum")
        weight = frame["w"].groupby(by).transform("sum")
        own = frame["w"] if name == "others" else 0.0
        frame[f"peer_{column}"] = (whole - own * frame[column]) / (weight - own)
    frame = frame.replace([np.inf, -np.inf], np.nan).dropna(subset=["peer_prior_same"])
    if SPECS[name].get("same") == CSEM["same"]:
        frame = frame.rename(columns={f"{prior}_csem": f"csem_{prior}" for prior in PRIORS})
    return frame, (*PRIORS, *FLAGS, "peer_prior_same", "peer_economically_disadvantaged")


@pytest.mark.parametrize("name", OPEN)
def test_coefficients_are_those_of_all_rows(command: Command, pool: Path, name: str) -> None:
    fit = fitted(command, pool, name)
    frame, terms = scores_fitted(pool, name)
    cells = dict(list(frame.groupby(["school_year", "grade"])))
    assert len(fit.cells) == len(cells) == 10
    known = {"prior_same": 0.9, "prior_other": 0.85} if name == "reliability" else None
    for cell in fit.cells:
        own = cells[cell.school_year, cell.values[0]]
        kept = [term for term, slope in zip(terms, cell.coefficients, strict=True) if slope is not None]
        wanted = direct(own, kept, known)
        given = [cell.intercept, *(slope for slope in cell.coefficients if slope is not None)]
        assert cell.n == len(own)
        assert given == pytest.approx(list(wanted), rel=1e-9, abs=1e-9)
        assert all(own[term].nunique() == 1 for term in terms if term not in kept)


@pytest.mark.parametrize("name", OPEN)
def test_coefficients_are_those_of_a_run_on_all_rows(command: Command, pool: Path, name: str) -> None:
    """The same model solved in SQL over the whole network: coefficients, standard deviations, dropped terms."""
    fit = fitted(command, pool, name)
    project = metricspec.load(pool)
    indicator = project.indicator(f"ours.{name}")

    def build(spec: GrowthSpec, inputs: Inputs) -> Sequence[Step]:
        return fit_stages(Design(spec, inputs))

    with DuckDB() as engine:
        prepared = project.prepare([indicator.id], engine)
        plan = prepared.compiler.rows_plan(indicator, build)
        solved, _ = replace(prepared, plan=plan).run(engine, keep_stages=True)
    solved = solved.sort_values(["school_year", "cell_1"])
    assert len(solved) == len(fit.cells) == 10
    for cell, (_, row) in zip(fit.cells, solved.iterrows(), strict=True):
        assert (cell.school_year, *cell.values, cell.n) == (row["school_year"], row["cell_1"], row["n"])
        slopes = [row[f"b_{at}"] for at in range(1, len(fit.terms) + 1)]
        dropped = [row[f"dropped_{at}"] == 1 for at in range(1, len(fit.terms) + 1)]
        assert [slope is None for slope in cell.coefficients] == dropped
        assert [slope or 0.0 for slope in cell.coefficients] == pytest.approx(slopes, rel=1e-9, abs=1e-9)
        assert cell.intercept == pytest.approx(row["intercept"], rel=1e-9)
        assert cell.outcome_sd == pytest.approx(row["deviation"], rel=1e-9)


COLUMNS = ["value", "low", "high", "standard_error", "n", "notes"]
KEYS = ["school_year", "org_level", "org_id", "student_group", "category", "statistic"]


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index([frame[key].astype(object).where(frame[key].notna(), "") for key in KEYS])[
        COLUMNS
    ].sort_index()


@pytest.mark.parametrize("name", OPEN)
def test_districts_scored_with_the_fit_have_the_results_of_the_whole_network(
    command: Command, pool: Path, name: str
) -> None:
    """Every school's row for all students, to the printed digit: residuals, shrinkage, percentiles, intervals."""
    fitted(command, pool, name)
    indicator = f"ours.{name}"
    whole = by_key(metricspec.load(pool).run(indicator))
    whole = whole[whole.index.get_level_values("student_group") == "ALL"]
    compared = 0
    for scores in sorted(pool.glob("*.scores.parquet")):
        target = pool / "applied.parquet"
        data = ["--data", f"assessment={scores}", "--out", target]
        code, out, err = command("apply", indicator, "--fit", pool / f"{name}.fit.json", "--project", pool, *data)
        assert (code, out) == (0, ""), err
        assert "measured by" in err
        found = by_key(pd.read_parquet(target))
        found = found[found.index.get_level_values("student_group") == "ALL"]
        schools = found[found.index.get_level_values("org_level") == "school"]
        wanted = whole.loc[schools.index]
        for column in COLUMNS[:-1]:
            one, other = (f[column].to_numpy(float) for f in (schools, wanted))
            assert one == pytest.approx(other, rel=1e-6, abs=2e-3, nan_ok=True), column
        districts = found[found.index.get_level_values("org_level") == "district"]
        districts = districts[districts.index.get_level_values("statistic") == ""]
        assert len(districts)
        one, other = (f["value"].to_numpy(float) for f in (districts, whole.loc[districts.index]))
        assert one == pytest.approx(other, abs=2e-3)
        compared += len(schools)
    assert compared == (whole.index.get_level_values("org_level") == "school").sum()


def test_the_policy_holds_back_what_is_small(command: Command, pool: Path) -> None:
    exported(command, pool, "csem")  # the same without a policy that holds back
    paths = exported(command, pool, "hidden")
    held = 0
    for path in paths:
        rows = pd.read_parquet(path)
        assert (rows["n"] >= 11).all()
        for _, cell in rows.groupby(["school_year", "cell_1"]):
            named = cell.loc[cell["part"] == "school", "n"].sum()
            rest = cell.loc[cell["part"] == "cell", "n"].iloc[0] - named
            assert rest == 0 or rest >= 11
        whole = rows[rows["part"] == "cell"]
        gap = whole["population_n"] - whole["n"]
        assert (gap.isna() | (gap == 0) | (gap >= 11)).all()
        everything = pd.read_parquet(str(path).replace(".hidden.", ".csem."))
        held += (everything["part"] == "school").sum() - (rows["part"] == "school").sum()
        cells = everything[(everything["part"] == "cell") & (everything["n"] >= 11)]
        assert len(whole) == len(cells)
    assert held > 0


def test_what_was_left_out_is_told_without_its_size(command: Command, pool: Path, tmp_path: Path) -> None:
    scores = max(pool.glob("*.scores.parquet"), key=lambda path: path.stat().st_size)
    frame = pd.read_parquet(scores)
    few = frame[(frame["grade"] == "04") & (frame["subject"] == "ELA") & frame["prior_same"].notna()].index[9:]
    frame = frame.drop(index=few)
    frame.to_parquet(tmp_path / "scores.parquet")
    target = tmp_path / "m.parquet"
    data = f"assessment={tmp_path / 'scores.parquet'}"
    code, out, err = command("moments", "ours.hidden", "--project", pool, "--data", data, "--out", target)
    assert (code, out) == (0, "")
    assert "left out, cells of fewer than 11 scores: 2023-24 04" in err
    assert "left out, schools of fewer than 11 scores" in err
    assert "m.parquet is confidential" in err
    assert "schools in cells, how many of a school's students have, or have not, a condition" in err
    assert "foster_youth" in err.partition("its sums tell of fewer than 11 students")[2]
    rows = pd.read_parquet(target)
    assert not ((rows["cell_1"] == "04") & (rows["school_year"] == "2023-24")).any()
    about = json.loads(pq.read_schema(target).metadata[b"metricspec"])
    assert (about["indicator"], about["version"], about["privacy_n"]) == ("ours.hidden", "1.0.0", 11)
    assert about["terms"][-1] == "school mean of economically_disadvantaged"
    assert len(about["districts"]) == 1


def test_only_too_few_scores_leave_no_file(command: Command, pool: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(next(iter(pool.glob("*.scores.parquet"))))
    frame[frame["subject"] == "ELA"].groupby(["school_year", "grade"]).head(9).to_parquet(tmp_path / "s.parquet")
    target = tmp_path / "m.parquet"
    data = f"assessment={tmp_path / 's.parquet'}"
    code, _, err = command("moments", "ours.hidden", "--project", pool, "--data", data, "--out", target)
    assert code == 2
    assert "nothing was written: every cell is of too few scores" in err
    assert not target.exists()


def test_one_year_only(command: Command, pool: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.parquet"
    code, _, _ = command("moments", "ours.csem", "--project", pool, "--year", "2024-25", "--out", target)
    assert code == 0
    assert set(pd.read_parquet(target)["school_year"]) == {"2024-25"}
    assert command("fit", target, "--out", tmp_path / "f.json")[0] == 0
    scored = ["--project", pool, "--fit", tmp_path / "f.json"]
    code, _, err = command("apply", "ours.csem", *scored, "--out", tmp_path / "r.csv")
    assert code == 0
    assert "the fit has no cell of 2023-24: no score of it is measured" in err
    rows = pd.read_csv(tmp_path / "r.csv")
    rows = rows[rows["statistic"].isna()]
    assert rows.loc[rows["school_year"] == "2023-24", "value"].isna().all()
    assert rows.loc[rows["school_year"] == "2024-25", "value"].notna().any()
    code, out, _ = command("apply", "ours.csem", *scored, "--year", "2024-25", "--level", "district")
    assert code == 0
    assert "2024-25; All students" in out


def test_years_before_the_indicator_are_not_exported(command: Command, pool: Path, tmp_path: Path) -> None:
    assert command("moments", "ours.later", "--project", pool, "--out", tmp_path / "m.parquet")[0] == 0
    assert set(pd.read_parquet(tmp_path / "m.parquet")["school_year"]) == {"2024-25"}
    about = json.loads(pq.read_schema(tmp_path / "m.parquet").metadata[b"metricspec"])
    assert about["years"] == ["2024-25"]


def test_apply_hides_as_run_does(command: Command, pool: Path) -> None:
    fitted(command, pool, "hidden")
    project = metricspec.load(pool)
    scored, _ = with_fit(project, "ours.hidden", pool / "hidden.fit.json")
    applied, run = scored.run("ours.hidden"), project.run("ours.hidden")
    reported = [by_key(frame[frame["statistic"].isna()]).index for frame in (applied, run)]
    assert reported[0].equals(reported[1])
    small = applied["n"].isna()
    assert small.any()
    assert applied.loc[small, ["value", "numerator", "low", "high", "standard_error"]].isna().all(axis=None)
    assert applied.loc[~small, "n"].min() >= 11


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["moments", "ours.two_step", "--out", "m.parquet"], "only form: pooled adds up"),
        (["moments", "ca.chronic_absenteeism", "--out", "m.parquet"], "only growth models are pooled"),
        (["moments", "ours.plane", "--out", "m.parquet"], "did you mean 'ours.plain'"),
        (["moments", "ours.plain", "--out", "m.csv"], "ends in .parquet"),
        (["moments", "ours.plain", "--out", "no/m.parquet"], "there is no folder"),
        (["moments", "ours.plain", "--out", "m.parquet", "--year", "2024"], "write it as 2024-25"),
        (["moments", "ours.plain", "--out", "m.parquet", "--year", "2011-12"], "no score to fit in 2011-12"),
        (["moments", "ours.plain"], "Missing option '--out'"),
        (["apply", "ours.plain", "--fit", "no.json"], "there is no file no.json"),
        (["apply", "ours.two_step", "--fit", "no.json"], "only form: pooled adds up"),
        (["apply", "ours.plain", "--fit", "no.json", "--out", "x.xls"], "ends in one of"),
    ],
)
def test_usage_errors_say_what_to_do(
    command: Command, pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = command(*arguments, "--project", pool)
    assert (code, out) == (2, "")
    assert words in " ".join(err.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicator": "ours.csem"}, "they differ in the indicator: 'ours.csem' and 'ours.plain'"),
        ({"version": "1.2.0"}, "they differ in the version: '1.2.0' and '1.0.0'"),
        ({"standardize": "none"}, "how scores are standardized: 'none'"),
        ({"cell": ["subject"]}, "the columns of a cell: (subject) and (grade)"),
        ({"rules": {}}, "they differ in the form: nothing and 'pooled'"),
        ({"format": "x"}, "does not say that it is a fit"),
        ({"yardsticks": None}, "'yardsticks' is not a list"),
    ],
)
def test_another_fit_is_refused(
    command: Command, pool: Path, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    fitted(command, pool, "plain")
    found = json.loads((pool / "plain.fit.json").read_text(encoding="utf-8"))
    path = tmp_path / "fit.json"
    path.write_text(json.dumps({**found, **changes}), encoding="utf-8")
    code, out, err = command("apply", "ours.plain", "--project", pool, "--fit", path)
    assert (code, out) == (1, "")
    assert words in err


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("outcome: scale_score", "outcome: prior_same + 1", "the outcome: 'scale_score' and 'prior_same + 1'"),
        ("tested, valid_score", "tested", "the population: "),
        (
            "report: mean_residual",
            "report: mean_residual\n  percentile: rank",
            "how percentiles are made: 'normal' and 'rank'",
        ),
        ("report: mean_residual", "report: mean_residual\n  cell_minimum: 50", "the least number of scores in a cell"),
        ("prior_same}", "prior_same, error: {reliability: 0.9}}", "the reliabilities of the terms"),
        ("policy: open", "policy: ca_dashboard", None),  # who hides what is each district's own
        ("report: mean_residual", "report: percentile", None),
    ],
)
def test_a_fit_under_other_rules_is_refused(
    command: Command, pool: Path, tmp_path: Path, written: str, instead: str, words: str | None
) -> None:
    """Indicator, version, terms and cells are the same: what counts and what it is measured by are not."""
    fitted(command, pool, "plain")
    text = (pool / "specs" / "plain.yaml").read_text(encoding="utf-8")
    assert written in text
    specs = {"plain.yaml": text.replace(written, instead), "open.yaml": POLICY}
    (tmp_path / "specs").mkdir()
    for name, spec in specs.items():
        (tmp_path / "specs" / name).write_text(spec, encoding="utf-8")
    (tmp_path / "metricspec.yaml").write_text(PROJECT, encoding="utf-8")
    project = metricspec.load(tmp_path)
    if words is None:
        scored, fit = with_fit(project, "ours.plain", pool / "plain.fit.json")
        assert scored.indicator("ours.plain").measure.fitted == fit
        return
    with pytest.raises(SpecError) as caught:
        with_fit(project, "ours.plain", pool / "plain.fit.json")
    (problem,) = caught.value.problems
    assert problem.code == "MS531"
    assert "plain.fit.json was fitted by other rules than the project's: they differ in " in problem.message
    assert words in problem.message


def test_districts_that_wrote_the_rules_differently_are_not_pooled(
    command: Command, pool: Path, tmp_path: Path
) -> None:
    first, *_ = exported(command, pool, "plain")
    changed = (pool / "specs" / "plain.yaml").read_text(encoding="utf-8").replace("tested, valid_score", "tested")
    other = tmp_path / "project"
    (other / "specs").mkdir(parents=True)
    (other / "specs" / "plain.yaml").write_text(changed, encoding="utf-8")
    (other / "specs" / "open.yaml").write_text(POLICY, encoding="utf-8")
    (other / "metricspec.yaml").write_text(PROJECT, encoding="utf-8")
    shutil.copytree(pool / "data", other / "data")
    target = tmp_path / "m.parquet"
    assert command("moments", "ours.plain", "--project", other, "--out", target)[0] == 0
    code, _, err = command("fit", first, target)
    assert code == 1
    assert "they differ in the population: " in err


def test_the_fit_of_a_spec_is_no_part_of_its_file(pool: Path) -> None:
    project = metricspec.load(pool)
    assert project.indicator("ours.plain").measure.fitted is None
    assert replace(project.indicator("ours.plain").measure, fitted=None) == project.indicator("ours.plain").measure


@pytest.mark.slow
def test_what_apply_wrote_is_verified_with_its_fit(command: Command, pool: Path) -> None:
    own, another = fitted(command, pool, "plain"), pool / "another.fit.json"
    scores = min(pool.glob("*.scores.parquet"))
    given, out = ("--project", pool, "--data", f"assessment={scores}"), pool / "applied.csv"
    fit = pool / "plain.fit.json"
    assert command("apply", "ours.plain", *given, "--fit", fit, "--out", out)[0] == 0
    code, _, err = command("verify", out, *given)
    assert code == 2 and "name its file with --fit" in err
    code, said, err = command("verify", out, *given, "--fit", fit, "--format", "json")
    found = json.loads(said)
    assert (code, found["same"], found["differences"]) == (0, True, []), err
    moved = replace(own, cells=tuple(replace(cell, intercept=(cell.intercept or 0) + 1) for cell in own.cells))
    another.write_text(to_json(moved), encoding="utf-8")
    code, said, _ = command("verify", out, *given, "--fit", another, "--format", "json")
    assert code == 1 and [one["about"] for one in json.loads(said)["differences"]] == ["fit"]
