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


def _aggregate(given: FactInput) -> str:
    if given.fact.aggregate == "count":
        return "COUNT(*)"
    if given.fact.aggregate == "sum":
        return f"CASE WHEN COUNT(fact_value) = COUNT(*) THEN {added_up('fact_value', given.column)} END"
    return f"{'MIN' if given.fact.aggregate == 'min' else 'MAX'}(fact_value)"


def _rows(given: FactInput, bound: str) -> str:
    """The dataset's rows that the fact is made of, with the value of each."""
    value = slot("value") if given.value is not None else "1"
    if given.column.type == "boolean":
        value = f"CASE WHEN {value} THEN 1 WHEN NOT ({value}) THEN 0 END"
    where = f" WHERE {slot('where')}" if given.where is not None else ""
    return f"(SELECT *, {value} AS fact_value FROM {bound}{where}) AS f"


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


def fact_stage(name: str, given: FactInput, students: StudentsInput, bound: str, stints: str) -> Stage:
    """One value per student (and org) and year out of another dataset."""
    fact, keys = given.fact, given.dataset.keys
    student, year, school = (q(keys[role]) for role in ("student", "year", "school"))
    rows = _rows(given, bound)
    slots = students.level_slots() if fact.at == "org" else {}
    if fact.at == "org":
        names = "org_level, org_id, student, year"
        who = group = "h.org_level, h.org_id, h.student, h.year"
        rows += f""" INNER JOIN ({_where_students_are(students, stints)}) AS h
            ON h.student = f.{student} AND h.at_school = f.{school} AND h.year = f.{year}"""
    else:
        names, who, group = "student, year", f"f.{student} AS student, f.{year} AS year", f"f.{student}, f.{year}"
    if fact.aggregate == "latest":
        order = f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {descending(given.dataset)}) AS row_from_end"
        text = f"""SELECT {names}, fact_value AS {q(fact.name)} FROM (SELECT {who}, fact_value, {order} FROM {rows}) AS l
            WHERE row_from_end = 1"""
    else:
        text = f"SELECT {who}, {_aggregate(given)} AS {q(fact.name)} FROM {rows} GROUP BY {group}"
    slots |= {key: tree for key, tree in (("where", given.where), ("value", given.value)) if tree is not None}
    place = "at each org" if fact.at == "org" else "anywhere"
    what = f"{fact.aggregate} of {fact.value or 'rows'}"
    says = f"{fact.name}: {what} from {fact.dataset}, per student, {place}, each year."
    return Stage(name, says, Template(("fact", text), text), slots)


def with_facts_stage(name: str, students: StudentsInput, combined: str, stages: Sequence[str]) -> Stage:
    """The students with their facts; what a missing value means is said by each fact."""
    keys = students.dataset.keys
    items, joins = [], []
    for at, (fact, stage) in enumerate(zip(students.facts, stages, strict=True)):
        value = f"f{at}.{q(fact.name)}"
        if fact.missing not in ("exclude", "error"):
            value = f"CASE WHEN f{at}.student IS NULL THEN {literal(fact.missing)} ELSE {value} END"
        items.append(f"{value} AS {q(fact.name)}")
        on = [f"f{at}.student = s.{q(keys['student'])}", f"f{at}.year = s.{q(keys['year'])}"]
        if fact.at == "org":
            on += [f"f{at}.org_level = s.org_level", f"f{at}.org_id = s.org_id"]
        joins.append(f"LEFT JOIN {stage} AS f{at} ON {' AND '.join(on)}")
    text = f"SELECT s.*, {comma(items)} FROM {combined} AS s {' '.join(joins)}"
    what = ", ".join(fact.name for fact in students.facts)
    return Stage(name, f"The same students with {what}.", Template(("facts", text), text))
