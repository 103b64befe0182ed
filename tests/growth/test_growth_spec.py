"""The block of a growth measure: what it may say, and what does not go together."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from metricspec.measure import CheckedMeasure, PooledMeasure, StagedMeasure
from metricspec.measures.growth import Growth, GrowthSpec, Prior, term_names
from metricspec.problems import UsageError

from .rig import inputs

BLOCK: dict[str, Any] = {
    "outcome": "scale_score",
    "cell": ["grade", "subject"],
    "priors": [
        {"column": "prior_same", "error": {"csem": "prior_csem"}},
        {"column": "prior_other", "error": {"reliability": 1}},
    ],
    "covariates": ["homeless", "grade in ('05')"],
    "peers": ["prior_same", "homeless", "days_absent"],
    "weight": "dose",
}


def valid(block: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(dict(Growth.schema)).is_valid(block)


def test_it_is_a_staged_measure_whose_moments_add() -> None:
    assert isinstance(Growth(), StagedMeasure) and isinstance(Growth(), CheckedMeasure)
    assert isinstance(Growth(), PooledMeasure)


def test_a_block_becomes_a_spec() -> None:
    assert valid(BLOCK)
    spec = Growth().parse(BLOCK)
    assert spec == GrowthSpec(
        "scale_score",
        (Prior("prior_same", csem="prior_csem"), Prior("prior_other", reliability=1.0)),
        ("grade", "subject"), ("homeless", "grade in ('05')"), ("prior_same", "homeless", "days_absent"), weight="dose",
    )  # fmt: skip
    assert hash(spec) is not None
    assert Growth().row_keys(spec) == ("grade", "subject")
    assert [(v.name, v.text, v.kind) for v in Growth().variables(spec)] == [
        ("y", "scale_score", "number"), ("x1", "prior_same", "number"), ("x2", "prior_other", "number"),
        ("x3", "homeless", "number"), ("x4", "grade in ('05')", "number"), ("e1", "prior_csem", "number"),
        ("o1", "days_absent", "number"), ("w", "dose", "number"), ("cell_1", "grade", "label"), ("cell_2", "subject", "label"),
    ]  # fmt: skip
    assert term_names(spec) == (
        "prior_same", "prior_other", "homeless", "grade in ('05')",
        "school mean of prior_same", "school mean of homeless", "school mean of days_absent",
    )  # fmt: skip


def test_each_expression_is_checked_once_where_it_stands() -> None:
    uses = Growth().expressions(Growth().parse(BLOCK))
    assert len({use.path for use in uses}) == len(uses)
    assert {(use.path, use.wanted) for use in uses} == {
        (("outcome",), "number"), (("cell", 0), "label"), (("cell", 1), "label"), (("priors", 0, "column"), "number"),
        (("priors", 0, "error", "csem"), "number"), (("priors", 1, "column"), "number"), (("covariates", 0), "quantity"),
        (("covariates", 1), "quantity"), (("peers", 2), "quantity"), (("weight",), "quantity"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"priors": []},
        {"priors": [{"column": "a", "error": {}}]},
        {"priors": [{"column": "a", "error": {"csem": "e", "reliability": 0.9}}]},
        {"priors": [{"column": "a", "error": {"reliability": 0}}]},
        {"priors": [{"column": "a", "error": {"reliability": 90}}]},
        {"cell": ["grade || subject"]},
        {"peers": ["prior_same", "prior_same"]},
        {"cell_minimum": 2},
        {"form": "three_step"},
        {"fitted": {}},
    ],
)
def test_what_the_schema_refuses(change: dict[str, Any]) -> None:
    assert not valid({**BLOCK, **change})


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"shrinkage": "none", "report": "empirical_bayes"}, ("report",)),
        ({"form": "two_step", "peer_means": "others"}, ("peer_means",)),
        ({"priors": [{"column": "scale_score"}]}, ("priors", 0, "column")),
        (
            {"priors": [{"column": "prior_same"}, {"column": "prior_same", "error": {"csem": "e"}}]},
            ("priors", 1, "column"),
        ),
        ({"covariates": ["prior_same"]}, ("covariates", 0)),
        ({"peers": ["homeless", "scale_score"]}, ("peers", 1)),
    ],
)
def test_keys_that_do_not_go_together(change: dict[str, Any], path: tuple[str | int, ...]) -> None:
    block = {**BLOCK, **change}
    assert valid(block)
    (wrong,) = Growth().wrong(Growth().parse(block))
    assert wrong.path == path
    assert Growth().wrong(Growth().parse(BLOCK)) == []


def test_a_model_in_two_steps_has_no_moments() -> None:
    spec = Growth().parse({**BLOCK, "form": "two_step"})
    _, made = inputs([v.name for v in Growth().variables(spec)])
    with pytest.raises(UsageError, match="form: pooled"):
        Growth().moment_stages(spec, made)


def test_the_sentence_says_what_is_held_equal() -> None:
    sentence = Growth().sentence(Growth().parse({"outcome": "score", "priors": [{"column": "a"}], "peers": ["a"]}))
    assert sentence == "the percentile of growth: `score` beyond what is expected from `a`, `school mean of a`"
