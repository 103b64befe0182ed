"""Growth models compared over a made-up network: every number again by numpy, and the command from end to end."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from metricspec.cli.growth_compare import growth_compare_command
from metricspec.problems import UsageError
from metricspec.reporting.growth_compare import page
from metricspec.running.growth_comparison import compare_growth
from metricspec.running.growth_models import Comparison
from metricspec.running.loading import load
from metricspec.synthetic import generate
from tests.reporting.growth_page_frames import effects, fit

pytestmark = pytest.mark.slow

YEAR, LEAST = "2024-25", 45
PRIORS = ("prior_same", "prior_other")
COVARIATES = ("economically_disadvantaged", "english_learner", "foster_youth")
PEERS = ("prior_same", "economically_disadvantaged")
SPEC = """\
metricspec: 1
indicator: ours.growth
version: "0.1.0"
status: active
title: {en: Our growth}
better: higher
unit: points
digits: 0
source: {publisher: nobody, document: a test}
students: assessment
stints:
  - subject = 'ELA'
population:
  - grade between '04' and '08'
  - test = 'SB' and valid_score
measure:
  type: growth
  outcome: scale_score
  cell: [grade]
  priors: [{column: prior_same}, {column: prior_other}]
  covariates: [economically_disadvantaged, english_learner, foster_youth]
  peers: [prior_same, economically_disadvantaged]
orgs: plain
groups: dash14
policy: ours
"""
POLICY = f"""\
metricspec: 1
policy: ours
title: Our rules
of: students
privacy:
  - n: 11
report:
  - n: {LEAST}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project over 9,000 students in 4 districts; its policy hides some schools."""
    folder = tmp_path_factory.mktemp("compared")
    generate(folder / "data", students=9_000, districts=4, years=2, last_year=2025, seed=3)
    (folder / "specs").mkdir()
    (folder / "specs" / "ours.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "specs" / "policy.yaml").write_text(POLICY, encoding="utf-8")
    text = "metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n"
    (folder / "metricspec.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> Comparison:
    return compare_growth(load(folder), "ours.growth")


@pytest.fixture(scope="module")
def rows(folder: Path) -> pd.DataFrame:
    """The scores that the models are fitted to, straight from the file."""
    data = pd.read_parquet(folder / "data" / "assessment.parquet")
    data = data[
        (data["school_year"] == YEAR) & (data["subject"] == "ELA") & data["grade"].isin(["04", "05", "06", "07", "08"])
    ]
    data = data[(data["test"] == "SB") & data["valid_score"]].dropna(subset=["scale_score", *PRIORS])
    data = data.assign(school=data["school_id"], y=data["scale_score"].astype(float), grade=data["grade"].astype(int))
    return data.astype(dict.fromkeys(COVARIATES, float)).reset_index(drop=True)


MODELS = {"priors": (PRIORS, ()), "students": ((*PRIORS, *COVARIATES), ()), "peers": ((*PRIORS, *COVARIATES), PEERS)}


@pytest.mark.parametrize("model", list(MODELS))
def test_effects_and_coefficients_are_numpys(model: str, found: Comparison, rows: pd.DataFrame) -> None:
    residual, coefficients = fit(rows, *MODELS[model])
    expected = effects(residual, rows["school"])
    expected = expected[expected["n"] >= LEAST]
    own = found.effects[found.effects["model"] == model].set_index("org_id").sort_index()
    assert list(own.index) == sorted(expected.index)
    for column in expected.columns:
        np.testing.assert_allclose(own[column], expected.loc[own.index, column], rtol=1e-7, atol=1e-9, err_msg=column)
    own_terms = found.coefficients[found.coefficients["model"] == model].set_index(["cell", "term"])
    assert len(own_terms) == len(coefficients)
    for one in coefficients:
        row = own_terms.loc[(str(one["cell"]), str(one["term"])), :]
        group = rows.loc[rows["grade"] == int(str(one["cell"])), str(one["term"]).removeprefix("school mean of ")]
        few = one["of"] == "share" and min(group.sum(), (1 - group).sum()) < LEAST
        assert row["hidden"] == few
        if few:
            assert np.isnan(row["estimate"])
        else:
            assert row["estimate"] == pytest.approx(one["estimate"], rel=1e-7)
        assert (row["kind"], row["of"], row["n"]) == (one["kind"], one["of"], one["n"])


def test_what_students_bring_along_is_pandas(found: Comparison, rows: pd.DataFrame) -> None:
    cell = rows.groupby("grade")
    scaled = rows.assign(
        **{p: (rows[p] - cell[p].transform("mean")) / cell[p].transform(lambda x: x.std(ddof=0)) for p in PRIORS}
    )
    scaled["white"] = (scaled["race_ethnicity"] == "WH").astype(float)
    expected = scaled.groupby("school")[[*PRIORS, *COVARIATES, "white"]].mean()
    orgs = found.orgs.set_index("org_id")
    for trait in (*PRIORS, *COVARIATES):
        np.testing.assert_allclose(orgs[trait], expected.loc[orgs.index, trait], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(orgs["group WH"], expected.loc[orgs.index, "white"], rtol=1e-12)


def test_coefficients_of_few_students_are_hidden(found: Comparison, rows: pd.DataFrame) -> None:
    """A grade has a handful of foster youth: with one of them, their coefficient would be that student's score."""
    assert 0 < rows.groupby("grade")["foster_youth"].sum().max() < LEAST
    own = found.coefficients[found.coefficients["term"] == "foster_youth"]
    assert len(own) == 10 and own["hidden"].all() and own["estimate"].isna().all()
    text = page(found, "Our rules", "metricspec growth-compare", "metricspec")
    lines = [line for line in text.split("<tr>") if ">Foster youth<" in line]
    assert [line.count(">*<") for line in lines] == [5, 5]


def test_small_schools_are_left_out(folder: Path, found: Comparison, rows: pd.DataFrame) -> None:
    sizes = rows.groupby("school").size()
    assert found.left_out == (sizes < LEAST).sum() > 0
    assert set(found.orgs["org_id"]) == set(found.effects["org_id"]) == set(sizes[sizes >= LEAST].index)
    names = pd.read_parquet(folder / "data" / "org.parquet").drop_duplicates("org_id", keep="last").set_index("org_id")
    assert list(found.orgs["name"]) == list(names.loc[found.orgs["org_id"], "org_name"])
    parents = names.loc[found.orgs["org_id"], "parent_id"]
    assert list(found.orgs["district"]) == list(names.loc[parents, "org_name"])


def test_effects_go_with_the_true_ones(folder: Path, found: Comparison, rows: pd.DataFrame) -> None:
    """The network was drawn with known effects: a mean over the school's students, in points."""
    truth = pd.read_parquet(folder / "data" / "truth" / "school_effect.parquet")
    truth = truth[(truth["school_year"] == YEAR) & (truth["subject"] == "ELA")].assign(
        grade=lambda t: t["grade"].astype(int)
    )
    true = rows.merge(truth, on=["school_id", "grade"]).groupby("school_id")["true_effect"].mean()
    effect = found.wide("effect")
    r = {key: np.corrcoef(effect[key], true.loc[effect.index])[0, 1] for key in effect}
    assert min(r.values()) > 0.6, r


def test_traits_say_which_models_hold_them_equal(found: Comparison) -> None:
    held = {trait.key: (trait.kind, trait.student, trait.peer) for trait in found.traits}
    assert held["prior_same"] == ("prior", ("priors", "students", "peers"), ("peers",))
    assert held["english_learner"] == ("share", ("students", "peers"), ())
    assert held["group WH"] == ("share", (), ())
    titles = [trait.title for trait in found.traits]
    assert len(titles) == len(set(titles))


def test_a_score_that_is_no_number_is_in_no_model(folder: Path, tmp_path: Path) -> None:
    """NaN is not null, and the full model takes no student who has it in a covariate: the small ones must not either."""
    text = SPEC.replace("covariates: [", "covariates: [prior_same_csem, ").replace("ours.growth", "ours.csem")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "csem.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "specs" / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "metricspec.yaml").write_text(
        (folder / "metricspec.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    shutil.copytree(folder / "data", tmp_path / "data")
    scores = tmp_path / "scores.parquet"
    duckdb.sql(f"""COPY (SELECT * REPLACE (CASE WHEN hash(student_id) % 7 = 0 THEN 'nan'::DOUBLE ELSE prior_same_csem END
        AS prior_same_csem) FROM '{folder / "data" / "assessment.parquet"}') TO '{scores}' (FORMAT parquet)""")
    found = compare_growth(load(tmp_path), "ours.csem", data={"assessment": scores})
    sizes = found.wide("n")
    assert list(sizes) == ["priors", "students", "peers"]
    assert (sizes["priors"] == sizes["peers"]).all() and (sizes["students"] == sizes["peers"]).all()
    whole = compare_growth(load(tmp_path), "ours.csem").wide("n")
    assert sizes["peers"].sum() < 0.95 * whole.loc[sizes.index, "peers"].sum()


def test_too_few_orgs(folder: Path) -> None:
    """Three districts have these grades: too few to compare."""
    with pytest.raises(UsageError, match="shows 3 orgs of level district in 2024-25, and a comparison needs 5"):
        compare_growth(load(folder), "ours.growth", level="district")


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("ca.ela_dfs", {}, "is a mean, and growth models are compared"),
        ("ours.grow", {}, "unknown indicator"),
        ("ours.growth", {"level": "schol"}, "unknown org level 'schol': did you mean 'school'"),
        ("ours.growth", {"year": "2019-20"}, "no result for 2019-20; the data have 2023-24, 2024-25"),
        ("ours.growth", {"year": "2024"}, "not a school year"),
    ],
)
def test_what_cannot_be_compared_is_said(folder: Path, name: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        compare_growth(load(folder), name, **options)  # type: ignore[arg-type]


def test_the_command_writes_the_page_and_a_summary(folder: Path, tmp_path: Path, rows: pd.DataFrame) -> None:
    out = tmp_path / "growth.html"
    called = CliRunner().invoke(growth_compare_command, ["ours.growth", "--project", str(folder), "--out", str(out)])
    assert called.exit_code == 0, called.output
    assert "Our growth" in called.output and "correlation with" in called.output
    text = out.read_text(encoding="utf-8")
    names = (
        pd.read_parquet(folder / "data" / "org.parquet")
        .drop_duplicates("org_id", keep="last")
        .set_index("org_id")["org_name"]
    )
    sizes = rows.groupby("school").size()
    shown, hidden = names[sizes[sizes >= LEAST].index], names[sizes[sizes < LEAST].index]
    assert all(name in text for name in shown)
    assert not [name for name in hidden if name in text and name not in set(shown)]
    assert not [student for student in rows["student_id"] if str(student) in text]
    assert "metricspec growth-compare ours.growth --year 2024-25 --out growth.html" in text
    assert str(folder) not in text and str(tmp_path) not in text


def test_where_it_fails_the_page_before_stays(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "growth.html"
    out.write_text("before", encoding="utf-8")
    call = ["ours.growth", "--project", str(folder), "--out", str(out), "--year", "2019-20"]
    assert CliRunner().invoke(growth_compare_command, call).exit_code != 0
    assert out.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [out]
    for bad in ("growth.pdf", "nowhere/growth.html"):
        called = CliRunner().invoke(growth_compare_command, [*call[:3], "--out", str(tmp_path / bad)])
        assert isinstance(called.exception, UsageError)
