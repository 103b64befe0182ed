"""The block of a survey scale: what it may say, and what does not go together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import numpy as np
import pytest

from metricspec.measure import EVERY_ROW, CheckedMeasure, StagedMeasure
from metricspec.measures.survey_scale import Item, Parameters, SurveyScale, SurveyScaleSpec
from metricspec.measures.survey_scale.credit import enough_points, log_probabilities
from metricspec.measures.survey_scale.spec import Floor
from tests.surveys.person import expected_theta

MEAN: dict[str, Any] = {"items": ["a", "b", "c", "d"], "range": {"from": 1, "to": 5}, "score": "mean"}
FAVORABLE: dict[str, Any] = {**MEAN, "score": "percent_favorable", "favorable": {"from": 4}, "pool": "responses"}
ITEM = {"discrimination": 1, "steps": [-1, 0, 0.5, 1]}
CREDIT: dict[str, Any] = {**MEAN, "score": "partial_credit", "parameters": {"items": dict.fromkeys("abcd", ITEM)}}


def valid(block: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(dict(SurveyScale.schema)).is_valid(block)


def test_it_is_a_staged_measure_of_every_row() -> None:
    measure = SurveyScale()
    assert isinstance(measure, StagedMeasure) and isinstance(measure, CheckedMeasure)
    assert measure.row_keys(measure.parse(MEAN)) == EVERY_ROW


def test_a_block_becomes_a_spec() -> None:
    floors = [{"where": "grade <= '05'", "percent": 40}, {"percent": 25}]
    block = {
        **FAVORABLE,
        "reverse": ["b"],
        "parts": {"one": ["a", "b"]},
        "participation_floor": floors,
        "answered": 0.75,
    }
    assert valid(block)
    spec = SurveyScale().parse(block)
    assert spec == SurveyScaleSpec(
        ("a", "b", "c", "d"), Decimal(1), Decimal(5), "percent_favorable", frozenset({"b"}), answered=Decimal("0.75"),
        favorable=Decimal(4), pool="responses", parts=(("one", ("a", "b")),),
        floors=(Floor(Decimal(40), "grade <= '05'"), Floor(Decimal(25))),
    )  # fmt: skip
    assert hash(spec) is not None
    assert [(u.path, u.text) for u in SurveyScale().expressions(spec)][2] == (
        ("participation_floor", 0, "where"), "grade <= '05'",
    )  # fmt: skip
    assert [(v.name, v.kind) for v in SurveyScale().variables(spec)] == [
        ("item", "label"), ("response", "number"), ("floor_0", "number"),
    ]  # fmt: skip


def test_parameters_become_items() -> None:
    spec = SurveyScale().parse({**CREDIT, "scale": {"mean": 500, "sd": 100}})
    item = Item("a", 1.0, (-1.0, 0.0, 0.5, 1.0))
    assert spec.parameters is not None and spec.parameters.items[0] == item
    assert (spec.parameters.mean, spec.parameters.sd, spec.parameters.points) == (0.0, 1.0, 65)
    assert (spec.scale_mean, spec.scale_sd) == (500.0, 100.0)


@pytest.mark.parametrize(("items", "sharp"), [(3, 0.8), (25, 1.0), (25, 1.5), (25, 3.0), (60, 3.0)])
def test_there_are_points_enough(items: int, sharp: float) -> None:
    """Ten times as many give the same place: of short scales and of long ones with sharp items."""
    rng = np.random.default_rng(items)
    known = tuple(Item(str(at), sharp, tuple(sorted(rng.normal(0, 1.2, 4)))) for at in range(items))
    some = Parameters(known, 0.3, 1.2, points=enough_points(known, 1.2))
    for theta in (-2.5, -0.4, 0.9):
        chances = (np.exp(log_probabilities(item, theta)) for item in known)
        answers = [int(rng.choice(5, p=one / one.sum())) for one in chances]
        wanted = expected_theta(replace(some, points=10 * some.points + 1), answers)
        assert expected_theta(some, answers) == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize(
    ("answered", "items", "fewest"),
    [
        (None, 4, 2), (None, 9, 5), (None, 1, 1), ("half", 3, 2), ("all", 3, 3), (0.75, 4, 3), (0.75, 9, 7), (0.1, 4, 1),
        (1, 4, 1), (3, 4, 3),
    ],
)  # fmt: skip
def test_how_many_items_are_enough(answered: Any, items: int, fewest: int) -> None:
    """Half of nine is five; a share is counted exactly, not in binary."""
    block = {**MEAN, **({} if answered is None else {"answered": answered})}
    assert SurveyScale().parse(block).fewest(items) == fewest


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({**MEAN, "range": {"from": 5, "to": 1}}, "holds no two answers"),
        ({**MEAN, "reverse": ["e"]}, "'e' is not one of the items"),
        ({**MEAN, "pool": "responses"}, "'pool' says nothing with 'score: mean'"),
        ({**MEAN, "parameters": CREDIT["parameters"]}, "'parameters' says nothing with 'score: mean'"),
        ({**MEAN, "scale": {"mean": 0, "sd": 1}}, "'scale' says nothing"),
        ({**FAVORABLE, "favorable": {"from": 6}}, "all answers of the range would be favorable, or none"),
        ({key: value for key, value in FAVORABLE.items() if key != "favorable"}, "needs 'favorable'"),
        ({key: value for key, value in FAVORABLE.items() if key != "pool"}, "needs 'pool'"),
        ({key: value for key, value in CREDIT.items() if key != "parameters"}, "needs 'parameters'"),
        ({**CREDIT, "parts": {"one": ["a"]}}, "has no partial credit score"),
        ({**MEAN, "parts": {"one": ["a"], "two": ["a"]}}, "in another part already"),
        ({**MEAN, "parts": {"one": ["x"]}}, "'x' is not one of the items"),
        ({**MEAN, "answered": 1.5}, "is no number of items"),
        ({**MEAN, "answered": 5}, "the scale has only 4 items"),
        ({**MEAN, "answered": 2, "parts": {"one": ["a"]}}, "the part 'one' has only 1 items"),
        ({**MEAN, "report": "standing"}, "'report: standing' needs 'standing'"),
        ({**MEAN, "participation_floor": [{"percent": 3}, {"percent": 4, "where": "x"}]}, "never hold"),
        ({**CREDIT, "range": {"from": 1.5, "to": 5}}, "answers in whole numbers"),
        ({**CREDIT, "range": {"from": 1, "to": 4}}, "has 4 steps; from 1 to 4 there are 3"),
        ({**CREDIT, "items": ["a", "b", "c", "d", "e"]}, "the item 'e' has no parameters"),
        ({**CREDIT, "items": ["a", "b", "c"]}, "'d' is not one of the items"),
    ],
)
def test_keys_that_do_not_go_together(block: dict[str, Any], words: str) -> None:
    assert valid(block)
    measure = SurveyScale()
    messages = [one.message for one in measure.wrong(measure.parse(block))]
    assert [m for m in messages if words in m], messages


@pytest.mark.parametrize("block", [MEAN, FAVORABLE, CREDIT, {**MEAN, "participation_floor": 40}])
def test_what_goes_together(block: dict[str, Any]) -> None:
    measure = SurveyScale()
    assert valid(block) and measure.wrong(measure.parse(block)) == []
    assert measure.sentence(measure.parse(block))


@pytest.mark.parametrize(
    "change",
    [
        {"items": []}, {"items": ["a", "a"]}, {"score": "median"}, {"answered": "most"}, {"answered": 0}, {"new": 1},
        {"participation_floor": 101}, {"standing": {"orgs_from": 0}}, {"parameters": {"items": {"a": {"steps": [1]}}}},
    ],
)  # fmt: skip
def test_what_the_schema_refuses(change: dict[str, Any]) -> None:
    assert not valid({**MEAN, **change})


def test_a_percent_has_its_statistics_in_percent() -> None:
    measure = SurveyScale()
    percents = {one.name for one in measure.statistics(measure.parse(FAVORABLE)) if one.percent}
    assert percents == {"participation", "standard_deviation"}
    assert {one.name for one in measure.statistics(measure.parse(MEAN)) if one.percent} == {"participation"}
    single = measure.parse({**MEAN, "items": ["a"]})
    assert "alpha" not in {one.name for one in measure.statistics(single)}
