"""The keys of an eblp block."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def _expression(description: str) -> dict[str, Any]:
    return {"type": "string", "x-effect": "past", "x-expression": True, "description": description}


def _count(least: int, usual: int, description: str) -> dict[str, Any]:
    about = f"{description} ({usual} where left out)."
    return {"type": "integer", "minimum": least, "x-effect": "past", "description": about}


_COLUMN = {
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
    "x-form": "the name of a column",
    "x-effect": "past",
    "description": "A column of the dataset.",
}

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["outcome", "priors", "cell"],
        "x-unit": "required",
        "properties": {
            "outcome": _expression("The score whose growth is measured."),
            "priors": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "x-effect": "past",
                "description": "Earlier scores that the expected score is made of: the year before, in both subjects.",
                "items": _expression("An earlier score."),
            },
            "cell": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "x-effect": "past",
                "description": "Columns that make, with the school year, a block: subject and grade.",
                "items": _COLUMN,
            },
            "subject": {**_COLUMN, "description": "The column of `cell` that holds the subject."},
            "reported": {
                "type": "string",
                "x-effect": "past",
                "description": "The subject whose growth is the value, as it stands in `subject`; the others help to predict it.",
            },
            "years": {**_count(1, 3, "School years of scores, that reported among them"), "maximum": 9},
            "years_minimum": {
                "type": "integer",
                "minimum": 1,
                "x-effect": "past",
                "description": "School years that must have scores, else there is no value (all of `years` where left out).",
            },
            "cell_minimum": _count(3, 30, "Scores that a cell needs for its regression"),
            "block_minimum": _count(2, 100, "Scores that a block needs to be in the model"),
            "pattern_minimum": _count(1, 100, "Students below which a pattern of blocks is taken together with others"),
            "pair_minimum": _count(
                1, 100, "Students that two blocks must share for their errors to be correlated, else taken as not"
            ),
            "blocks_minimum": _count(3, 3, "Blocks that a model needs"),
            "orgs_minimum": _count(2, 5, "Orgs that a model needs; with three, errors come out much too small"),
            "simple_above": {
                "type": "integer",
                "minimum": 0,
                "x-effect": "past",
                "description": "Scores above which a student group of an org that is no school gets the simple mean "
                "(500 where left out).",
            },
            "all_students": {
                "type": "string",
                "x-effect": "past",
                "description": "The group of everyone, that `simple_above` does not apply to (ALL where left out).",
            },
            "center": {
                "type": "number",
                "x-effect": "past",
                "description": "The value of growth as expected (100 where left out).",
            },
            "report": {
                "enum": ["hybrid", "eblp", "simple_mean"],
                "x-effect": "past",
                "description": "Which number is the indicator's value (hybrid where left out); the others are statistics "
                "beside it.",
            },
        },
    }
)
