"""per_hundred: how many of something there are for every hundred students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metricspec.hookspecs import hookimpl
from metricspec.measure import Estimate, MeasureType, Moment, Use

METRICSPEC_HOOKS = 2


@dataclass(frozen=True)
class PerHundredSpec:
    value: str


class PerHundred:
    """A number summed over students, for every hundred students counted.

    A student for whom the number is unknown is left out. No interval.

    Example: `{type: per_hundred, value: suspensions}`
    """

    name = "per_hundred"
    schema: Mapping[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["value"],
        "properties": {
            "value": {
                "type": "string",
                "description": "What is summed over the students.",
                "x-effect": "past",
                "x-expression": True,
            }
        },
    }

    def parse(self, block: Mapping[str, Any]) -> PerHundredSpec:
        return PerHundredSpec(str(block["value"]))

    def expressions(self, spec: PerHundredSpec) -> Sequence[Use]:
        return (Use(("value",), spec.value, "number"),)

    def sentence(self, spec: PerHundredSpec) -> str:
        return f"100 times the sum of `{spec.value}` divided by all students counted"

    def moments(self, spec: PerHundredSpec) -> Sequence[Moment]:
        known = f"({spec.value}) is not null"
        return (
            Moment("students", "count", where=known),
            Moment("total", "sum", spec.value, where=known),
        )

    def estimates(self, spec: PerHundredSpec) -> Sequence[Estimate]:
        return (Estimate(
            numerator="100 * total",
            denominator="students",
            n="students",
            value="100e0 * total / NULLIF(students, 0)",
            exact=("total", "students"),
        ),)


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [PerHundred()]
