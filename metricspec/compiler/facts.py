"""Facts: one value per student (and org) and year out of another dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from metricspec.compiler.bind import literal
from metricspec.compiler.combine import added_up, descending
from metricspec.compiler.students import StudentsInput
from metricspec.model import Column, Dataset, Fact
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot


@dataclass(frozen=True)
class FactInput:
    """A fact with its dataset, the column that it becomes, and its checked expressions."""

    fact: Fact
    dataset: Dataset
    column: Column
    where: exp.Expression | None
    value: exp.Expression | None


def together(facts: Sequence[FactInput]) -> tuple[tuple[FactInput, ...], ...]:
    """Facts that one scan yields: of the same rows of a dataset, for the same place. One of the last row stands alone."""
    found: dict[object, list[FactInput]] = {}
    for at, given in enumerate(facts):
        fact = given.fact
        alone = at if fact.aggregate == "latest" else None
        found.setdefault((fact.dataset, fact.where, fact.at, alone), []).append(given)
    return tuple(tuple(members) for members in found.values())


def _aggregate(given: FactInput, value: str, *, parts: bool = False) -> str:
    """The fact over rows that each have a value, or over `parts` of them that were aggregated so before."""
    if given.fact.aggregate == "count":
        return added_up(value, given.column) if parts else "COUNT(*)"
    if given.fact.aggregate == "sum":
        return f"CASE WHEN COUNT({value}) = COUNT(*) THEN {added_up(value, given.column)} END"
    return f"{'MIN' if given.fact.aggregate == 'min' else 'MAX'}({value})"


def _rows(members: Sequence[FactInput], bound: str, years: Sequence[str]) -> str:
    """The dataset's rows that the facts are made of, with the value of each."""
    items = ["*"]
    for at, given in enumerate(members):
        value = slot(f"value{at}") if given.value is not None else "1"
        if given.column.type == "boolean":
            value = f"CASE WHEN {value} THEN 1 WHEN NOT ({value}) THEN 0 END"
        items.append(f"{value} AS {_value(at)}")
    conditions = [slot("where")] if members[0].where is not None else []
    if years:
        conditions = [f"({condition})" for condition in conditions]
        conditions.append(f"{q(members[0].dataset.keys['year'])} IN ({comma(lit(y) for y in years)})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"(SELECT {comma(items)} FROM {bound}{where}) AS f"


def _value(at: int) -> str:
    return f"fact_value_{at}"


def _where_students_are(students: StudentsInput, stints: str) -> str:
    """At which schools a student counts for which org: a fact follows the student, not the school's own district."""
    keys = students.dataset.keys
    parts = []
    for at, level in enumerate(students.orgs.levels):
        conditions = [f"({slot(f'level{at}_{i}')})" for i in range(len(students.level_stints[at]))] or ["1 = 1"]
        parts.append(
            f"""SELECT {lit(level.name)} AS org_level, ({slot(f"key{at}")}) AS org_id, {q(keys["student"])} AS student,
            {q(keys["school"])} AS at_school, {q(keys["year"])} AS year FROM {stints} WHERE {" AND ".join(conditions)}"""
        )
    return "\nUNION\n".join(parts)


def fact_stages(
    name: str, members: Sequence[FactInput], students: StudentsInput, bound: str, stints: str
) -> tuple[Stage, ...]:
    """One value of each fact per student (and org) and year out of another dataset; the last stage has them.

    At orgs a student's rows at each school become one before the student's orgs are looked up: there can be hundreds.
    """
    fact, keys = members[0].fact, members[0].dataset.keys
    student, year, school = (f"f.{q(keys[role])}" for role in ("student", "year", "school"))
    rows, slots = _rows(members, bound, students.years), _slots(members)
    place = "at each org" if fact.at == "org" else "anywhere"
    what = comma(f"{m.fact.name}: {m.fact.aggregate} of {m.fact.value or 'rows'}" for m in members)
    says = f"{what} from {fact.dataset}, per student, {place}, each year."
    if fact.at != "org":
        who = f"{student} AS student, {year} AS year"
        text = _facts_text(members, "student, year", who, f"{student}, {year}", rows)
        return (Stage(name, says, Template(("fact", text), text), slots),)
    join = f"""INNER JOIN ({_where_students_are(students, stints)}) AS h
        ON h.student = f.{{student}} AND h.at_school = f.{{school}} AND h.year = f.{{year}}"""
    names, who = "org_level, org_id, student, year", "h.org_level, h.org_id, h.student, h.year"
    if fact.aggregate == "latest":
        rows += " " + join.format(student=q(keys["student"]), school=q(keys["school"]), year=q(keys["year"]))
        text = _facts_text(members, names, who, who, rows)
        return (Stage(name, says, Template(("fact", text), text), slots | students.level_slots()),)
    values = comma(f"{_aggregate(given, _value(at))} AS {_value(at)}" for at, given in enumerate(members))
    text = f"""SELECT {student} AS student, {school} AS at_school, {year} AS year, {values} FROM {rows}
        GROUP BY {student}, {school}, {year}"""
    at_schools = f"{name}_at_schools"
    first = f"The rows of {fact.dataset} made one for each student, school and year."
    parts = Stage(at_schools, first, Template(("fact_at_schools", text), text), slots)
    rows = f"{at_schools} AS f " + join.format(student="student", school="at_school", year="year")
    text = _facts_text(members, names, who, who, rows, parts=True)
    return parts, Stage(name, says, Template(("fact", text), text), students.level_slots())


def _facts_text(
    members: Sequence[FactInput], names: str, who: str, group: str, rows: str, *, parts: bool = False
) -> str:
    if members[0].fact.aggregate == "latest":
        order = descending(members[0].dataset)
        ordered = f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {order}) AS row_from_end"
        return f"""SELECT {names}, {_value(0)} AS {q(members[0].fact.name)}
            FROM (SELECT {who}, {_value(0)}, {ordered} FROM {rows}) AS l WHERE row_from_end = 1"""
    found = [_aggregate(given, _value(at), parts=parts) for at, given in enumerate(members)]
    values = comma(f"{value} AS {q(given.fact.name)}" for value, given in zip(found, members, strict=True))
    return f"SELECT {who}, {values} FROM {rows} GROUP BY {group}"


def _slots(members: Sequence[FactInput]) -> dict[str, exp.Expression | str]:
    values = {f"value{at}": given.value for at, given in enumerate(members)}
    return {key: tree for key, tree in {**values, "where": members[0].where}.items() if tree is not None}


def with_facts_stage(
    name: str, students: StudentsInput, combined: str, stages: Sequence[tuple[str, Sequence[FactInput]]]
) -> Stage:
    """The students with their facts, of several stages; what a missing value means is said by each fact."""
    keys = students.dataset.keys
    items, joins = {}, []
    for at, (stage, members) in enumerate(stages):
        for fact in (given.fact for given in members):
            value = f"f{at}.{q(fact.name)}"
            if fact.missing not in ("exclude", "error"):
                value = f"CASE WHEN f{at}.student IS NULL THEN {literal(fact.missing)} ELSE {value} END"
            items[fact.name] = f"{value} AS {q(fact.name)}"
        on = [f"f{at}.student = s.{q(keys['student'])}", f"f{at}.year = s.{q(keys['year'])}"]
        if members[0].fact.at == "org":
            on += [f"f{at}.org_level = s.org_level", f"f{at}.org_id = s.org_id"]
        joins.append(f"LEFT JOIN {stage} AS f{at} ON {' AND '.join(on)}")
    added = comma(items[fact.name] for fact in students.facts)
    text = f"SELECT s.*, {added} FROM {combined} AS s {' '.join(joins)}"
    what = ", ".join(fact.name for fact in students.facts)
    return Stage(name, f"The same students with {what}.", Template(("facts", text), text))
