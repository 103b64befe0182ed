"""A student's rows at one org in one year become one row: sums, any, latest, by each column's rule."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.compiler.students import StudentsInput
from metricspec.model import Column, Dataset
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot

FUNCTIONS = {"any": "MAX", "max": "MAX", "all": "MIN", "min": "MIN"}


def descending(dataset: Dataset) -> str:
    """The dataset's total order, last row first; an empty date (still enrolled) comes last in time."""
    parts = []
    for name in dataset.total_order:
        if dataset.columns[name].missing == "exclude":
            parts.append(f"CASE WHEN {q(name)} IS NULL THEN 1 ELSE 0 END DESC")
        parts.append(f"{q(name)} DESC")
    return comma(parts)


def _latest(value: str, dataset: Dataset, arg_max: bool) -> str:
    """The value of the last row, unknown where it is unknown there: by ARG_MAX where the engine has one that keeps
    nulls (it spares sorting every row), else by the row's number."""
    if arg_max:
        return f"ARG_MAX_NULL({value}, ROW({descending(dataset).replace(' DESC', '')}))"
    return f"MAX(CASE WHEN row_from_end = 1 THEN {value} END)"


def added_up(value: str, column: Column) -> str:
    """A sum in the column's type: where an engine keeps decimals as doubles, tenths still add up to a whole."""
    if column.type == "decimal":
        return f"CAST(ROUND(SUM({value}), {column.scale}) AS DECIMAL(18, {column.scale}))"
    return f"CAST(SUM({value}) AS {'BIGINT' if column.type == 'integer' else 'DOUBLE'})"


def _combined(column: Column, dataset: Dataset, arg_max: bool) -> str:
    name = q(column.name)
    if column.rollup == "sum":
        added = added_up(name, column)
        if column.missing == "exclude":  # a sum with an unknown part is unknown
            added = f"CASE WHEN COUNT({name}) = COUNT(*) THEN {added} END"
        return f"{added} AS {name}"
    if column.rollup == "latest":
        return f"{_latest(name, dataset, arg_max)} AS {name}"
    if column.rollup == "first":
        return f"MAX(CASE WHEN row_from_start = 1 THEN {name} END) AS {name}"
    return f"{FUNCTIONS[column.rollup or 'any']}({name}) AS {name}"


def _flags(given: StudentsInput, arg_max: bool) -> list[str]:
    items = []
    for flag in given.flags:
        member = f"CASE WHEN {slot(f'flag_{flag.name}')} THEN 1 ELSE 0 END"
        combined = _latest(member, given.dataset, arg_max) if flag.latest else f"MAX({member})"
        items.append(f"{combined} AS {q(flag.name)}")
    return items


def _level(given: StudentsInput, stints: str, at: int, arg_max: bool) -> str:
    """One org level's part of the table of students."""
    level, keys = given.orgs.levels[at], given.dataset.keys
    student, year = q(keys["student"]), q(keys["year"])
    conditions = [f"({slot(f'level{at}_{i}')})" for i in range(len(given.level_stints[at]))]
    key = f"({slot(f'key{at}')})"
    conditions.append(f"{key} IS NOT NULL")
    items = [_combined(column, given.dataset, arg_max) for column in given.columns]
    items += _flags(given, arg_max)
    partition = (key, student, year)
    numbered = _numbered(given, stints, f"{key} AS org_id", partition, " AND ".join(conditions), arg_max)
    return f"""SELECT {lit(level.name)} AS org_level, org_id, {student}, {year}{"".join(", " + item for item in items)}
        FROM ({numbered}) AS r GROUP BY org_id, {student}, {year}"""


def _numbered(given: StudentsInput, stints: str, also: str, by: Sequence[str], where: str, arg_max: bool) -> str:
    """A student's rows with what is said in `also`, numbered from the last (and first) where a rule needs it."""
    partition, extra = f"PARTITION BY {comma(by)}", f", {also}" if also else ""
    latest = given.combined or any(c.rollup == "latest" for c in given.columns) or any(f.latest for f in given.flags)
    if not arg_max and latest:
        extra += f", ROW_NUMBER() OVER ({partition} ORDER BY {descending(given.dataset)}) AS row_from_end"
    if any(c.rollup == "first" for c in given.columns):
        forward = descending(given.dataset).replace(" DESC", " ASC")
        extra += f", ROW_NUMBER() OVER ({partition} ORDER BY {forward}) AS row_from_start"
    return f"SELECT *{extra} FROM {stints}{f' WHERE {where}' if where else ''}"


def students_stage(name: str, given: StudentsInput, stints: str, *, arg_max: bool) -> Stage:
    """One row per student, org and year: a student counts once at each org of each level."""
    text = "\nUNION ALL\n".join(_level(given, stints, at, arg_max) for at in range(len(given.orgs.levels)))
    slots = given.level_slots() | {f"flag_{f.name}": f.where for f in given.flags}
    levels = ", ".join(level.name for level in given.orgs.levels)
    says = f"One row per student, org and year ({levels}): a student counts once at each, however many rows there are."
    return Stage(name, says, Template(("students", text), text), slots)


def score_stage(name: str, given: StudentsInput, stints: str, *, arg_max: bool) -> Stage:
    """One row per score, at one school: that of the student's last row. So columns that place a score are that row's,
    whatever their rollup."""
    keys = [given.dataset.keys["student"], given.dataset.keys["year"], *(given.row_keys or ())]
    items = [q(key) for key in keys]
    items += [f"{_latest(q(c), given.dataset, arg_max)} AS {q(c)}" for c in given.place if c not in keys]
    items += [_combined(c, given.dataset, arg_max) for c in given.columns if c.name not in (*keys, *given.place)]
    items += _flags(given, arg_max)
    by = [q(key) for key in keys]
    numbered = _numbered(given, stints, "", by, "", arg_max)
    text = f"SELECT {comma(items)} FROM ({numbered}) AS r GROUP BY {comma(by)}"
    what = ", ".join(["student", "year", *(given.row_keys or ())])
    says = f"One row per {what}: a score counts at one school, that of the student's last row."
    return Stage(name, says, Template(("score", text), text), {f"flag_{f.name}": f.where for f in given.flags})
