"""Survey scales over public answers: reference results of other people's tools, and a published survey's own ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import metricspec
from metricspec.running.binding import absolute
from metricspec.warehouses.duckdb import DuckDB

pytestmark = pytest.mark.real_data

DATASET = """metricspec: 1
dataset: likert
span: year
grain: [person, school_id, year, item]
keys: {student: person, school: school_id, year: year}
columns:
  person: {type: string, missing: error}
  school_id: {type: string, missing: error}
  year: {type: school_year, missing: error}
  item: {type: string, missing: error}
  answer: {type: number, missing: exclude}
  sex: {type: string, missing: exclude}
  grade_band: {type: string, missing: exclude}
  meals: {type: string, missing: exclude}
  needs: {type: string, missing: exclude}
"""
GROUPS = {
    "ALL": "true",
    "1": "sex = '1'",
    "2": "sex = '2'",
    "Boy": "sex = 'Boy'",
    "Girl": "sex = 'Girl'",
    "Y8": "grade_band = 'Year 8'",
    "Y10": "grade_band = 'Year 10'",
    "FSM": "meals = 'FSM'",
    "NonFSM": "meals = 'Non-FSM'",
    "SEN": "needs = 'SEN'",
    "NonSEN": "needs = 'Non-SEN'",
}
POLICY = {"metricspec": 1, "policy": "open", "title": "All", "of": "students", "privacy": [{"n": 1}]}
ATTRIBUTES = ["sex", "grade_band", "meals", "needs"]
Tally = Callable[[str], pd.DataFrame]


def long(wide: pd.DataFrame, items: Iterable[str]) -> pd.DataFrame:
    """One row for each person and item, of a frame with a row for each person."""
    kept = [name for name in (*dict.fromkeys(items), "school_id", *ATTRIBUTES) if name in wide]
    frame = wide[kept].assign(person=[f"p{at}" for at in range(len(wide))], year="2024-25")
    for name in ("school_id", *ATTRIBUTES):
        frame[name] = frame.get(name, "S" if name == "school_id" else None)
    keys = ["person", "school_id", "year", *ATTRIBUTES]
    return frame.melt(id_vars=keys, value_vars=list(items), var_name="item", value_name="answer")


def scales(folder: Path, rows: pd.DataFrame, measures: Mapping[str, Mapping[str, Any]]) -> Tally:
    """A project over the rows with an indicator t.<name> for each measure; gives its Tally."""
    (folder / "specs").mkdir(parents=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: t\nbinding: t\nspecs: [specs]\n")
    groups = {code: {"title": code, "where": True if where == "true" else where} for code, where in GROUPS.items()}
    tree = [{"org_id": "D", "org_level": "district", "parent_id": "N"}, {"org_id": "N", "org_level": "network"}]
    tree += [{"org_id": s, "org_level": "school", "parent_id": "D"} for s in sorted(rows.school_id.unique())]
    pd.DataFrame(tree).assign(school_year="2024-25", org_type="HS").to_parquet(folder / "org.parquet")
    rows.to_parquet(folder / "likert.parquet")
    none = {name: {"none": True} for name in ("charter", "alternative")}
    bound = {"likert": {"file": "likert.parquet"}, "org": {"file": "org.parquet", "columns": none}}
    documents: dict[str, Any] = {
        "groups": {"metricspec": 1, "group_set": "t", "title": "t", "groups": groups},
        "policy": POLICY,
        "binding": {"metricspec": 1, "binding": "t", "title": "t", "datasets": bound},
    }
    head = {"version": "1.0.0", "better": "none", "digits": 6, "students": "likert"}
    for name, measure in measures.items():
        block = {"type": "survey_scale", "response": "answer", **measure}
        unit = "ratio" if measure["score"] == "percent_favorable" else "points"
        tail = {"unit": unit, "measure": block, "orgs": "plain", "groups": "t", "policy": "open"}
        documents[f"i_{name}"] = {"metricspec": 1, "indicator": f"t.{name}", "title": name, **head, **tail}
    (folder / "specs" / "likert.yaml").write_text(DATASET)
    for name, document in documents.items():
        (folder / "specs" / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    project = metricspec.load(folder)
    assert not project.problems, project.problems

    def tally(name: str) -> pd.DataFrame:
        compiler = project.compiler("duckdb", absolute(project.binding, project.folder))
        with DuckDB() as engine:
            for stage in compiler.plan([f"t.{name}"]).stages:
                engine.make(stage, compiler.renderer)
                if stage.name == "tally":
                    break
            return engine.frame("SELECT * FROM tally", "the tally")

    return tally


def value(rows: pd.DataFrame, group: str, statistic: str | None = None, level: str = "network") -> pd.Series:
    chosen = rows[(rows.org_level == level) & (rows.student_group == group)]
    chosen = chosen[chosen.statistic.isna() if statistic is None else chosen.statistic == statistic]
    assert len(chosen) == 1
    return chosen.iloc[0]


def reference(real_data: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(real_data.parent / "reference" / "likert" / name)


BFI = {"bfi_agree": "A", "bfi_consc": "C", "bfi_extra": "E", "bfi_neuro": "N", "bfi_open": "O"}
PISA = {
    "pisa_ST34_student_teacher_relations": "ST34",
    "pisa_ST36_disciplinary_climate_rev": "ST36",
    "pisa_ST24_joy_reading": "ST24",
}


def measures(scale: str, items: pd.DataFrame, high: int, favorable: int) -> dict[str, dict[str, Any]]:
    """The same scale scored in three ways."""
    base = {"items": list(items.item), "range": {"from": 1, "to": high}}
    turned = list(items.item[items.reversed])
    base |= {"reverse": turned} if turned else {}
    percent = {"score": "percent_favorable", "favorable": {"from": favorable}}
    return {
        f"{scale}_mean": {**base, "score": "mean"},
        f"{scale}_pooled": {**base, **percent, "pool": "responses", "answered": 1},
        f"{scale}_people": {**base, **percent, "pool": "students"},
    }


def sources(real_data: Path) -> dict[str, tuple[pd.DataFrame, list[str], int, int]]:
    bfi = pd.read_csv(real_data / "psych_bfi.csv")
    bfi["sex"] = bfi.gender.astype(str)
    return {
        "bfi": (bfi, list(BFI), 6, 5),
        "pisa": (pd.read_csv(real_data / "pisa2009_items_us.csv"), list(PISA), 4, 3),
        "science": (pd.read_csv(real_data / "ltm_Science.csv"), ["ltm_Science_attitude"], 4, 3),
    }


def scored_as(real_data: Path, tmp_path: Path, name: str) -> tuple[Tally, Sequence[str]]:
    wide, names, high, favorable = sources(real_data)[name]
    stats = reference(real_data, "item_stats.csv")
    made: dict[str, dict[str, Any]] = {}
    for scale in names:
        made |= measures(scale.lower(), stats[stats.scale == scale], high, favorable)
    items = stats.item[stats.scale.isin(names)]
    return scales(tmp_path, long(wide, items), made), names


@pytest.mark.parametrize("name", ["bfi", "science"])
def test_scales_of_whole_files(name: str, real_data: Path, tmp_path: Path) -> None:
    """Mean, standard deviation, both percents and alpha, and how many people they are of."""
    tally, names = scored_as(real_data, tmp_path, name)
    wanted = reference(real_data, "scale_summary.csv").set_index("scale")
    for scale in names:
        row, mean = wanted.loc[scale], tally(f"{scale.lower()}_mean")
        own = value(mean, "ALL")
        assert (own.n, own.value) == (row.n_scored, pytest.approx(row.scale_mean, abs=1e-6))
        assert own.standard_error == pytest.approx(row.scale_sd / np.sqrt(row.n_scored), abs=1e-6)
        assert value(mean, "ALL", "standard_deviation").value == pytest.approx(row.scale_sd, abs=1e-6)
        alpha = value(mean, "ALL", "alpha")
        assert (alpha.n, alpha.value) == (row.n_complete, pytest.approx(row.alpha_complete, abs=1e-6))
        part = value(mean, "ALL", "participation")
        assert (part.numerator, part.denominator) == (row.n_scored, row.n_resp)
        pooled, people = value(tally(f"{scale.lower()}_pooled"), "ALL"), value(tally(f"{scale.lower()}_people"), "ALL")
        assert (pooled.n, 100 * pooled.value) == (row.n_any, pytest.approx(row.pct_fav_items, abs=1e-6))
        assert (people.n, 100 * people.value) == (row.n_scored, pytest.approx(row.pct_fav_persons, abs=1e-6))


@pytest.mark.parametrize("name", ["bfi", "pisa"])
def test_scales_by_group(name: str, real_data: Path, tmp_path: Path) -> None:
    """Means of women and men, and of one country."""
    tally, names = scored_as(real_data, tmp_path, name)
    wanted = reference(real_data, "scale_by_group.csv")
    for row in wanted[wanted.scale.isin(names)].itertuples():
        group = row.group if row.group in GROUPS else "ALL"
        mean, pooled = tally(f"{row.scale.lower()}_mean"), tally(f"{row.scale.lower()}_pooled")
        assert (value(mean, group).n, value(mean, group).value) == (row.n_scored, pytest.approx(row.mean, abs=1e-6))
        assert value(mean, group, "standard_deviation").value == pytest.approx(row.sd, abs=1e-6)
        assert 100 * value(pooled, group).value == pytest.approx(row.pct_fav_items, abs=1e-6)


def credit(items: pd.DataFrame, quadrature: Mapping[str, Any] | None) -> dict[str, Any]:
    """A measure with the reference's item parameters."""
    of = {
        row["item"]: {"discrimination": row["Dscrmn"], "steps": [row[f"Catgr.{at}"] for at in (1, 2, 3)]}
        for row in items.to_dict("records")
    }
    parameters: dict[str, Any] = {"items": of} | ({"quadrature": dict(quadrature)} if quadrature else {})
    base = {"items": list(of), "range": {"from": 1, "to": 4}, "score": "partial_credit", "answered": "all"}
    return {**base, "parameters": parameters}


HERMITE = {"rule": "gauss_hermite", "points": 21}  # the reference's


@pytest.mark.parametrize(
    ("name", "quadrature", "within"),
    [("Science", None, 0.02), ("Science", HERMITE, 1e-9), ("pisaUS_ST34", HERMITE, 1e-9)],
)
def test_partial_credit_of_each_pattern(
    name: str, quadrature: Mapping[str, Any] | None, within: float, real_data: Path, tmp_path: Path
) -> None:
    """The expected place of every pattern of answers: each pattern is a school of one person."""
    wanted = reference(real_data, f"gpcm_{name}_theta_eap_patterns.csv")
    items = reference(real_data, f"gpcm_{name}_params.csv")
    wide = wanted.assign(school_id=[f"S{at:03}" for at in range(len(wanted))])
    tally = scales(tmp_path, long(wide, items.item), {"theta": credit(items, quadrature)})
    rows = tally("theta")
    rows = rows[(rows.org_level == "school") & (rows.student_group == "ALL") & rows.statistic.isna()]
    rows = rows.sort_values("org_id")
    assert len(rows) == len(wanted) in (90, 351)
    assert rows.value.to_numpy() == pytest.approx(wanted.z1.to_numpy(), abs=within)


@pytest.mark.parametrize(
    ("name", "file", "quadrature", "within"),
    [
        ("Science", "ltm_Science.csv", None, 1e-3),
        ("pisaUS_ST34", "pisa2009_items_us.csv", None, 1e-3),
        ("pisaUS_ST34", "pisa2009_items_us.csv", HERMITE, 1e-9),
    ],
)
def test_partial_credit_of_everybody(
    name: str, file: str, quadrature: Mapping[str, Any] | None, within: float, real_data: Path, tmp_path: Path
) -> None:
    """The mean over the people of the public file is that over the reference's patterns."""
    wanted, items = (
        reference(real_data, f"gpcm_{name}_theta_eap_patterns.csv"),
        reference(real_data, f"gpcm_{name}_params.csv"),
    )
    tally = scales(tmp_path, long(pd.read_csv(real_data / file), items.item), {"theta": credit(items, quadrature)})
    own = value(tally("theta"), "ALL")
    assert own.n == wanted.Obs.sum()
    assert own.value == pytest.approx(np.average(wanted.z1, weights=wanted.Obs), abs=within)


BEEWELL = {
    "year_group_lab": {"Year 8": "Y8", "Year 10": "Y10"},
    "gender_lab": {"Boy": "Boy", "Girl": "Girl"},
    "fsm_lab": {"FSM": "FSM", "Non-FSM": "NonFSM"},
    "sen_lab": {"SEN": "SEN", "Non-SEN": "NonSEN"},
}


def published_group(row: Mapping[str, Any]) -> str:
    found = [codes[row[column]] for column, codes in BEEWELL.items() if row[column] != "All"]
    assert len(found) <= 1
    return found[0] if found else "ALL"


def beewell(real_data: Path) -> pd.DataFrame:
    raw = pd.read_csv(real_data / "beewell_standard_synthetic_data_raw.csv")
    named = {"gender_lab": "sex", "year_group_lab": "grade_band", "fsm_lab": "meals", "sen_lab": "needs"}
    return raw.rename(columns={**named, "school_lab": "school_id"})


def test_beewell(real_data: Path, tmp_path: Path) -> None:
    """Every published cell: mean, pupils, and its rating: more than a standard deviation from the schools' mean, both
    weighted by pupils, over the schools of ten and more.

    Two ratings cannot be met: there one school is compared with itself, and the published "below" is the last bit of
    its mean. Such a school has no standing here.
    """
    published = pd.read_csv(real_data / "beewell_standard_school_aggregate_scores_rag.csv")
    raw, names = beewell(real_data), sorted(published.variable.unique())
    base = {"score": "mean", "answered": "all", "standing": {"orgs_from": 10}, "range": {"from": 0, "to": 1440}}
    tally = scales(tmp_path, long(raw, names), {name: {**base, "items": [name]} for name in names})
    met = rated = hidden = alone = 0
    for name in names:
        rows = tally(name)
        rows = rows[rows.org_level == "school"]
        scores = rows[rows.statistic.isna()].set_index(["org_id", "student_group"])
        standing = rows[rows.statistic == "standing"].set_index(["org_id", "student_group"]).value
        for row in published[published.variable == name].to_dict("records"):
            key = (row["school_lab"], published_group(row))
            ours = scores.loc[key] if key in scores.index else None
            if np.isnan(row["mean"]):
                hidden += 1
                assert ours is None or ours.n < 10
                continue
            assert ours is not None and (ours.n, ours.value) == (row["count"], pytest.approx(row["mean"], abs=1e-9))
            met += 1
            if row["group_n"] == 1:
                alone += 1
                assert key not in standing.index and abs(row["mean"] - row["group_wt_mean"]) < 1e-12
                continue
            place = standing[key]
            rating = "above" if place > 1 else "below" if place < -1 else "average"
            rated += rating == row["rag"]
    assert (met, hidden, met + hidden) == (1_899, 117, 2_016)
    assert (rated, alone) == (1_897, 2)


def test_beewell_counts(real_data: Path, tmp_path: Path) -> None:
    """The published numbers of pupils who took part: everybody with a row, whatever they answered."""
    published = pd.read_csv(real_data / "beewell_standard_school_overall_counts.csv")
    raw = beewell(real_data)
    one = {"items": ["life_satisfaction_score"], "score": "mean", "range": {"from": 0, "to": 10}}
    rows = scales(tmp_path, long(raw, one["items"]), {"life": one})("life")
    rows = rows[(rows.org_level == "school") & (rows.statistic == "participation")]
    ours = rows.set_index(["org_id", "student_group"]).denominator
    hidden = 0
    for row in published.to_dict("records"):
        pupils = ours.get((row["school_lab"], published_group(row)), 0)
        if np.isnan(row["count"]):
            hidden += 1
            assert pupils < 10
        else:
            assert pupils == row["count"]
    assert (len(published), hidden) == (63, 2)


def test_beewell_scores_are_sums_of_items(real_data: Path, tmp_path: Path) -> None:
    """The total of six answers of which two are worded the other way is the file's own score of autonomy."""
    raw = beewell(real_data)
    items = [f"autonomy_{name}" for name in ("pressure", "express", "decide", "told", "myself", "choice")]
    measure = {"items": items, "reverse": ["autonomy_pressure", "autonomy_told"], "range": {"from": 1, "to": 5}}
    rows = scales(tmp_path, long(raw, items), {"own": {**measure, "score": "total", "answered": "all"}})("own")
    for school, scores in raw.groupby("school_id").autonomy_score:
        mine = rows[(rows.org_id == school) & (rows.student_group == "ALL") & rows.statistic.isna()].iloc[0]
        assert (mine.n, mine.value) == (scores.count(), pytest.approx(scores.mean(), abs=1e-9))
        assert mine.standard_error == pytest.approx(scores.sem(), abs=1e-9)
