"""From a student's rows to one row per student, org and year: stints, the org tree, combination, facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

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
    """All that one table of students is made of; indicators of one dataset, stints and org set share it.

    `row_keys` tell a student's scores apart in a year, for staged measures (None: the students of all others).
    """

    dataset: Dataset
    stints: tuple[exp.Expression, ...]
    stints_text: tuple[str, ...]
    orgs: OrgSet
    keys: tuple[exp.Expression, ...]
    level_stints: tuple[tuple[exp.Expression, ...], ...]
    columns: tuple[Column, ...] = ()
    flags: tuple[Flag, ...] = ()
    facts: tuple[Fact, ...] = ()
    years: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    row_keys: tuple[str, ...] | None = None

    @property
    def single(self) -> bool:
        """Whether a student has one row (or one for each score) a year, placed by the columns of `place`."""
        return bool(self.place)

    @property
    def combined(self) -> bool:
        """Whether several rows must become the one."""
        keys = self.dataset.keys
        return self.row_keys is not None and not set(self.dataset.grain) <= {
            keys["student"], keys["year"], *self.row_keys
        }  # fmt: skip

    def level_slots(self) -> dict[str, exp.Expression | str]:
        """The slots `keyL` and `levelL_I`: each level's key, and the conditions of who counts there."""
        slots: dict[str, exp.Expression | str] = {}
        for at, conditions in enumerate(self.level_stints):
            slots[f"key{at}"] = self.keys[at]
            slots.update({f"level{at}_{i}": tree for i, tree in enumerate(conditions)})
        return slots


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
    return Stage(name, says, Template(("stints", text), text), slots, inlined=not tree)


def single_stage(name: str, given: StudentsInput, stints: str) -> Stage:
    """One row per student and year, as it stands, with the group flags."""
    keys = given.dataset.keys
    first = [] if given.row_keys is None else [keys["student"], *given.row_keys]
    columns = dict.fromkeys([*first, *given.place, keys["year"], *(c.name for c in given.columns)])
    items = [q(c) for c in columns]
    items += [f"CASE WHEN {slot(f'flag_{f.name}')} THEN 1 ELSE 0 END AS {q(f.name)}" for f in given.flags]
    text = f"SELECT {comma(items)} FROM {stints}"
    slots: dict[str, exp.Expression | str] = {f"flag_{f.name}": f.where for f in given.flags}
    says = "One row per student and year, as the dataset has it; a student is at one school all year."
    return Stage(name, says, Template(("single", text), text), slots, inlined=given.row_keys is not None)
