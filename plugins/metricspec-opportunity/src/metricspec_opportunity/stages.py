"""The steps of one `course_access` indicator: what each school offers, then students by access and enrollment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metricspec.measure import PLACED, Inputs
from metricspec.sql.intervals import wilson
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Step, comma, lit, stage


@dataclass(frozen=True)
class Share:
    """One number of students as a share of another, both columns of the totals."""

    name: str
    part: str
    whole: str
    interval: bool = True


EVERYONE = "ALL"
SHARES = (
    Share("access", "offered", "counted", interval=False),
    Share("enrollment", "takers", "counted"),
    Share("enrollment_where_offered", "takers_there", "offered"),
)


def stages(inputs: Inputs, *, offered_from: int, some: bool, report: str, least: int) -> Sequence[Step]:
    """`some`: the rows have a column `counted`, 1 for those whom the shares are of."""
    prefix = inputs.prefix
    placed = stage(
        f"{prefix}offered",
        "Each student: whether the school offers a course of the kind, and whether the student takes one.",
        _offered(inputs, offered_from, some),
    )
    counts = inputs.sums("counts", placed.name, ("offered", "taken"), {"students": "COUNT(*)"})
    says = "Students of each org and group, with access, and with a course."
    totals = stage(f"{prefix}totals", says, _totals(counts[-1].name))
    rows = "\nUNION ALL\n".join(_row(totals.name, share, report, least) for share in SHARES)
    return [placed, *counts, totals, stage(f"{prefix}access", "A row for each share.", rows)]


def _offered(inputs: Inputs, offered_from: int, some: bool) -> str:
    """By a window and not by a join, so that the students are read once."""
    carried = comma(inputs.carried)
    counted = ", counted" if some else ""
    return f"""SELECT {carried}, CASE WHEN taken = 1 THEN 1 ELSE 0 END AS taken,
            CASE WHEN takers >= {offered_from} THEN 1 ELSE 0 END AS offered
        FROM (SELECT {carried}, taken{counted}, SUM(taken) OVER (PARTITION BY school, school_year) AS takers
            FROM {inputs.rows} WHERE taken IS NOT NULL) AS s{" WHERE counted = 1" if some else ""}"""


def _totals(counts: str) -> str:
    """`side`: the smallest number of students with or without access, where there are both, in the group or outside it."""

    def students(condition: str) -> str:
        return f"CAST(SUM(CASE WHEN {condition} THEN students ELSE 0 END) AS DOUBLE)"

    def outside(number: str) -> str:
        everyone = f"MAX(CASE WHEN student_group = {lit(EVERYONE)} THEN {number} END)"
        return f"{everyone} OVER (PARTITION BY school_year, org_level, org_id) - {number}"

    def side(offered: str, counted: str) -> str:
        smaller = f"CASE WHEN 2 * {offered} < {counted} THEN {offered} ELSE {counted} - {offered} END"
        return f"CASE WHEN {offered} > 0 AND {offered} < {counted} THEN {smaller} END"

    numbers = "counted, offered, takers, takers_there"
    return f"""SELECT {comma(PLACED)}, {numbers},
            CASE WHEN others_side < own_side OR own_side IS NULL THEN others_side ELSE own_side END AS side
        FROM (SELECT {comma(PLACED)}, {numbers}, {side("offered", "counted")} AS own_side,
                {side("others_offered", "others_counted")} AS others_side
            FROM (SELECT {comma(PLACED)}, {numbers}, {outside("counted")} AS others_counted,
                    {outside("offered")} AS others_offered
                FROM (SELECT {comma(PLACED)}, CAST(SUM(students) AS DOUBLE) AS counted, {students("offered = 1")} AS offered,
                        {students("taken = 1")} AS takers, {students("offered = 1 AND taken = 1")} AS takers_there
                    FROM {counts} GROUP BY {comma(PLACED)}) AS t) AS o) AS p"""


def _row(totals: str, share: Share, report: str, least: int) -> str:
    """A share's row for each org and group: the indicator's own, where it is the one reported, or a statistic's."""
    own = share.name == report
    few = "CASE WHEN side < counted THEN side ELSE counted END"
    p = f"({share.part} / NULLIF({share.whole}, 0))"
    error = f"SQRT({p} * (1e0 - {p}) / NULLIF({share.whole}, 0))" if share.interval else NO_NUMBER
    low, high = wilson(share.part, share.whole) if share.interval else (NO_NUMBER, NO_NUMBER)
    part, value, notes = share.part, f"{share.part} / NULLIF({share.whole}, 0)", NO_TEXT
    if own and share.name == "access":
        told = f"side IS NULL OR side >= {least}"
        part, value = (f"CASE WHEN {told} THEN {number} END" for number in (part, value))
        notes = f"CASE WHEN NOT ({told}) THEN {lit(f'fewer than {least} students with access, or without')} END"
    return f"""SELECT {comma(PLACED)}, {NO_TEXT} AS category, {NO_TEXT if own else lit(share.name)} AS statistic,
            {part} AS numerator, {share.whole} AS denominator, {"counted" if own else few} AS n, {value} AS value,
            {error} AS standard_error, {low} AS low, {high} AS high, {notes} AS notes FROM {totals}"""
