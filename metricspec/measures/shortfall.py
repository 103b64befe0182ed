"""Students missing from a test who count against a result: the participation rules of the California Dashboard, as SQL
over the moments `enrolled` and `tested`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.measure import Moment, Use

EXPRESSION = {"type": "string", "x-effect": "past", "x-expression": True}
SHORTFALL_KEYS: Mapping[str, Any] = {
    "enrolled": {**EXPRESSION, "description": "Who should have been tested."},
    "tested": {**EXPRESSION, "description": "Who of them was tested."},
    "floor": {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "description": "The participation rate, in whole percent, below which the rule applies.",
        "x-effect": "past",
    },
}

# How many students the floor asks for, in mathematics.
WANTED = r"w = \lceil \, {floor} \, e / 100 \, \rceil"


def shortfall_where(enrolled: str, tested: str) -> tuple[tuple[str, str], ...]:
    """The symbols of a formula with the rule: e enrolled, t tested, w wanted."""
    return (
        ("e", f"how many students should have been tested: `{enrolled}`"),
        ("t", f"how many of them were tested: `{tested}`"),
        ("w", "the smallest whole number of students that reaches the floor"),
    )


def shortfall_uses(enrolled: str, tested: str) -> Sequence[Use]:
    return Use(("shortfall", "enrolled"), enrolled, "boolean"), Use(("shortfall", "tested"), tested, "boolean")


def shortfall_moments(enrolled: str, tested: str) -> Sequence[Moment]:
    """`enrolled` students, and those `tested` of them."""
    both = f"({enrolled}) and ({tested})"
    return Moment("enrolled", "count", where=enrolled), Moment("tested", "count", where=both)


def wanted(floor: int) -> str:
    """The smallest whole number of students that reaches the floor."""
    return f"CEIL({floor}e0 * enrolled / 100e0)"


def below_rounded(floor: int) -> str:
    """Whether the participation rate, rounded half up to a whole percent, is below the floor, in whole numbers."""
    return f"(2e0 * 100e0 * tested + enrolled < {2 * floor} * enrolled)"


def below(floor: int) -> str:
    """Whether the participation rate itself is below the floor: then fewer are tested than wanted."""
    return f"(100e0 * tested < {floor}e0 * enrolled)"
