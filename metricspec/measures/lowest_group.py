"""lowest_group: the student group, of several, that does worst on an indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Counted, Use
from metricspec.measures.parts import indicator_key, own_rows, result_stage
from metricspec.sql.rounding import double_quotient
from metricspec.sql.stage import Step, comma, lit, stage

PARTITION = "partition"


@dataclass(frozen=True)
class LowestGroupSpec:
    """`among`: student groups; None are those of the group set's first partition."""

    of: str
    among: tuple[str, ...] | None = None
    least: int = 0


class LowestGroup:
    """The result of the student group that does worst: the lowest value where higher is better, the highest where lower is
    better, the farthest from the value that is best where there is one. It stands in the row of all students; `category`
    names the group, and all numbers are that group's.

    Groups with fewer than `least` students, or fewer than the policy of the indicator ever shows, are not looked at, so
    the choice tells nothing of them. Values are compared as they are published, rounded. Of groups with the same value
    the one with more students is taken, and of those the first by id. An org none of whose groups has enough students has
    a row without a value. Where one group alone has enough, it is the lowest: look at how many there are before calling it behind.

    The School Quality Improvement Index reports the lowest racial or ethnic group of each school for each metric, from 20
    students on. Another group may be the lowest next year, so there is no change.

    Interval and standard error: those of the group. The lowest of several is chosen for being low, and partly low by
    chance, the more so the smaller the groups: a school with many small groups looks worse than one with few.

    Example: `{type: lowest_group, of: sqii.chronic_absence, among: partition, least: 20}`
    """

    name = "lowest_group"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["of", "among"],
            "properties": {
                "of": indicator_key("The indicator whose lowest group is wanted.", **{"x-directed": True}),
                "among": {
                    "anyOf": [
                        {"enum": [PARTITION]},
                        {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "string"}},
                    ],
                    "description": "The student groups to choose from: a list; or partition, the groups that the group "
                    "set's first partition lists (races and ethnicities).",
                    "x-effect": "past",
                    "items": {"x-reference": "group"},
                },
                "least": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "The fewest students that a group must have (never fewer than the indicator's policy "
                    "shows).",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> LowestGroupSpec:
        among = None if block["among"] == PARTITION else tuple(block["among"])
        return LowestGroupSpec(block["of"], among, block.get("least", 0))

    def expressions(self, spec: LowestGroupSpec) -> Sequence[Use]:
        return ()

    def sentence(self, spec: LowestGroupSpec) -> str:
        among = "the groups that split all students" if spec.among is None else ", ".join(spec.among)
        least = f" with {spec.least} students or more" if spec.least else ""
        return f"`{spec.of}` of the group that does worst, among {among}{least}"

    def formula(self, spec: LowestGroupSpec) -> Formula:
        among = "the student groups that split all students" if spec.among is None else ", ".join(spec.among)
        least = f"{spec.least} or more, and never fewer than the policy of the indicator shows"
        where = (
            ("x_g", f"`{spec.of}` of student group *g*, as published"),
            ("G", among),
            ("n_g", "students of the group"),
            ("m", least if spec.least else "what the policy of the indicator shows"),
            (r"\text{worst}", "the lowest where higher is better, the highest where lower is better"),
        )
        return Formula((r"v = \text{worst} \; \{\, x_g \;:\; g \in G, \; n_g \ge m \,\}",), where)

    def indicators(self, spec: LowestGroupSpec) -> Sequence[str]:
        return (spec.of,)

    def value_of(self, spec: LowestGroupSpec) -> str:
        return spec.of

    def stages(self, spec: LowestGroupSpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        counted = tallies[spec.of]
        among = spec.among or next(iter(counted.partitions), ())
        chosen = f"student_group IN ({comma(lit(group) for group in among)})" if among else "1 = 0"
        least = max(spec.least, counted.report_n)
        enough = f"few >= {least}"
        judged = f"""SELECT *, CASE WHEN {enough} THEN 1 ELSE 0 END AS enough,
                CASE WHEN {enough} THEN {_worseness(counted)} ELSE 0e0 END AS worse
            FROM ({own_rows(counted)}) AS o WHERE {chosen}"""
        text = f"""SELECT *, ROW_NUMBER() OVER (PARTITION BY school_year, org_level, org_id
                ORDER BY enough DESC, worse DESC, few DESC, student_group) AS place
            FROM ({judged}) AS j"""
        ordered = stage(f"{prefix}ordered", "The groups of each org, the one that does worst first.", text)
        told = ("numerator", "denominator", "value", "standard_error", "low", "high")
        given = {column: f"CASE WHEN enough = 1 THEN {column} END" for column in told} | {
            "student_group": lit(counted.everyone),
            "category": "CASE WHEN enough = 1 THEN student_group END",
            "n": "CASE WHEN enough = 1 THEN n ELSE few END",
            "denominator": "CASE WHEN enough = 1 THEN denominator ELSE few END",
            "notes": f"CASE WHEN enough = 1 THEN notes ELSE {lit(f'no group with {least} students')} END",
        }
        source = f"(SELECT * FROM {ordered.name} WHERE place = 1) AS p"
        return [ordered, result_stage(f"{prefix}lowest", "The lowest group of each org.", source, given)]


def _worseness(counted: Counted) -> str:
    """A number that grows the worse the published value is."""
    units = f"{counted.scale * 10**counted.digits}e0"
    value = double_quotient(f"value * {units}")
    if counted.better == "lower":
        return value
    if counted.better.startswith("toward:"):
        best = float(counted.better.partition(":")[2]) * 10**counted.digits
        return f"ABS({value} - ({best:.17g}))"
    return f"(0e0 - {value})"
