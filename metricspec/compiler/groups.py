"""From students to groups: moments once for each combination of memberships, then summed to each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from metricspec.compiler.students import PARENTS, TREE, Flag, StudentsInput
from metricspec.measure import Moment
from metricspec.model import GroupSet
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot

ORG = ("org_level", "org_id")


@dataclass(frozen=True)
class Counted:
    """One moment of one indicator, ready to compile: `name` is its column; conditions that always hold are left out."""

    name: str
    moment: Moment
    conditions: tuple[exp.Expression, ...]
    known: exp.Expression | None = None
    value: exp.Expression | None = None


def _moment(counted: Counted) -> tuple[str, dict[str, exp.Expression | str]]:
    slots: dict[str, exp.Expression | str] = {}
    conditions = []
    for at, condition in enumerate(counted.conditions):
        slots[f"{counted.name}_c{at}"] = condition
        conditions.append(f"({slot(f'{counted.name}_c{at}')})")
    if counted.known is not None:
        slots[f"{counted.name}_k"] = counted.known
        name = slot(f"{counted.name}_k")
        conditions.append(f"(({name}) OR NOT ({name}))")
    where = " AND ".join(conditions)
    if counted.moment.aggregate == "count":
        return (f"COUNT(CASE WHEN {where} THEN 1 END)" if where else "COUNT(*)"), slots
    assert counted.value is not None
    slots[f"{counted.name}_v"] = counted.value
    value = f"({slot(f'{counted.name}_v')})"
    if counted.moment.aggregate == "sum_squares":
        value = f"CAST({value} AS DOUBLE) * {value}"
    return f"SUM(CASE WHEN {where} THEN {value} END)" if where else f"SUM({value})", slots


def moments_stage(
    name: str,
    students: str,
    place: Sequence[str],
    year: str,
    signature: Sequence[str],
    counted: Sequence[Counted],
    where: Sequence[exp.Expression],
) -> Stage:
    """Sums over students by org and combination of groups: every indicator's moments in one scan."""
    slots: dict[str, exp.Expression | str] = {f"all{i}": tree for i, tree in enumerate(where)}
    items = []
    for one in counted:
        text, more = _moment(one)
        slots.update(more)
        items.append(f"{text} AS {q(one.name)}")
    keys = comma(q(k) for k in (*place, year, *signature))
    condition = " WHERE " + " AND ".join(f"({slot(f'all{i}')})" for i in range(len(where))) if where else ""
    text = f"SELECT {keys}, {comma(items)} FROM {students}{condition} GROUP BY {keys}"
    says = "Sums over students for each org and combination of groups; sums add, so the groups can be made of them."
    return Stage(name, says, Template(("moments", text), text), slots, stored=True)


def _member(groups: GroupSet, flags: Mapping[str, Flag | str]) -> list[tuple[str, str]]:
    """Each group's label and the condition on the signature that picks its members."""
    parts = []
    for group in groups.groups:
        flag = flags[group.id]
        condition = flag if isinstance(flag, str) else f"{q(flag.name)} = 1"
        if group.years.first:
            condition = f"({condition}) AND school_year >= {lit(group.years.first)}"
        if group.years.last:
            condition = f"({condition}) AND school_year <= {lit(group.years.last)}"
        parts.append((lit(group.id), condition))
    return parts


def groups_stage(
    name: str,
    moments: str,
    place: Sequence[str],
    year: str,
    groups: GroupSet,
    flags: Mapping[str, Flag | str],
    columns: Sequence[str],
    slots: Mapping[str, exp.Expression | str],
) -> Stage:
    """The moments of each student group."""
    sums = comma(f"CAST(COALESCE(SUM({q(c)}), 0) AS DOUBLE) AS {q(c)}" for c in columns)
    listed = comma(q(c) for c in columns)
    keys = comma(q(k) for k in place)
    if groups.column:
        rows = f"""SELECT {keys}, {q(year)} AS school_year, {q(groups.column)} AS student_group, {listed}
            FROM {moments} WHERE {q(groups.column)} IS NOT NULL"""
    else:
        source = f"(SELECT *, {q(year)} AS school_year FROM {moments})" if year != "school_year" else moments
        rows = "\nUNION ALL\n".join(
            f"SELECT {keys}, school_year, {label} AS student_group, {listed} FROM {source} AS m WHERE {condition}"
            for label, condition in _member(groups, flags)
        )
    text = f"""SELECT {keys}, school_year, student_group, {sums} FROM ({rows}) AS g
        GROUP BY {keys}, school_year, student_group"""
    says = f"The same sums for each student group of {groups.id}; a student can be in several."
    return Stage(name, says, Template(("groups", text), text), slots, stored=True)


def levels_stage(name: str, groups: str, given: StudentsInput, columns: Sequence[str]) -> Stage:
    """The sums of each school and group added up to every org level: right where a student is at one school all year."""
    school = given.dataset.keys["school"]
    listed = comma(q(c) for c in columns)
    slots: dict[str, exp.Expression | str] = {}
    parts = []
    for at, level in enumerate(given.orgs.levels):
        slots[f"key{at}"] = given.keys[at]
        conditions = [f"({slot(f'key{at}')}) IS NOT NULL"]
        for number, tree in enumerate(given.level_stints[at]):
            slots[f"level{at}_{number}"] = tree
            conditions.append(f"({slot(f'level{at}_{number}')})")
        parts.append(
            f"""SELECT {lit(level.name)} AS org_level, ({slot(f"key{at}")}) AS org_id, school_year, student_group, {listed}
            FROM placed WHERE {" AND ".join(conditions)}"""
        )
    parents = comma(f"t.{q(c)}" for c in PARENTS if c not in given.place)
    placed = f"""SELECT g.*, {parents} FROM {groups} AS g
        INNER JOIN {TREE} AS t ON t.school_id = g.{q(school)} AND t.school_year = g.school_year"""
    sums = comma(f"SUM({q(c)}) AS {q(c)}" for c in columns)
    union = "\nUNION ALL\n".join(part.replace("FROM placed", f"FROM ({placed}) AS placed") for part in parts)
    text = f"""SELECT org_level, org_id, school_year, student_group, {sums} FROM ({union}) AS l
        GROUP BY org_level, org_id, school_year, student_group"""
    says = "The sums of each group at every org level, added up from the places of the students."
    return Stage(name, says, Template(("levels", text), text), slots, stored=True)
