"""quadrants: where each org stands on two indicators at once, such as status and growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Counted, Use
from metricspec.measures.parts import smaller
from metricspec.sql.rounding import double_quotient
from metricspec.sql.stage import Stage, Step, Template, lit


@dataclass(frozen=True)
class Axis:
    """An indicator, and the value in its unit from which it counts as high; None is the average of the level."""

    indicator: str
    high: Decimal | None


@dataclass(frozen=True)
class QuadrantsSpec:
    status: Axis
    growth: Axis


def _axis(what: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["indicator", "high"],
        "description": f"The indicator of {what}, and from where it is high.",
        "x-effect": "past",
        "properties": {
            "indicator": {
                "type": "string",
                "description": "Its id.",
                "x-effect": "past",
                "x-reference": "indicator",
            },
            "high": {
                "anyOf": [{"type": "number"}, {"enum": ["average"]}],
                "description": "The value from which it is high, in the indicator's unit; or average: the average of "
                "the orgs of the same level, student group and year, each weighted by its students.",
                "x-effect": "past",
            },
        },
    }


class Quadrants:
    """Where each org and student group stands on two indicators at once: how high students are, and how far they came.

    `category` names the quadrant: "high status, high growth", "high status, low growth", "low status, high growth" or
    "low status, low growth". `value` is the value of the growth indicator, in its unit; `n` is the smaller n of the
    two, so that a row is hidden where either would be. An org without both values has no row. The CORE districts
    call the two together the power of two: status says where students are, growth what the year added.

    Both sides are compared as they are published, rounded to the digits of the indicator.

    No interval: a quadrant is a place on a map, and an org close to a line may be on either side of it by chance. Look
    at the intervals of the two indicators before saying which.

    Example: `{type: quadrants, status: {indicator: core.pct_met_or_exceeded_ela, high: average}, growth: {indicator:
    core.growth_ela, high: 50}}`
    """

    name = "quadrants"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["status", "growth"],
            "properties": {"status": _axis("where students are"), "growth": _axis("how far they came")},
        }
    )

    def parse(self, block: Mapping[str, Any]) -> QuadrantsSpec:
        axes = {key: Axis(block[key]["indicator"], _cut(block[key]["high"])) for key in ("status", "growth")}
        return QuadrantsSpec(**axes)

    def expressions(self, spec: QuadrantsSpec) -> Sequence[Use]:
        return ()

    def sentence(self, spec: QuadrantsSpec) -> str:
        def cut(axis: Axis) -> str:
            return "the average" if axis.high is None else f"{axis.high:g}"

        return (
            f"which quadrant an org is in: `{spec.status.indicator}` from {cut(spec.status)} on is high status, "
            f"`{spec.growth.indicator}` from {cut(spec.growth)} on is high growth"
        )

    def formula(self, spec: QuadrantsSpec) -> Formula:
        def cut(symbol: str, axis: Axis) -> tuple[str, str]:
            weighted = "the average of the orgs of the same level, group and year, each weighted by its students"
            return symbol, weighted if axis.high is None else f"{axis.high:g}"

        lines = ("v = g", r"\text{status is high where } x \ge h_x", r"\text{growth is high where } g \ge h_g")
        where = (
            ("x", f"`{spec.status.indicator}` of the org and student group, as published"),
            ("g", f"`{spec.growth.indicator}` of the same, as published"),
            cut("h_x", spec.status),
            cut("h_g", spec.growth),
        )
        return Formula(lines, where)

    def indicators(self, spec: QuadrantsSpec) -> Sequence[str]:
        return (spec.status.indicator, spec.growth.indicator)

    def value_of(self, spec: QuadrantsSpec) -> str:
        return spec.growth.indicator

    def stages(self, spec: QuadrantsSpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        keys = "school_year, org_level, org_id, student_group"
        text = f"""SELECT s.school_year, s.org_level, s.org_id, s.student_group, s.n AS status_n, g.n AS growth_n, g.value,
                CASE WHEN {_is_high("s", spec.status, tallies)} THEN 'high status' ELSE 'low status' END AS status_side,
                CASE WHEN {_is_high("g", spec.growth, tallies)} THEN 'high growth' ELSE 'low growth' END AS growth_side
            FROM ({_rows(tallies[spec.status.indicator])}) AS s
            INNER JOIN ({_rows(tallies[spec.growth.indicator])}) AS g ON g.school_year = s.school_year
                AND g.org_level = s.org_level AND g.org_id = s.org_id AND g.student_group = s.student_group"""
        both = Stage(f"{prefix}both", "Both indicators of each org, each high or low.", Template(("both", text), text))
        text = f"""SELECT {keys}, status_side || {lit(", ")} || growth_side AS category, CAST(NULL AS VARCHAR) AS statistic,
                CAST(NULL AS DOUBLE) AS numerator, n AS denominator, n, value, CAST(NULL AS DOUBLE) AS standard_error,
                CAST(NULL AS DOUBLE) AS low, CAST(NULL AS DOUBLE) AS high, CAST(NULL AS VARCHAR) AS notes
            FROM (SELECT {keys}, status_side, growth_side, value,
                {smaller("status_n", "growth_n")} AS n FROM {both.name}) AS b"""
        return [both, Stage(f"{prefix}quadrants", "The quadrant of each org.", Template(("quadrants", text), text))]


def _cut(high: float | str) -> Decimal | None:
    return None if isinstance(high, str) else Decimal(str(high))


def _rows(counted: Counted) -> str:
    """The indicator's own values, with the average of each level."""
    by = "PARTITION BY school_year, org_level, student_group"
    return f"""SELECT school_year, org_level, org_id, student_group, value,
        {smaller("denominator", "n")} AS n,
        SUM(value * n) OVER ({by}) / NULLIF(SUM(n) OVER ({by}), 0) AS average
        FROM {counted.stage} WHERE statistic IS NULL AND category IS NULL AND value IS NOT NULL"""


def _is_high(alias: str, axis: Axis, tallies: Mapping[str, Counted]) -> str:
    counted = tallies[axis.indicator]
    units = f"{counted.scale * 10**counted.digits}e0"
    cut = double_quotient(f"{alias}.average * {units}")
    if axis.high is not None:
        cut = f"CAST({(axis.high * 10**counted.digits).normalize():f} AS DOUBLE)"
    return f"{double_quotient(f'{alias}.value * {units}')} >= {cut}"
