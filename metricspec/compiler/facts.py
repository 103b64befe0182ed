"""Facts: one value per student (and org) and year out of another dataset."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from metricspec.compiler.bind import literal
from metricspec.compiler.combine import added_up, descending
from metricspec.compiler.students import StudentsInput
from metricspec.model import Dataset, Fact
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot


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
        "sum": added_up(value, dataset.columns[fact.value]) if fact.value else "COUNT(*)",
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
        ordered = f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {descending(dataset)}) AS row_from_end"
        names = "org_level, org_id, student, year" if fact.at == "org" else "student, year"
        text = f"""SELECT {names}, {value} AS {q(fact.name)} FROM (SELECT {who}, f.{value}, {ordered} FROM {rows}) AS l
            WHERE row_from_end = 1"""
    else:
        text = f"SELECT {who}, {aggregate[fact.aggregate]} AS {q(fact.name)} FROM {rows} GROUP BY {group}"
    slots = given.level_slots() if fact.at == "org" else {}
    if where is not None:
        slots["where"] = where
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
