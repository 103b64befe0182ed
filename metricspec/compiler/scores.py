"""What staged measures build on: one row for each score, and sums of them by org, school and student group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from metricspec.compiler.groups import members
from metricspec.compiler.needs import GroupPart, Scores
from metricspec.compiler.students import PARENTS, TREE, StudentsInput
from metricspec.compiler.tally import NUMBERS, PRIOR
from metricspec.compiler.years import in_years
from metricspec.measure import Inputs
from metricspec.model import Indicator
from metricspec.sql.dialects import Capabilities
from metricspec.sql.stage import Stage, Template, comma, lit, q, slot

Slots = dict[str, "exp.Expression | str"]
KINDS = {"number": "DOUBLE", "label": "VARCHAR"}


@dataclass(frozen=True)
class Grouping:
    """The sums of one staged measure: how its rows say at which orgs a score counts and in which student groups."""

    prefix: str
    levels: tuple[str, ...]
    part: GroupPart

    @property
    def places(self) -> tuple[str, ...]:
        return ("school", "school_year", *(f"at_{level}" for level in self.levels))

    @property
    def carried(self) -> tuple[str, ...]:
        return (*self.places, *self.part.signature)

    def sums(self, name: str, source: str, keys: Sequence[str], sums: Mapping[str, str]) -> tuple[Stage, ...]:
        """By combination of groups, then by group, then by org of every level: sums add, so the scores are read once."""
        by = comma(q(k) for k in (*self.carried, *keys))
        items = comma(f"{sql} AS {q(column)}" for column, sql in sums.items())
        added = comma(f"SUM({q(column)}) AS {q(column)}" for column in sums)
        first, second, last = f"{self.prefix}{name}_combinations", f"{self.prefix}{name}_groups", f"{self.prefix}{name}"
        text = f"SELECT {by}, {items} FROM {source} GROUP BY {by}"
        says = "Sums over scores for each place and combination of groups."
        stages = [Stage(first, says, Template(("combinations", text), text), stored=True)]
        text = self._groups(first, keys, added)
        says = f"The same sums for each student group of {self.part.groups.id}."
        stages.append(Stage(second, says, Template(("score_groups", text), text), dict(self.part.slots), stored=True))
        out = comma(["school", "school_year", "student_group", *(q(k) for k in keys)])
        listed = comma(q(column) for column in sums)
        union = "\nUNION ALL\n".join(
            f"""SELECT {lit(level)} AS org_level, {q(f"at_{level}")} AS org_id, {out}, {listed}
            FROM {second} WHERE {q(f"at_{level}")} IS NOT NULL"""
            for level in self.levels
        )
        text = f"""SELECT org_level, org_id, {out}, {added} FROM ({union}) AS l
            GROUP BY org_level, org_id, {out}"""
        says = "The same sums at every org level, by school inside the org."
        return (*stages, Stage(last, says, Template(("score_levels", text), text), stored=True))

    def _groups(self, source: str, keys: Sequence[str], added: str) -> str:
        by = comma(q(k) for k in (*self.places, *keys))
        groups = self.part.groups
        if groups.column:
            column = q(groups.column)
            return f"""SELECT {by}, CAST({column} AS VARCHAR) AS student_group, {added} FROM {source}
                WHERE {column} IS NOT NULL GROUP BY {by}, {column}"""
        return "\nUNION ALL\n".join(
            f"SELECT {by}, {label} AS student_group, {added} FROM {source} WHERE {member} GROUP BY {by}"
            for label, member in members(groups, self.part.flags)
        )


def rows_stages(
    name: str, given: StudentsInput, students: str, scores: Scores, grouping: Grouping
) -> tuple[Stage, ...]:
    """The scores of an indicator's population, with the orgs where each counts and the measure's variables.

    Where the school alone tells the orgs, they are a stage of their own, and so are the scores without them.
    """
    slots: Slots = {f"population{at}": tree for at, tree in enumerate(scores.population)}
    where = " AND ".join(f"({slot(name)})" for name in slots)
    items = _items(given, scores, grouping, slots)
    apart = _by_school(given, scores)
    source = students if apart else f"({_placed(given, students)})"
    if not apart:
        items[3:3] = _at_orgs(given, grouping, slots)
    text = f"SELECT {comma(items)} FROM {source} AS r{f' WHERE {where}' if where else ''}"
    says = "The scores of the population: where each counts, and what the measure needs to know of it."
    how = {"stored": given.combined, "inlined": not given.combined}
    if not apart:
        return (Stage(name, says, Template(("score_rows", text), text), slots, **how),)
    bare = Stage(f"{name}_bare", says, Template(("score_rows", text), text), slots, **how)
    schools, columns = _schools_stage(f"{name}_schools", given, grouping), [f"at_{level}" for level in grouping.levels]
    text = f"""SELECT r.*, {comma(f"p.{q(c)}" for c in columns)} FROM {bare.name} AS r
        INNER JOIN {schools.name} AS p ON p.school = r.school AND p.school_year = r.school_year"""
    placed = Stage(
        name, "The scores with the orgs where each counts.", Template(("placed_rows", text), text), inlined=True
    )
    return bare, schools, placed


def _by_school(given: StudentsInput, scores: Scores) -> bool:
    """Whether a score's school alone tells where it counts, and nothing else asks for the org."""
    trees = [*scores.population, *(tree for _, tree in scores.variables)]
    read = {column.name for tree in trees for column in tree.find_all(exp.Column)}
    stinted = any(given.level_stints)
    return given.place == (given.dataset.keys["school"],) and not stinted and not read & set(PARENTS)


def _items(given: StudentsInput, scores: Scores, grouping: Grouping, slots: Slots) -> list[str]:
    """Student, school and year, what tells the groups, and the variables; adds their slots."""
    keys = given.dataset.keys
    items = [f"{q(keys['student'])} AS student", f"{q(keys['school'])} AS school", f"{q(keys['year'])} AS school_year"]
    items += [q(column) for column in grouping.part.signature]
    for at, (variable, tree) in enumerate(scores.variables):
        slots[f"variable{at}"] = tree
        items.append(f"CAST({slot(f'variable{at}')} AS {KINDS[variable.kind]}) AS {q(variable.name)}")
    return items


def _placed(given: StudentsInput, students: str) -> str:
    """The students with their schools' places in the org tree."""
    parents = comma(f"t.{q(c)}" for c in PARENTS if c not in given.place)
    return f"""SELECT s.*, {parents} FROM {students} AS s INNER JOIN {TREE} AS t
        ON t.school_id = s.{q(given.dataset.keys["school"])} AND t.school_year = s.{q(given.dataset.keys["year"])}"""


def _at_orgs(given: StudentsInput, grouping: Grouping, slots: Slots) -> list[str]:
    """The org of each level; adds the slots of their keys and conditions."""
    slots |= given.level_slots()
    items = []
    for at, level in enumerate(grouping.levels):
        conditions = [f"({slot(f'level{at}_{i}')})" for i in range(len(given.level_stints[at]))]
        key = slot(f"key{at}")
        value = f"CASE WHEN {' AND '.join(conditions)} THEN {key} END" if conditions else key
        items.append(f"CAST({value} AS VARCHAR) AS {q(f'at_{level}')}")
    return items


def _schools_stage(name: str, given: StudentsInput, grouping: Grouping) -> Stage:
    slots: Slots = {}
    items = comma(["school", "school_year", *_at_orgs(given, grouping, slots)])
    text = f"""SELECT {items} FROM (SELECT t.school_id AS school, t.school_id AS {q(given.dataset.keys["school"])}, t.school_year,
        {comma(f"t.{q(c)}" for c in PARENTS)} FROM {TREE} AS t) AS r"""
    says = "The orgs at which a school's scores count."
    return Stage(name, says, Template(("score_schools", text), text), slots, stored=True)


def inputs(
    given: StudentsInput, students: str, scores: Scores, part: GroupPart, prefix: str, engine: Capabilities
) -> tuple[tuple[Stage, ...], Inputs]:
    """The stages of a staged measure's rows, and what the measure is given."""
    levels = tuple(level.name for level in given.orgs.levels)
    grouping = Grouping(prefix, levels, part)
    stages = rows_stages(f"{prefix}rows", given, students, scores, grouping)
    bare, schools = (stages[0].name, stages[1].name) if len(stages) > 1 else ("", "")
    return stages, Inputs(stages[-1].name, prefix, levels, grouping.carried, engine.solve, grouping.sums, bare, schools)


def staged_part(indicator: Indicator, source: str, at: int) -> tuple[str, dict[str, str]]:
    """One staged indicator's rows of the Tally; the indicator's id is a slot."""
    numbers = comma(f"CAST({name} AS DOUBLE) AS {name}" for name in NUMBERS)
    prior = comma(f"CAST(NULL AS DOUBLE) AS {name}" for name in PRIOR)
    where = " AND ".join(["(statistic IS NULL OR value IS NOT NULL)", *in_years(indicator.effective)])
    name = f"id{at}"
    text = f"""SELECT {slot(name)} AS indicator, school_year, org_level, org_id, student_group,
        CAST(category AS VARCHAR) AS category, CAST(statistic AS VARCHAR) AS statistic, {numbers}, {prior},
        1 AS certified, CAST(notes AS VARCHAR) AS notes FROM {source} WHERE {where}"""
    return text, {name: lit(indicator.id)}
