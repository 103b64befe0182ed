"""From students to groups: moments once for each combination of memberships, then summed to each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from metricspec.compiler.students import PARENTS, TREE, Flag, StudentsInput
from metricspec.compiler.years import in_years
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


def _moment(counted: Counted, *also: str) -> tuple[str, dict[str, exp.Expression | str]]:
    """The SQL of a moment, of those for whom the conditions in `also` hold too, and its slots."""
    slots: dict[str, exp.Expression | str] = {}
    conditions = list(also)
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


def _where(conditions: Sequence[exp.Expression]) -> str:
    """The conditions that every moment of a scan has, in the slots all0, all1, ..."""
    return " WHERE " + " AND ".join(f"({slot(f'all{i}')})" for i in range(len(conditions))) if conditions else ""


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
    text = f"SELECT {keys}, {comma(items)} FROM {students}{_where(where)} GROUP BY {keys}"
    says = "Sums over students for each org and combination of groups; sums add, so the groups can be made of them."
    return Stage(name, says, Template(("moments", text), text), slots, stored=True)


def members(groups: GroupSet, flags: Mapping[str, Flag | str], year: str = "school_year") -> list[tuple[str, str]]:
    """Each group's label and the condition on the signature that picks its members."""
    parts = []
    for group in groups.groups:
        flag = flags[group.id]
        condition = flag if isinstance(flag, str) else f"{q(flag.name)} = 1"
        parts.append((lit(group.id), " AND ".join([f"({condition})", *in_years(group.years, q(year))])))
    return parts


def wide_stage(
    name: str,
    students: str,
    place: Sequence[str],
    year: str,
    groups: GroupSet,
    flags: Mapping[str, Flag | str],
    counted: Sequence[Counted],
    where: Sequence[exp.Expression],
    more: Mapping[str, exp.Expression | str],
) -> Stage:
    """Sums over students by org, one column for each moment and group: fastest where these are few."""
    slots: dict[str, exp.Expression | str] = {**more, **{f"all{i}": tree for i, tree in enumerate(where)}}
    items = []
    for at, (_, member) in enumerate(members(groups, flags, year)):
        for one in counted:
            text, own = _moment(one, f"({member})")
            slots.update(own)
            items.append(f"{text} AS {q(f'{one.name}_{at}')}")
    keys = comma(q(k) for k in place)
    text = f"""SELECT {keys}, {q(year)} AS school_year, {comma(items)} FROM {students}{_where(where)}
        GROUP BY {keys}, {q(year)}"""
    says = f"Sums over students for each org, and in it for each student group of {groups.id}."
    return Stage(name, says, Template(("wide", text), text), slots, stored=True)


def wide_columns(groups: GroupSet, counted: Sequence[Counted]) -> list[str]:
    """The columns of a wide stage besides its keys."""
    return [f"{one.name}_{at}" for at in range(len(groups.groups)) for one in counted]


def narrow_stage(name: str, wide: str, groups: GroupSet, counted: Sequence[Counted]) -> Stage:
    """The sums of a wide stage by org, with one row for each student group."""
    parts = []
    for at, group in enumerate(groups.groups):
        sums = comma(f"CAST(COALESCE({q(f'{c.name}_{at}')}, 0) AS DOUBLE) AS {q(c.name)}" for c in counted)
        some = " OR ".join(f"{q(f'{c.name}_{at}')} > 0" for c in counted if c.moment.aggregate == "count")
        parts.append(
            f"""SELECT org_level, org_id, school_year, {lit(group.id)} AS student_group, {sums}
            FROM {wide} WHERE {some or "1 = 1"}"""
        )
    text = "\nUNION ALL\n".join(parts)
    says = f"The same sums, one row for each student group of {groups.id}; a student can be in several."
    return Stage(name, says, Template(("narrow", text), text), stored=True)


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
            for label, condition in members(groups, flags)
        )
    text = f"""SELECT {keys}, school_year, student_group, {sums} FROM ({rows}) AS g
        GROUP BY {keys}, school_year, student_group"""
    says = f"The same sums for each student group of {groups.id}; a student can be in several."
    return Stage(name, says, Template(("groups", text), text), slots, stored=True)


def placed_stage(name: str, groups: str, given: StudentsInput) -> Stage:
    """The sums of each place with its school's district and network."""
    parents = comma(f"t.{q(c)}" for c in PARENTS if c not in given.place)
    text = f"""SELECT g.*, {parents} FROM {groups} AS g
        INNER JOIN {TREE} AS t ON t.school_id = g.{q(given.dataset.keys["school"])} AND t.school_year = g.school_year"""
    return Stage(
        name,
        "The same sums with the district and network of each school.",
        Template(("placed", text), text),
        stored=True,
    )


def levels_stage(
    name: str, placed: str, given: StudentsInput, columns: Sequence[str], also: Sequence[str] = ()
) -> Stage:
    """The sums of each school added up to every org level: right where a student is at one school all year.

    `also` are keys besides org and year (the student group, where the rows have one).
    """
    keys = comma(["school_year", *also])
    listed = comma(q(c) for c in columns)
    parts = []
    for at, level in enumerate(given.orgs.levels):
        conditions = [f"({slot(f'key{at}')}) IS NOT NULL"]
        conditions += [f"({slot(f'level{at}_{i}')})" for i in range(len(given.level_stints[at]))]
        parts.append(
            f"""SELECT {lit(level.name)} AS org_level, ({slot(f"key{at}")}) AS org_id, {keys}, {listed}
            FROM {placed} WHERE {" AND ".join(conditions)}"""
        )
    sums = comma(f"SUM({q(c)}) AS {q(c)}" for c in columns)
    union = "\nUNION ALL\n".join(parts)
    text = f"""SELECT org_level, org_id, {keys}, {sums} FROM ({union}) AS l
        GROUP BY org_level, org_id, {keys}"""
    says = "The sums at every org level, added up from the places of the students."
    return Stage(name, says, Template(("levels", text), text), given.level_slots(), stored=True)
