"""mean: the average of a value over students, with the participation shortfall rule of the California Dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use
from metricspec.measures.shortfall import (
    EXPRESSION,
    SHORTFALL_KEYS,
    WANTED,
    below_rounded,
    shortfall_moments,
    shortfall_uses,
    shortfall_where,
    wanted,
)
from metricspec.sql.intervals import t_quantile


@dataclass(frozen=True)
class Shortfall:
    enrolled: str
    tested: str
    floor: int
    value: int


@dataclass(frozen=True)
class MeanSpec:
    value: str
    where: str | None = None
    shortfall: Shortfall | None = None


class Mean:
    """The average of a value over the students for whom it is known (and `where` holds).

    With `shortfall`, students missing from the test count against the average: where the participation rate, rounded
    half up to a whole percent, is below `floor`, then `value` is added once for each student that the floor still
    wants (the smallest whole number of students that reaches the floor, less those tested), and the divisor is that
    wanted number instead of the students averaged (California School Dashboard Technical Guide 2025, Academic).
    `n` counts the students averaged.

    Interval: Student's t at 95 % from the sample standard deviation; none where a shortfall applies, because the
    added values are no sample. Standard error: s / sqrt(n).

    Example: `{type: mean, value: "scale_score - lookup(ca.ela_level_3_minimum, grade)"}`
    """

    name = "mean"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["value"],
            "x-unit": "required",
            "properties": {
                "value": {**EXPRESSION, "description": "What is averaged."},
                "where": {
                    **EXPRESSION,
                    "description": "Which of the population are averaged (all where left out).",
                },
                "shortfall": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["enrolled", "tested", "floor", "value"],
                    "description": "How missing participation counts against the average.",
                    "x-effect": "past",
                    "properties": {
                        **SHORTFALL_KEYS,
                        "value": {
                            "type": "integer",
                            "description": "The value that each missing student counts with.",
                            "x-effect": "past",
                        },
                    },
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> MeanSpec:
        rule = block.get("shortfall")
        shortfall = Shortfall(**rule) if rule else None
        return MeanSpec(str(block["value"]), block.get("where"), shortfall)

    def expressions(self, spec: MeanSpec) -> Sequence[Use]:
        uses = [Use(("value",), spec.value, "number")]
        if spec.where is not None:
            uses.append(Use(("where",), spec.where, "boolean"))
        if spec.shortfall:
            uses += shortfall_uses(spec.shortfall.enrolled, spec.shortfall.tested)
        return uses

    def sentence(self, spec: MeanSpec) -> str:
        only = f", over students for whom `{spec.where}`" if spec.where else ""
        text = f"the average of `{spec.value}`{only}"
        if spec.shortfall:
            rule = spec.shortfall
            text += f"; below {rule.floor} % participation each missing student counts as {rule.value}"
        return text

    def formula(self, spec: MeanSpec) -> Formula:
        only = f", for whom `{spec.where}`" if spec.where else ""
        where = [
            ("S", f"the students counted for whom the value is known{only}"),
            ("x_s", f"`{spec.value}` of student *s*"),
        ]
        mean = r"\frac{1}{\left|S\right|} \sum\limits_{s \in S} x_s"
        if spec.shortfall is None:
            return Formula((f"v = {mean}",), tuple(where))
        rule = spec.shortfall
        short = rf"\frac{{\sum\limits_{{s \in S}} x_s + ({rule.value}) \, (w - t)}}{{w}}"
        lines = (
            rf"v = {short} \quad \text{{where }} r \lt {rule.floor}",
            rf"v = {mean} \quad \text{{otherwise}}",
            WANTED.format(floor=rule.floor),
        )
        where.append(("r", "the participation rate 100 t / e, rounded half up to a whole percent"))
        return Formula(lines, (*where, *shortfall_where(rule.enrolled, rule.tested)))

    def moments(self, spec: MeanSpec) -> Sequence[Moment]:
        known = f"({spec.value}) is not null"
        averaged = f"({spec.where}) and {known}" if spec.where else known
        moments = [
            Moment("averaged", "count", where=averaged),
            Moment("total", "sum", spec.value, where=averaged),
            Moment("squares", "sum_squares", spec.value, where=averaged),
        ]
        if spec.shortfall:
            rule = spec.shortfall
            moments += shortfall_moments(rule.enrolled, rule.tested)
        return moments

    def estimates(self, spec: MeanSpec) -> Sequence[Estimate]:
        free = "(averaged - 1e0)"
        variance = f"(CASE WHEN averaged > 1 THEN (squares - total * (total / averaged)) / {free} END)"
        floored = f"(CASE WHEN {variance} < 0 THEN 0e0 ELSE {variance} END)"
        error = f"SQRT({floored} / NULLIF(averaged, 0))"
        mean = "total / NULLIF(averaged, 0)"
        half = f"({t_quantile('averaged - 1')}) * {error}"
        if not spec.shortfall:
            return (
                Estimate(
                    "total",
                    "averaged",
                    "averaged",
                    mean,
                    error,
                    f"{mean} - {half}",
                    f"{mean} + {half}",
                    exact=("total", "averaged"),
                ),
            )
        rule = spec.shortfall
        short, needed = below_rounded(rule.floor), wanted(rule.floor)
        above = f"CASE WHEN {short} THEN total + ({rule.value}) * ({needed} - tested) ELSE total END"
        below = f"CASE WHEN {short} THEN {needed} ELSE averaged END"
        return (
            Estimate(
                numerator=above,
                denominator=below,
                n="averaged",
                value=f"({above}) / NULLIF({below}, 0)",
                standard_error=f"CASE WHEN {short} THEN NULL ELSE {error} END",
                low=f"CASE WHEN {short} THEN NULL ELSE {mean} - {half} END",
                high=f"CASE WHEN {short} THEN NULL ELSE {mean} + {half} END",
                notes=f"CASE WHEN {short} THEN 'participation below {rule.floor} percent' END",
                exact=("total", "averaged", "enrolled", "tested"),
            ),
        )
