"""gap: how far a student group's value lies from that of a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import PLACED, Counted, Use
from metricspec.measures.parts import indicator_key, own_rows, result_stage, smaller
from metricspec.sql.intervals import Z
from metricspec.sql.stage import Stage, Step, comma, lit, stage

OTHERS = "others"
OVERLAP = "the groups can overlap: no interval"
UNKNOWN = "the students outside the group cannot be worked out from the counts"


@dataclass(frozen=True)
class GapSpec:
    """`reference` is a student group, or `others`: the students of the org who are not in the group."""

    of: str
    reference: str


class Gap:
    """How far the value of a student group lies from that of a reference, in the unit of the indicator: the group's value
    less the reference's, from unrounded values. Below zero the group's value is the lower one, whether or not lower is
    better.

    `reference` is a student group, such as `ALL`, or `others`: the students of the same org outside the group. Their
    value is made of exact sums: numerator and denominator of all students less those of the group. Where a value is not
    its numerator over its denominator, or a rule changed the sums (its notes say so), there is none. A group against
    `ALL` is held against a whole that it is part of, so the gap is smaller than the one to the others: by the share of
    the others in all students, exactly.

    `n` is the smallest number of students that can be told from the row: of the group and of the reference; against
    `ALL`, of the group and of the students outside it, because group and gap and all students together tell their value.
    The reference itself has no row, and neither has a group outside which there is nobody.

    Standard error: sqrt(se1² + se2²), of two groups without a common student. Where the reference is `ALL`, both errors
    are those of the group and of the students outside it, times the share of the latter. The others' error is worked out
    of those of all students and of the group (a share's from the share itself; a mean's from the sums of squares).
    Interval: 1.96 standard errors to each side. It takes students for independent of one another: classes and
    neighbourhoods make it too narrow. Two named groups have one only if a partition of the group set holds both (races):
    students in both would be counted twice. No interval where the indicator has no standard error.

    Example: `{type: gap, of: ca.ela_dfs, reference: ALL}`
    """

    name = "gap"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["of", "reference"],
            "properties": {
                "of": indicator_key("The indicator whose values are compared."),
                "reference": {
                    "type": "string",
                    "description": "What each student group is compared with: a student group; or others, the students "
                    "of the org outside the group.",
                    "x-effect": "past",
                    "x-reference": "group",
                    "x-besides": [OTHERS],
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> GapSpec:
        return GapSpec(block["of"], block["reference"])

    def expressions(self, spec: GapSpec) -> Sequence[Use]:
        return ()

    def sentence(self, spec: GapSpec) -> str:
        reference = "the students outside it" if spec.reference == OTHERS else f"`{spec.reference}`"
        return f"`{spec.of}` of each student group less that of {reference}"

    def formula(self, spec: GapSpec) -> Formula:
        where = [("x_g", f"`{spec.of}` of student group *g*")]
        if spec.reference != OTHERS:
            return Formula((r"v_g = x_g - x_r",), (*where, ("x_r", f"the same of `{spec.reference}`")))
        line = r"x_{-g} = \frac{a_{\text{all}} - a_g}{b_{\text{all}} - b_g}"
        where += [
            ("x_{-g}", "the same of the students outside the group"),
            (r"a, b", "numerator and denominator of all students and of the group"),
        ]
        return Formula((r"v_g = x_g - x_{-g}", line), tuple(where))

    def indicators(self, spec: GapSpec) -> Sequence[str]:
        return (spec.of,)

    def value_of(self, spec: GapSpec) -> str:
        return spec.of

    def comparable(self, spec: GapSpec) -> bool:
        return True

    def stages(self, spec: GapSpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        counted = tallies[spec.of]
        others = spec.reference == OTHERS
        reference = counted.everyone if others else spec.reference
        whole = reference == counted.everyone
        pairs = pairs_stage(f"{prefix}pairs", counted, reference)
        if not whole:
            return [pairs, _between(f"{prefix}gap", pairs.name, counted, reference)]
        outside = outside_stage(f"{prefix}outside", pairs.name)
        return [pairs, outside, (_from_others if others else _from_all)(f"{prefix}gap", outside.name)]


def pairs_stage(name: str, counted: Counted, reference: str) -> Stage:
    """Each student group's row beside that of a reference: columns g_... and r_... Read once, by a window and not by a
    join: engines that write a step out anew wherever it is read would count the students twice."""
    columns = ("numerator", "denominator", "n", "few", "value", "standard_error", "notes")
    window = "OVER (PARTITION BY school_year, org_level, org_id)"
    items = [f"{column} AS g_{column}" for column in columns]
    items += [f"MAX(CASE WHEN student_group = {lit(reference)} THEN {c} END) {window} AS r_{c}" for c in columns]
    text = f"""SELECT * FROM (SELECT {comma(PLACED)}, {comma(items)} FROM ({own_rows(counted)}) AS o) AS p
        WHERE r_value IS NOT NULL AND student_group <> {lit(reference)}"""
    return stage(name, "Each student group beside the reference.", text)


def outside_stage(name: str, source: str) -> Stage:
    """What the reference, all students, and the group tell of the students outside it: o_n, o_few, o_share of all
    students' denominator, o_value, o_error2 (the squared standard error). Where it cannot be told, the last three are
    NULL."""

    def made(side: str) -> str:
        above, below = f"{side}_numerator", f"{side}_denominator"
        exact = f"ABS({side}_value * {below} - {above}) <= 1e-9 * (ABS({above}) + 1e0)"
        return f"{side}_notes IS NULL AND {exact}"

    known = f"{made('g')} AND {made('r')} AND r_denominator > g_denominator"
    once = "r_denominator = r_n AND g_denominator = g_n"
    counted = f"""SELECT *, r_n - g_n AS o_n, COALESCE(r_n - g_n, r_denominator - g_denominator) AS o_few,
        CASE WHEN {known} THEN (r_numerator - g_numerator) / (r_denominator - g_denominator) END AS o_value,
        CASE WHEN {known} THEN (r_denominator - g_denominator) / r_denominator END AS o_share,
        CASE WHEN {once} THEN 1 ELSE 0 END AS once,
        CASE WHEN r_value >= 0 AND r_value <= 1
            AND ABS(r_standard_error * r_standard_error * r_n - r_value * (1e0 - r_value)) < 1e-9
            THEN 1 ELSE 0 END AS of_share FROM {source}"""
    squares = "{0}_standard_error * {0}_standard_error * {0}_n * ({0}_n - 1e0)"
    apart = "(g_value - o_value) * (g_value - o_value) * g_n * o_n / r_n"
    left = f"({squares.format('r')} - {squares.format('g')} - {apart})"
    text = f"""SELECT *, CASE WHEN once = 0 THEN NULL
            WHEN of_share = 1 THEN o_value * (1e0 - o_value) / o_n
            WHEN o_n > 1 AND {left} > 0 THEN {left} / ((o_n - 1e0) * o_n)
            WHEN o_n > 1 AND {left} <= 0 THEN 0e0 END AS o_error2
        FROM ({counted}) AS c WHERE o_n > 0 OR o_n IS NULL"""
    return stage(name, "The students outside each group: all students less the group.", text)


def _result(name: str, source: str, value: str, error: str, n: str, notes: str) -> Stage:
    columns = "school_year, org_level, org_id, student_group"
    inner = f"(SELECT {columns}, {value} AS gap, {error} AS error, {n} AS few, {notes} AS notes FROM {source}) AS p"
    return result_stage(
        name,
        "The gap of each student group.",
        inner,
        {
            "denominator": "few",
            "n": "few",
            "value": "gap",
            "standard_error": "error",
            "low": f"gap - {Z} * error",
            "high": f"gap + {Z} * error",
            "notes": "notes",
        },
    )


def _root(*squared: str) -> str:
    return f"SQRT({' + '.join(squared)})"


_GROUP = "g_standard_error * g_standard_error"


def _from_all(name: str, source: str) -> Stage:
    error = f"o_share * {_root(_GROUP, 'o_error2')}"
    return _result(name, source, "g_value - r_value", error, smaller("g_few", "o_few"), "COALESCE(g_notes, r_notes)")


def _from_others(name: str, source: str) -> Stage:
    notes = f"CASE WHEN o_value IS NULL THEN {lit(UNKNOWN)} END"
    error = _root(_GROUP, "o_error2")
    return _result(name, source, "g_value - o_value", error, smaller("g_few", "o_few"), notes)


def _between(name: str, source: str, counted: Counted, reference: str) -> Stage:
    apart = sorted({group for one in counted.partitions if reference in one for group in one})
    disjoint = f"student_group IN ({comma(lit(group) for group in apart)})" if apart else "1 = 0"
    error = f"CASE WHEN {disjoint} THEN {_root(_GROUP, 'r_standard_error * r_standard_error')} END"
    known = "g_standard_error IS NOT NULL AND r_standard_error IS NOT NULL"
    overlap = f"CASE WHEN NOT ({disjoint}) AND {known} THEN {lit(OVERLAP)} END"
    notes = f"COALESCE(g_notes, r_notes, {overlap})"
    return _result(name, source, "g_value - r_value", error, smaller("g_few", "r_few"), notes)
