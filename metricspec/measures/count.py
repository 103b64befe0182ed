"""count: how many students meet a condition, or how many of something they have together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use, Wrong
from metricspec.sql.intervals import poisson

INTERVAL = {
    "enum": ["poisson", "none"],
    "description": "poisson: of independent events, where their number is whole; none: for days and other amounts.",
    "x-effect": "past",
}


@dataclass(frozen=True)
class CountSpec:
    students: str | None = None
    sum: str | None = None
    interval: bool = True


class Count:
    """How many students meet a condition (`students`), or a quantity summed over all students (`sum`).

    The numerator is the count, the denominator all students of the population. `n` is the number of people the count
    is made of: the students who meet the condition, or whose quantity is not 0. So a count is hidden like a cell of a
    table, where fewer people stand behind it than the policy shows; a count of nobody is hidden too.
    A student for whom the condition or the quantity is unknown is left out.

    Interval: Garwood's exact interval of a Poisson count at 95 % (Fiducial limits for the Poisson distribution, 1936),
    which holds for events that come independently. Where one student brings several, the true uncertainty is greater.
    Days are no events: write `interval: none` for them. A count that is not whole never has an interval.
    Standard error: the square root of the count.

    Example: `{type: count, sum: suspensions}`
    """

    name = "count"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "x-unit": "required",
            "properties": {
                "students": {
                    "type": "string",
                    "description": "The condition of the students who are counted. Instead of `sum`.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "sum": {
                    "type": "string",
                    "description": "What is summed over the students. Instead of `students`.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "interval": INTERVAL,
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> CountSpec:
        given = block.get("sum")
        return CountSpec(block.get("students"), None if given is None else str(given), block.get("interval") != "none")

    def wrong(self, spec: CountSpec) -> Sequence[Wrong]:
        if (spec.students is None) == (spec.sum is None):
            says = "either students are counted or a quantity is summed, not both"
            path = ("sum",) if spec.sum is not None else ()
            return (Wrong(path, says, "write one of 'students' and 'sum'"),)
        return ()

    def expressions(self, spec: CountSpec) -> Sequence[Use]:
        if spec.sum is not None:
            return (Use(("sum",), spec.sum, "number"),)
        return (Use(("students",), spec.students, "boolean"),) if spec.students is not None else ()

    def sentence(self, spec: CountSpec) -> str:
        if spec.sum is not None:
            return f"the sum of `{spec.sum}` over all students"
        return f"the number of students for whom `{spec.students}`"

    def formula(self, spec: CountSpec) -> Formula:
        if spec.sum is not None:
            where = (
                ("S", "the students counted for whom the amount is known"),
                ("q_s", f"`{spec.sum}` of student *s*"),
            )
            return Formula((r"v = \sum\limits_{s \in S} q_s",), where)
        where = (
            ("S", "the students counted for whom the condition is known"),
            ("c_s", f"student *s* meets the condition `{spec.students}`"),
        )
        return Formula((r"v = \left|\{\, s \in S \;:\; c_s \,\}\right|",), where)

    def moments(self, spec: CountSpec) -> Sequence[Moment]:
        if spec.sum is not None:
            known = f"({spec.sum}) is not null"
            return (
                Moment("counted", "count", where=known),
                Moment("people", "count", where=f"({spec.sum}) <> 0"),
                Moment("total", "sum", spec.sum, where=known),
            )
        return (
            Moment("counted", "count", spec.students),
            Moment("people", "count", where=spec.students),
            Moment("total", "count", where=spec.students),
        )

    def estimates(self, spec: CountSpec) -> Sequence[Estimate]:
        low, high = poisson("total") if spec.interval else ("NULL", "NULL")
        error = "CASE WHEN FLOOR(total) = total AND total >= 0 THEN SQRT(total) END" if spec.interval else "NULL"
        return (Estimate("total", "counted", "people", "total", error, low, high),)
