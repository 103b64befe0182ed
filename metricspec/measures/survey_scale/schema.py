"""The JSON Schema of a survey_scale block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any


def _past(description: str, **more: Any) -> dict[str, Any]:
    return {**more, "x-effect": "past", "description": description}


def _block(description: str, required: Sequence[str], properties: Mapping[str, Any]) -> dict[str, Any]:
    closed = {"type": "object", "additionalProperties": False, "required": list(required)}
    return _past(description, **closed, properties=dict(properties))


_NAMES = {"type": "array", "uniqueItems": True, "minItems": 1, "items": {"type": "string", "minLength": 1}}
_EXPRESSION = {"type": "string", "x-expression": True}
_STEPS = {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "number"}}
_ITEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["discrimination", "steps"],
    "properties": {
        "discrimination": _past(
            "How sharply the item tells people apart.", type="number", exclusiveMinimum=0, maximum=20
        ),
        "steps": _past(
            "Where on the scale an answer becomes as likely as the one below it: one step for each answer above the lowest.",
            **_STEPS,
        ),
    },
}
_PARAMETERS = _block(
    "Of partial_credit: the model that turns answers into a place on the scale. metricspec calibrate writes this block.",
    ("items",),
    {
        "items": _past(
            "The parameters of each item, for answers as they are scored (reversed where the item is).",
            type="object",
            minProperties=1,
            additionalProperties=_ITEM,
        ),
        "population": _block(
            "The normal distribution that places are taken to have among people (mean 0, sd 1 where left out).",
            ("mean", "sd"),
            {
                "mean": _past("Its mean.", type="number"),
                "sd": _past("Its standard deviation.", type="number", exclusiveMinimum=0),
            },
        ),
        "quadrature": _block(
            "At which points of the scale the model is evaluated (where left out, even points eight standard deviations to "
            "either side, 65 or as many more as sharp items and long scales need).",
            ("rule", "points"),
            {
                "rule": _past(
                    "even: at equal distances. gauss_hermite: few points, for scores that were made so.",
                    enum=["even", "gauss_hermite"],
                ),
                "points": _past("How many points.", type="integer", minimum=11, maximum=101),
            },
        ),
        "unverified": {
            "type": "boolean",
            "x-effect": "label",
            "description": "True where these are not the parameters that the authority uses.",
        },
        "note": {"type": "string", "x-effect": "label", "description": "Where the parameters are from."},
    },
)
_FLOOR = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["percent"],
        "properties": {
            "where": _past("Of whom it is asked; the first entry that holds counts.", **_EXPRESSION),
            "percent": _past("The participation asked, in percent.", type="number", minimum=0, maximum=100),
        },
    },
}
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["items", "range", "score"],
        "x-unit": "required",
        "properties": {
            "items": _past(
                "The items of the scale. Answers to other items are left aside.", **{**_NAMES, "maxItems": 60}
            ),
            "reverse": _past(
                "Those of the items that are worded against what is measured: their answers count from the other end.",
                **_NAMES,
            ),
            "range": _block(
                "The lowest and the highest answer. Others count as no answer, and notes say how many there were.",
                ("from", "to"),
                {
                    "from": _past("The lowest answer.", type="number"),
                    "to": _past("The highest answer.", type="number"),
                },
            ),
            "item": _past("Which item a row answers (item where left out).", **_EXPRESSION),
            "response": _past("The answer (response where left out).", **_EXPRESSION),
            "answered": _past(
                "How many of the items a person must answer to count: half (where left out), all, a number of items, or a "
                "share of them below 1.",
                anyOf=[{"enum": ["half", "all"]}, {"type": "number", "exclusiveMinimum": 0}],
            ),
            "score": _past(
                "mean: of a person's answers. total: that times the number of items. percent_favorable: the share of "
                "answers that are favorable. partial_credit: a place on a scale, by an item response model.",
                enum=["mean", "total", "percent_favorable", "partial_credit"],
            ),
            "favorable": _block(
                "Of percent_favorable: which answers are favorable, after reversing.",
                ("from",),
                {"from": _past("The lowest favorable answer.", type="number")},
            ),
            "pool": _past(
                "Of percent_favorable: responses pools all answers, so that who answers more counts more; students takes "
                "the mean of people's own percents.",
                enum=["responses", "students"],
            ),
            "parts": _past(
                "Parts of the items that are shown beside the whole, each as a category.",
                type="object",
                minProperties=1,
                additionalProperties=_NAMES,
            ),
            "parameters": _PARAMETERS,
            "scale": _block(
                "Of partial_credit: the mean and the standard deviation of the published scale in the population.",
                ("mean", "sd"),
                {
                    "mean": _past("What the population's mean becomes.", type="number"),
                    "sd": _past("What its standard deviation becomes.", type="number", exclusiveMinimum=0),
                },
            ),
            "participation_floor": _past(
                "The participation, in percent, below which only the participation is reported; or a list of them for "
                "different people: an org must reach their average over those who were asked.",
                anyOf=[{"type": "number", "minimum": 0, "maximum": 100}, _FLOOR],
            ),
            "standing": _block(
                "Asks for the statistic standing: how far an org lies from the average of its level.",
                ("orgs_from",),
                {
                    "orgs_from": _past(
                        "Only orgs with this many people are averaged: the smallest number that is published.",
                        type="integer",
                        minimum=1,
                    )
                },
            ),
            "report": _past(
                "Which number is the indicator's value: score (where left out) or standing.", enum=["score", "standing"]
            ),
        },
    }
)
