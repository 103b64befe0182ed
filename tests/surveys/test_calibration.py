"""Item parameters that are fitted: against those of R's ltm, against those that answers were drawn from, and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy.optimize import approx_fprime

import metricspec
from metricspec.cli import main
from metricspec.measures.survey_scale import Item, SurveyScale
from metricspec.measures.survey_scale.calibration import NOT_ANSWERED, _Data, _loss, calibrate
from metricspec.measures.survey_scale.credit import Parameters, log_probabilities, nodes
from metricspec.problems import UsageError
from metricspec.running import calibrating
from metricspec.running.calibrating import calibrated

SEL = "core.sel_pct_favorable_growth_mindset"


def table(items: Sequence[Item]) -> np.ndarray:
    return np.array([[item.discrimination, *item.steps] for item in items])


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "file"), [("Science", "ltm_Science.csv"), ("pisaUS_ST34", "pisa2009_items_us.csv")])
def test_parameters_are_those_of_ltm(name: str, file: str, real_data: Path) -> None:
    """Within 0.02; the other program fits with 21 points of quadrature, this one with 129."""
    reference = real_data.parent / "reference" / "likert" / f"gpcm_{name}_params.csv"
    wanted = pd.read_csv(reference).set_index("item")
    answers = pd.read_csv(real_data / file)[list(wanted.index)].dropna().astype(int)
    patterns = answers.value_counts().reset_index()
    found = calibrate(list(wanted.index), patterns[list(wanted.index)].to_numpy() - 1, patterns["count"].to_numpy(), 4)
    assert found.settled and found.people == len(answers)
    theirs = wanted[["Dscrmn", "Catgr.1", "Catgr.2", "Catgr.3"]].to_numpy()
    assert table(found.parameters.items) == pytest.approx(theirs, abs=0.02)


def drawn(people: int, seed: int = 3) -> tuple[list[Item], np.ndarray]:
    """Answers of people from known parameters; one in ten is missing."""
    rng = np.random.default_rng(seed)
    items = [Item("a", 0.8, (-1.5, 0.2, 1.1)), Item("b", 1.4, (-0.7, 0.1, 0.9)), Item("c", 2.0, (-1.0, -0.2, 0.6))]
    theta = rng.normal(size=people)
    columns = []
    for item in items:
        chances = np.exp([log_probabilities(item, float(t)) for t in theta])
        columns.append((rng.random(people)[:, None] > chances.cumsum(axis=1)).sum(axis=1).clip(0, 3))
    answers = np.stack(columns, axis=1)
    return items, np.where(rng.random(answers.shape) < 0.1, NOT_ANSWERED, answers)


def test_parameters_are_those_that_answers_were_drawn_from() -> None:
    items, answers = drawn(40_000)
    found = calibrate("abc", answers, np.ones(len(answers)), 4)
    assert found.settled
    assert table(found.parameters.items) == pytest.approx(table(items), abs=0.1)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    _, answers = drawn(60)
    theta, weight = (np.array(one) for one in zip(*nodes(Parameters(())), strict=True))
    data = _Data(answers, np.ones(len(answers)), 4, theta, weight)
    x = np.random.default_rng(1).normal(0, 0.4, 12)
    numeric = approx_fprime(x, lambda at: _loss(at, data)[0], 1e-6)
    assert _loss(x, data)[1] == pytest.approx(numeric, rel=1e-4, abs=1e-3)


def test_the_block_is_one_that_a_spec_takes(network: Path) -> None:
    project = metricspec.load(network)
    found = calibrated(project, SEL)
    block = yaml.safe_load(found.text)["parameters"]
    measure = {"items": ["gm_1", "gm_2", "gm_3", "gm_4"], "range": {"from": 1, "to": 5}, "score": "partial_credit"}
    spec = SurveyScale().parse({**measure, "parameters": block})
    assert SurveyScale().wrong(spec) == []
    assert spec.parameters is not None
    assert table(spec.parameters.items) == pytest.approx(table(found.calibration.parameters.items), abs=1e-6)
    with_parameters = calibrated(project, SEL.replace("pct_favorable", "scale_score"))
    assert with_parameters.calibration == found.calibration
    assert calibrated(project, SEL, year="2024-25").calibration.people < found.calibration.people


def test_a_file_is_written_whole_or_not_at_all(network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "parameters.yaml"
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", SEL, "--project", str(network), "--out", str(out)])
    assert ended.value.code == 0
    assert yaml.safe_load(out.read_text(encoding="utf-8"))["parameters"]["items"].keys() == {
        "gm_1",
        "gm_2",
        "gm_3",
        "gm_4",
    }
    before = out.read_bytes()
    monkeypatch.setattr(calibrating, "PEOPLE", 10**6)
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", SEL, "--project", str(network), "--out", str(out)])
    assert ended.value.code == 2
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


def test_too_few_people_and_too_few_of_an_answer_are_refused(network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = metricspec.load(network)
    monkeypatch.setattr(calibrating, "EACH", 10**6)
    with pytest.raises(UsageError, match=r"people answered 1 or 2 or 3 or 4 or 5 to 'gm_1' \(after reversing\)"):
        calibrated(project, SEL)
    monkeypatch.setattr(calibrating, "PEOPLE", 10**6)
    with pytest.raises(UsageError, match="too few people"):
        calibrated(project, SEL)


def test_only_survey_scales_are_calibrated(network: Path) -> None:
    with pytest.raises(UsageError, match="only survey scales"):
        calibrated(metricspec.load(network), "ca.ela_dfs")
    with pytest.raises(UsageError, match="is not a school year"):
        calibrated(metricspec.load(network), SEL, year="2024")
