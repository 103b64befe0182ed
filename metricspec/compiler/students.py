"""From a student's rows to one row per student, org and year: stints, the org tree, combination, facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from metricspec.compiler.bind import literal
from metricspec.model import Column, Dataset, Fact, OrgSet
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot

TREE = "org_tree"
PARENTS = ("district_id", "network_id", "school_type", "charter", "alternative")


@dataclass(frozen=True)
class Flag:
    """A group's membership as a column of the student's row: 1 or 0."""

    name: str
    where: exp.Expression
    latest: bool


@dataclass(frozen=True)
class StudentsInput:
    """All that one table of students is made of; indicators with equal inputs share it."""

    dataset: Dataset
    stints: tuple[exp.Expression, ...]
    stints_text: tuple[str, ...]
    orgs: OrgSet
    keys: tuple[exp.Expression, ...]
    level_stints: tuple[tuple[exp.Expression, ...], ...]
    columns: tuple[Column, ...]
    flags: tuple[Flag, ...]
    facts: tuple[Fact, ...]
    years: tuple[str, ...] = ()
    place: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether rows need not be combined: one row per student and year, placed by the columns of `place`."""
        return bool(self.place)


def tree_stage(org_stage: str) -> Stage:
    """Each school with its district, its network, and what is said of it."""
    text = f"""
        SELECT s.org_id AS school_id, s.school_year, s.parent_id AS district_id, d.parent_id AS network_id,
               s.org_type AS school_type, s.charter, s.alternative
        FROM {org_stage} AS s
        LEFT JOIN {org_stage} AS d ON d.org_id = s.parent_id AND d.school_year = s.school_year
        WHERE s.org_level = 'school'"""
    return Stage(
        TREE,
        "Each school with its district and network in each year.",
        Template(("tree", org_stage), text),
        stored=True,
    )


def stints_stage(name: str, given: StudentsInput, bound: str, needed: Sequence[str], *, tree: bool) -> Stage:
    """The student's rows that count, with `tree` each with its school's place in the org tree."""
    keys = given.dataset.keys
    own = comma(f"b.{q(c)}" for c in needed)
    conditions = [slot(f"stint{i}") for i in range(len(given.stints))]
    if given.years:
        conditions.append(f"{q(keys['year'])} IN ({comma(lit(y) for y in given.years)})")
    where = " WHERE " + " AND ".join(f"({c})" for c in conditions) if conditions else ""
    rows = f"SELECT {own} FROM {bound} AS b"
    if tree:
        places = comma(f"t.{q(c)}" for c in PARENTS if c not in given.dataset.columns)
        rows = f"""SELECT {own}, {places} FROM {bound} AS b
            INNER JOIN {TREE} AS t ON t.school_id = b.{q(keys["school"])} AND t.school_year = b.{q(keys["year"])}"""
    text = f"SELECT * FROM ({rows}) AS r{where}"
    rule = " and ".join(f"`{t}`" for t in given.stints_text)
    says = f"The rows of {given.dataset.id} that count" + (f": those with {rule}." if rule else ", with their orgs.")
    slots = {f"stint{i}": tree for i, tree in enumerate(given.stints)}
    return Stage(name, says, Template(("stints", text), text), slots)


def _order(dataset: Dataset) -> str:
    """The dataset's total order, last row first; an empty date (still enrolled) comes last in time."""
    parts = []
    for name in dataset.order:
        if dataset.columns[name].missing == "exclude":
            parts.append(f"CASE WHEN {q(name)} IS NULL THEN 1 ELSE 0 END DESC")
        parts.append(f"{q(name)} DESC")
    return comma(parts)


def _rolled(column: Column, first: bool) -> str:
    name = q(column.name)
    if column.rollup == "sum":
        kind = {"integer": "BIGINT", "decimal": f"DECIMAL(18, {column.scale})"}.get(column.type, "DOUBLE")
        return f"CAST(SUM({name}) AS {kind}) AS {name}"
    if column.rollup in ("latest", "first"):
        return f"MAX(CASE WHEN {q('row_from_' + ('end' if column.rollup == 'latest' else 'start'))} = 1 THEN {name} END) AS {name}"
    function = {"any": "MAX", "max": "MAX", "all": "MIN", "min": "MIN"}[column.rollup or "any"]
    return f"{function}({name}) AS {name}"


def _level(given: StudentsInput, stints: str, at: int) -> str:
    """One org level's part of the table of students."""
    level, keys = given.orgs.levels[at], given.dataset.keys
    student, year = q(keys["student"]), q(keys["year"])
    conditions = [f"({slot(f'level{at}_{i}')})" for i in range(len(given.level_stints[at]))]
    key = f"({slot(f'key{at}')})"
    conditions.append(f"{key} IS NOT NULL")
    where = " AND ".join(conditions)
    rolled = [_rolled(c, False) for c in given.columns]
    flags = []
    for flag in given.flags:
        condition = slot(f"flag_{flag.name}")
        condition = f"row_from_end = 1 AND ({condition})" if flag.latest else condition
        flags.append(f"MAX(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {q(flag.name)}")
    numbered = _numbered(given, stints, key, where)
    return f"""SELECT {lit(level.name)} AS org_level, org_id, {student}, {year}{"".join(", " + c for c in rolled + flags)}
        FROM ({numbered}) AS r GROUP BY org_id, {student}, {year}"""


def _numbered(given: StudentsInput, stints: str, key: str, where: str) -> str:
    """A level's rows with their org, numbered from the last (and first) where a rule needs it."""
    keys = given.dataset.keys
    partition = f"PARTITION BY {key}, {q(keys['student'])}, {q(keys['year'])}"
    extra = ""
    if any(c.rollup == "latest" for c in given.columns) or any(f.latest for f in given.flags):
        extra += f", ROW_NUMBER() OVER ({partition} ORDER BY {_order(given.dataset)}) AS row_from_end"
    if any(c.rollup == "first" for c in given.columns):
        forward = _order(given.dataset).replace(" DESC", " ASC")
        extra += f", ROW_NUMBER() OVER ({partition} ORDER BY {forward}) AS row_from_start"
    return f"SELECT *, {key} AS org_id{extra} FROM {stints} WHERE {where}"


def single_stage(name: str, given: StudentsInput, stints: str) -> Stage:
    """One row per student and year, as it stands, with the group flags."""
    columns = dict.fromkeys([*given.place, given.dataset.keys["year"], *(c.name for c in given.columns)])
    items = [q(c) for c in columns]
    items += [f"CASE WHEN {slot(f'flag_{f.name}')} THEN 1 ELSE 0 END AS {q(f.name)}" for f in given.flags]
    text = f"SELECT {comma(items)} FROM {stints}"
    slots: dict[str, exp.Expression | str] = {f"flag_{f.name}": f.where for f in given.flags}
    says = "One row per student and year, as the dataset has it; a student is at one school all year."
    return Stage(name, says, Template(("single", text), text), slots)


def students_stage(name: str, given: StudentsInput, stints: str) -> Stage:
    """One row per student, org and year: a student counts once at each org of each level."""
    text = "\nUNION ALL\n".join(_level(given, stints, at) for at in range(len(given.orgs.levels)))
    slots: dict[str, exp.Expression | str] = {f"flag_{f.name}": f.where for f in given.flags}
    for at in range(len(given.orgs.levels)):
        slots[f"key{at}"] = given.keys[at]
        slots.update({f"level{at}_{i}": tree for i, tree in enumerate(given.level_stints[at])})
    levels = ", ".join(level.name for level in given.orgs.levels)
    says = f"One row per student, org and year ({levels}): a student counts once at each, however many rows there are."
    return Stage(name, says, Template(("students", text), text), slots)


def fact_stage(
    name: str,
    fact: Fact,
    given: StudentsInput,
    dataset: Dataset,
    bound: str,
    stints: str,
    where: exp.Expression | None,
) -> Stage:
    """One value per student (and org) and year out of another dataset."""
    keys, own = dataset.keys, given.dataset.keys
    value = q(fact.value) if fact.value else "1"
    aggregate = {
        "sum": f"SUM({value})",
        "count": "COUNT(*)",
        "any": f"MAX({value})",
        "max": f"MAX({value})",
        "min": f"MIN({value})",
    }
    condition = f" WHERE {slot('where')}" if where is not None else ""
    student, year = f"f.{q(keys['student'])}", f"f.{q(keys['year'])}"
    filtered = f"(SELECT * FROM {bound}{condition}) AS f"
    if fact.at == "anywhere":
        who, group, rows = f"{student} AS student, {year} AS year", f"{student}, {year}", filtered
    else:
        here = "\nUNION\n".join(
            f"""SELECT {lit(level.name)} AS org_level, ({slot(f"key{at}")}) AS org_id, {q(own["student"])} AS student,
                {q(own["school"])} AS school, {q(own["year"])} AS year FROM {stints}
                WHERE {" AND ".join([f"({slot(f'level{at}_{i}')})" for i in range(len(given.level_stints[at]))] or ["1 = 1"])}"""
            for at, level in enumerate(given.orgs.levels)
        )
        who, group = "h.org_level, h.org_id, h.student, h.year", "h.org_level, h.org_id, h.student, h.year"
        rows = f"""{filtered} INNER JOIN ({here}) AS h
            ON h.student = {student} AND h.school = f.{q(keys["school"])} AND h.year = {year}"""
    if fact.aggregate == "latest":
        ordered = f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {_order(dataset)}) AS row_from_end"
        names = "org_level, org_id, student, year" if fact.at == "org" else "student, year"
        text = f"""SELECT {names}, {value} AS {q(fact.name)} FROM (SELECT {who}, f.{value}, {ordered} FROM {rows}) AS l
            WHERE row_from_end = 1"""
    else:
        text = f"SELECT {who}, {aggregate[fact.aggregate]} AS {q(fact.name)} FROM {rows} GROUP BY {group}"
    slots: dict[str, exp.Expression | str] = {"where": where} if where is not None else {}
    if fact.at == "org":
        for at in range(len(given.orgs.levels)):
            slots[f"key{at}"] = given.keys[at]
            slots.update({f"level{at}_{i}": tree for i, tree in enumerate(given.level_stints[at])})
    place = "at each org" if fact.at == "org" else "anywhere"
    says = (
        f"{fact.name}: {fact.aggregate} {fact.value or 'of rows'} from {fact.dataset}, per student, {place}, each year."
    )
    return Stage(name, says, Template(("fact", text), text), slots)


def with_facts_stage(name: str, given: StudentsInput, students: str, facts: Sequence[tuple[Fact, str]]) -> Stage:
    """The students with their facts; what a missing value means is said by each fact."""
    keys = given.dataset.keys
    items, joins = [], []
    for at, (fact, stage) in enumerate(facts):
        value = f"f{at}.{q(fact.name)}"
        if fact.missing not in ("exclude", "error"):
            value = f"COALESCE({value}, {literal(fact.missing)})"
        items.append(f"{value} AS {q(fact.name)}")
        on = [f"f{at}.student = s.{q(keys['student'])}", f"f{at}.year = s.{q(keys['year'])}"]
        if fact.at == "org":
            on += [f"f{at}.org_level = s.org_level", f"f{at}.org_id = s.org_id"]
        joins.append(f"LEFT JOIN {stage} AS f{at} ON {' AND '.join(on)}")
    text = f"SELECT s.*, {comma(items)} FROM {students} AS s {' '.join(joins)}"
    what = ", ".join(fact.name for fact, _ in facts)
    return Stage(name, f"The same students with {what}.", Template(("facts", text), text))
