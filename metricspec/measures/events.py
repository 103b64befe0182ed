"""events_per_100: how many events there are for every hundred (or thousand) students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use
from metricspec.measures.count import INTERVAL
from metricspec.sql.intervals import poisson


@dataclass(frozen=True)
class EventsSpec:
    events: str
    per: int = 100
    interval: bool = True


class EventsPer100:
    """A quantity summed over the students, for every hundred of them (`per: 1000`: for every thousand).

    The numerator is the sum, the denominator the students counted, and the value `per` times the one divided by the
    other. A student with several events counts with each; one for whom the number is unknown is left out.

    Interval: Garwood's exact interval of a Poisson count at 95 %, divided by the students like the count itself. It
    holds for events that come independently: where few students have most of them, the true uncertainty is greater.
    Days and other amounts are no events: write `interval: none` for them. A sum that is not whole never has an interval.
    Standard error: `per` times the square root of the sum, divided by the students.

    Example: `{type: events_per_100, events: suspensions}`
    """

    name = "events_per_100"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["events"],
            "x-unit": "required",
            "properties": {
                "events": {
                    "type": "string",
                    "description": "How many each student has.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "per": {
                    "enum": [1, 100, 1000, 10000],
                    "description": "For how many students the rate is given: 100 where left out.",
                    "x-effect": "past",
                },
                "interval": INTERVAL,
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> EventsSpec:
        return EventsSpec(str(block["events"]), block.get("per", 100), block.get("interval") != "none")

    def expressions(self, spec: EventsSpec) -> Sequence[Use]:
        return (Use(("events",), spec.events, "number"),)

    def sentence(self, spec: EventsSpec) -> str:
        return f"{spec.per:,} times the sum of `{spec.events}`, divided by all students counted"

    def formula(self, spec: EventsSpec) -> Formula:
        where = (
            ("S", "the students counted for whom the number is known"),
            ("q_s", f"`{spec.events}` of student *s*"),
        )
        return Formula((rf"v = {spec.per} \cdot \frac{{\sum\limits_{{s \in S}} q_s}}{{\left|S\right|}}",), where)

    def moments(self, spec: EventsSpec) -> Sequence[Moment]:
        known = f"({spec.events}) is not null"
        return Moment("students", "count", where=known), Moment("total", "sum", spec.events, where=known)

    def estimates(self, spec: EventsSpec) -> Sequence[Estimate]:
        def rate(count: str) -> str:
            return f"{spec.per}e0 * ({count}) / NULLIF(students, 0)"

        error, low, high = "NULL", "NULL", "NULL"
        if spec.interval:
            low, high = (rate(limit) for limit in poisson("total"))
            error = rate("CASE WHEN FLOOR(total) = total AND total >= 0 THEN SQRT(total) END")
        return (Estimate("total", "students", "students", rate("total"), error, low, high),)
