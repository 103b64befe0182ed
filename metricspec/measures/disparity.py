"""disparity: how many times as often something happens to a student group as to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from metricspec.formula import Formula
from metricspec.measure import PLACED, Counted, Use
from metricspec.measures.gap import OTHERS, OVERLAP, pairs_stage
from metricspec.measures.parts import indicator_key, result_stage, smaller
from metricspec.sql.intervals import Z, wilson
from metricspec.sql.stage import Stage, Step, comma, lit, stage


@dataclass(frozen=True)
class DisparitySpec:
    of: str
    compare: Literal["ratio", "difference"]
    reference: str = OTHERS
    least_events: int = 10
    least_students: int = 30


def _least(what: str, least: int, default: int) -> dict[str, Any]:
    return {
        "type": "integer",
        "minimum": least,
        "description": f"The fewest {what} on either side for which there is a value ({default} where left out).",
        "x-effect": "past",
    }


class Disparity:
    """The rate of a student group against the rate of others: how many times as large it is (`compare: ratio`, the risk
    ratio; 1 is the same), or by how much it is larger (`compare: difference`, in the unit of the indicator; 0 is the same).

    The rate must count students: those who meet a condition, of those counted, each once. Any other indicator has no
    value here, and the notes say so. The others are the students of the same org outside the group (all students less the
    group, exact counts), unless `reference` names a student group.

    Small numbers: there is no value where either side has fewer than `least_students` students or fewer than
    `least_events` who meet the condition. The defaults, 30 and 10, are the highest that the federal rule on significant
    disproportionality in special education takes for reasonable without further reason (34 CFR 300.647(b)(1)(iv)).
    Without an event on one side there is no ratio, whatever the guards. `n` is the smaller number of students of the two
    sides; with `reference: ALL` also of the students outside the group. A group outside which there is nobody has no row.

    Interval at 95 %, of two groups without a common student. The ratio's is symmetrical on a logarithmic scale (Katz,
    Baptista, Azen and Pike 1978, Biometrics 34(3)): its error is sqrt(1/a - 1/n1 + 1/b - 1/n2), and the standard error
    shown is that times the ratio. The difference's is Newcombe's, of two Wilson intervals (1998, Statistics in Medicine
    17, method 10); its standard error is sqrt(p1 q1 / n1 + p2 q2 / n2). A ratio is unstable where events are few, and of
    many groups and schools some lie far from 1 by chance: look at the interval. No interval for a reference whose
    students can be in the group too.

    Example: `{type: disparity, of: ca.suspension_rate, compare: ratio}`
    """

    name = "disparity"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["of", "compare"],
            "x-unit": "required",
            "properties": {
                "of": indicator_key("The rate that is compared."),
                "compare": {
                    "enum": ["ratio", "difference"],
                    "description": "How many times as large the group's rate is, or by how much it is larger.",
                    "x-effect": "past",
                },
                "reference": {
                    "type": "string",
                    "description": "What each student group is compared with: others, the students of the org outside "
                    "the group (where left out); or a student group.",
                    "x-effect": "past",
                    "x-reference": "group",
                    "x-besides": [OTHERS],
                },
                "least_events": _least("students who meet the condition", 0, 10),
                "least_students": _least("students", 1, 30),
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> DisparitySpec:
        return DisparitySpec(**block)

    def expressions(self, spec: DisparitySpec) -> Sequence[Use]:
        return ()

    def sentence(self, spec: DisparitySpec) -> str:
        reference = "the students outside it" if spec.reference == OTHERS else f"`{spec.reference}`"
        joined = "divided by" if spec.compare == "ratio" else "less"
        return (
            f"`{spec.of}` of each student group {joined} that of {reference}, from {spec.least_students} students and "
            f"{spec.least_events} events on either side"
        )

    def formula(self, spec: DisparitySpec) -> Formula:
        others = spec.reference == OTHERS
        reference = "the students outside the group" if others else f"the students of `{spec.reference}`"
        joined = r"\frac{p_g}{p_r}" if spec.compare == "ratio" else "p_g - p_r"
        lines = [f"v_g = {joined}", r"p_g = \frac{a_g}{n_g}"]
        lines.append(r"p_r = \frac{a_{\text{all}} - a_g}{n_{\text{all}} - n_g}" if others else r"p_r = \frac{a_r}{n_r}")
        where = (
            ("p_g", f"`{spec.of}` of student group *g*"),
            ("p_r", f"the same of {reference}"),
            ("a", f"students who meet the condition; no value where either side has fewer than {spec.least_events}"),
            ("n", f"students counted; no value where either side has fewer than {spec.least_students}"),
        )
        return Formula(tuple(lines), where)

    def indicators(self, spec: DisparitySpec) -> Sequence[str]:
        return (spec.of,)

    def value_of(self, spec: DisparitySpec) -> str | None:
        return spec.of if spec.compare == "difference" else None

    def comparable(self, spec: DisparitySpec) -> bool:
        return True

    def stages(self, spec: DisparitySpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        counted = tallies[spec.of]
        reference = counted.everyone if spec.reference == OTHERS else spec.reference
        pairs = pairs_stage(f"{prefix}pairs", counted, reference)
        cells = _cells(f"{prefix}cells", pairs.name, spec, counted)
        guarded = _guarded(f"{prefix}guarded", cells.name, spec)
        compared = _ratio if spec.compare == "ratio" else _difference
        return [pairs, cells, guarded, compared(f"{prefix}disparity", guarded.name)]


def _cells(name: str, source: str, spec: DisparitySpec, counted: Counted) -> Stage:
    """Events a, b and students n1, n2 of the two sides; whether they are counts, and of students that are on one side only."""
    outside = ("r_numerator - g_numerator", "r_denominator - g_denominator")
    b, n2 = outside if spec.reference == OTHERS else ("r_numerator", "r_denominator")
    few = smaller("g_few", "r_few")
    if spec.reference in (OTHERS, counted.everyone):
        few = smaller("g_few", outside[1])
    together = {group for one in counted.partitions if spec.reference in one for group in one}
    disjoint = f"student_group IN ({comma(lit(group) for group in sorted(together))})" if together else "1 = 0"
    if spec.reference == OTHERS:
        disjoint = "1 = 1"

    def counts(side: str) -> str:
        above, below = f"{side}_numerator", f"{side}_denominator"
        return f"""{below} = {side}_n AND {above} >= 0 AND {above} <= {below} AND FLOOR({above}) = {above}
            AND ABS({side}_value * {below} - {above}) < 1e-6"""

    text = f"""SELECT {comma(PLACED)}, g_numerator AS a, g_denominator AS n1, {b} AS b, {n2} AS n2, {few} AS few,
            CASE WHEN {counts("g")} AND {counts("r")} THEN 1 ELSE 0 END AS counts,
            CASE WHEN {disjoint} THEN 1 ELSE 0 END AS apart
        FROM {source} WHERE r_denominator > g_denominator OR {"1 = 0" if spec.reference == OTHERS else "1 = 1"}"""
    return stage(name, "Events and students of each group and of what it is compared with.", text)


def _guarded(name: str, source: str, spec: DisparitySpec) -> Stage:
    students, events = spec.least_students, spec.least_events
    none = ""
    if spec.compare == "ratio":
        none = (
            "WHEN a = 0 THEN 'no events in the group: no ratio' WHEN b = 0 THEN 'no events to compare with: no ratio'"
        )
    text = f"""SELECT *, a / NULLIF(n1, 0) AS p1, b / NULLIF(n2, 0) AS p2,
            CASE WHEN counts = 0 THEN 'not a rate of students'
                WHEN n1 < {students} OR n2 < {students} THEN {lit(f"fewer than {students} students on one side")}
                {none}
                WHEN a < {events} OR b < {events} THEN {lit(f"fewer than {events} events on one side")} END AS lacking
        FROM {source}"""
    return stage(name, "The two rates, and why they are not compared, where numbers are too small.", text)


def _compared(name: str, source: str, value: str, error: str, low: str, high: str) -> Stage:
    def told(sql: str, when: str = "lacking IS NULL") -> str:
        return f"CASE WHEN {when} THEN {sql} END"

    apart = "lacking IS NULL AND apart = 1"
    columns = {
        "denominator": "few",
        "n": "few",
        "value": told(value),
        "standard_error": told(error, apart),
        "low": told(low, apart),
        "high": told(high, apart),
        "notes": f"CASE WHEN lacking IS NOT NULL THEN lacking WHEN apart = 0 THEN {lit(OVERLAP)} END",
    }
    return result_stage(name, "The disparity of each student group.", source, columns)


def _ratio(name: str, source: str) -> Stage:
    ratio = "(p1 / NULLIF(p2, 0))"
    terms = "1e0 / NULLIF(a, 0) - 1e0 / NULLIF(n1, 0) + 1e0 / NULLIF(b, 0) - 1e0 / NULLIF(n2, 0)"
    error = f"SQRT(CASE WHEN {terms} < 0 THEN 0e0 ELSE {terms} END)"
    low, high = f"{ratio} / EXP({Z} * {error})", f"{ratio} * EXP({Z} * {error})"
    return _compared(name, source, ratio, f"{ratio} * {error}", low, high)


def _difference(name: str, source: str) -> Stage:
    low1, high1 = (f"({limit})" for limit in wilson("a", "n1"))
    low2, high2 = (f"({limit})" for limit in wilson("b", "n2"))
    error = "SQRT(p1 * (1e0 - p1) / NULLIF(n1, 0) + p2 * (1e0 - p2) / NULLIF(n2, 0))"

    def spread(one: str, other: str) -> str:
        return f"SQRT({one} * {one} + {other} * {other})"

    low = f"(p1 - p2) - {spread(f'(p1 - {low1})', f'({high2} - p2)')}"
    high = f"(p1 - p2) + {spread(f'({high1} - p1)', f'(p2 - {low2})')}"
    return _compared(name, source, "p1 - p2", error, low, high)
