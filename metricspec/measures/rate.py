"""rate: students who meet a condition, of all students counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use, share


@dataclass(frozen=True)
class RateSpec:
    numerator: str
    missing: str = "exclude"


class Rate:
    """Students who meet a condition, divided by the students counted.

    Each student counts once at each org. The denominator is the population; `missing: exclude` leaves out students
    for whom the condition cannot be known, `missing: no` counts them as not meeting it.

    Value: a share, published in percent where the indicator's unit is percent. Interval: Wilson's score interval at
    95 % (Wilson, Probable inference, 1927). Standard error: sqrt(p (1 - p) / n).

    Example: `{type: rate, numerator: 10 * days_absent >= days_expected}`
    """

    name = "rate"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["numerator"],
            "properties": {
                "numerator": {
                    "type": "string",
                    "description": "The condition that a counted student must meet.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "missing": {
                    "enum": ["exclude", "no"],
                    "description": "A student for whom the condition is unknown: left out, or counted as not meeting it.",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> RateSpec:
        return RateSpec(block["numerator"], block.get("missing", "exclude"))

    def expressions(self, spec: RateSpec) -> Sequence[Use]:
        return (Use(("numerator",), spec.numerator, "boolean"),)

    def sentence(self, spec: RateSpec) -> str:
        return f"students for whom `{spec.numerator}`, divided by all students counted"

    def formula(self, spec: RateSpec) -> Formula:
        known = "all students counted; one for whom the condition is unknown does not meet it"
        if spec.missing == "exclude":
            known = "the students counted for whom the condition is known"
        where = (("S", known), ("c_s", f"student *s* meets the condition `{spec.numerator}`"))
        return Formula((r"v = \frac{\left|\{\, s \in S \;:\; c_s \,\}\right|}{\left|S\right|}",), where)

    def moments(self, spec: RateSpec) -> Sequence[Moment]:
        counted = Moment("counted", "count", spec.numerator if spec.missing == "exclude" else None)
        return counted, Moment("met", "count", where=spec.numerator)

    def estimates(self, spec: RateSpec) -> Sequence[Estimate]:
        return (share("met", "counted"),)
