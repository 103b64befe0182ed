"""The odds of a condition: students who meet it, for every student who does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metricspec.hookspecs import hookimpl
from metricspec.measure import Estimate, MeasureType, Moment, Use

METRICSPEC_HOOKS = 2


class Odds:
    """How many students meet a condition for every student who does not.

    No interval. A student for whom the condition is unknown counts as not meeting it.

    Example: `{type: odds, of: 10 * days_absent >= days_expected}`
    """

    name = "odds"
    schema: Mapping[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["of"],
        "properties": {
            "of": {"type": "string", "description": "The condition.", "x-effect": "past", "x-expression": True},
        },
    }

    def parse(self, block: Mapping[str, Any]) -> str:
        return str(block["of"])

    def expressions(self, spec: str) -> Sequence[Use]:
        return (Use(("of",), spec, "boolean"),)

    def sentence(self, spec: str) -> str:
        return f"students for whom `{spec}`, for every other student"

    def moments(self, spec: str) -> Sequence[Moment]:
        return Moment("students", "count"), Moment("met", "count", where=spec)

    def estimates(self, spec: str) -> Sequence[Estimate]:
        return (Estimate("met", "students - met", "students", "1e0 * met / NULLIF(students - met, 0)"),)


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [Odds()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    return [Path(__file__).parent / "specs"]
