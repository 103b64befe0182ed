"""ratio: one sum over students divided by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use


@dataclass(frozen=True)
class RatioSpec:
    numerator: str
    denominator: str


class Ratio:
    """A sum over students divided by another sum over the same students: never an average of students' ratios.

    A student for whom either part is unknown is left out of both. `n` counts the students, not the denominator.
    No interval: the days (or other units) of one student are not independent draws.

    Example: `{type: ratio, numerator: days_attended, denominator: days_expected}`
    """

    name = "ratio"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["numerator", "denominator"],
            "properties": {
                "numerator": {
                    "type": "string",
                    "description": "What is summed above the line.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "denominator": {
                    "type": "string",
                    "description": "What is summed below the line.",
                    "x-effect": "past",
                    "x-expression": True,
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> RatioSpec:
        return RatioSpec(str(block["numerator"]), str(block["denominator"]))

    def expressions(self, spec: RatioSpec) -> Sequence[Use]:
        return (
            Use(("numerator",), spec.numerator, "number"),
            Use(("denominator",), spec.denominator, "number"),
        )

    def sentence(self, spec: RatioSpec) -> str:
        return f"the sum of `{spec.numerator}` divided by the sum of `{spec.denominator}` over all students counted"

    def formula(self, spec: RatioSpec) -> Formula:
        where = (
            ("S", "the students counted for whom both are known"),
            ("a_s", f"`{spec.numerator}` of student *s*"),
            ("b_s", f"`{spec.denominator}` of student *s*"),
        )
        return Formula((r"v = \frac{\sum\limits_{s \in S} a_s}{\sum\limits_{s \in S} b_s}",), where)

    def moments(self, spec: RatioSpec) -> Sequence[Moment]:
        above, below = f"({spec.numerator})", f"({spec.denominator})"
        known = f"{above} is not null and {below} is not null"
        return (
            Moment("students", "count", where=known),
            Moment("above", "sum", spec.numerator, where=known),
            Moment("below", "sum", spec.denominator, where=known),
        )

    def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
        return (
            Estimate(
                numerator="above",
                denominator="below",
                n="students",
                value="above / NULLIF(below, 0)",
                exact=("above", "below"),
            ),
        )
