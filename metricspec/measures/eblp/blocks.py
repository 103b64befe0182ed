"""From residuals to the sums of the model, in SQL: blocks, patterns, cells and pairs of blocks.

A block is a year, grade and subject (the measure's cell in one year) within a window of years that ends in the year
reported. A score stands in each window that its year belongs to. The sums say nothing of single students; what is
solved with them in Python is a matter of blocks and orgs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metricspec.measure import Inputs
from metricspec.sql.stage import Stage, Step, Template, comma, lit, q

CELL = ("org_level", "org_id", "school_year", "student_group", "block", "pattern")
PAIR = ("org_level", "org_id", "school_year", "student_group", "first_block", "second_block", "pattern")
SUMS = {"n": "COUNT(*)", "total": "SUM(residual)", "squares": "SUM(residual * residual)"}
PAIR_SUMS = {
    "n": "COUNT(*)",
    "product": "SUM(first_residual * second_residual)",
    "first_total": "SUM(first_residual)",
    "second_total": "SUM(second_residual)",
}


@dataclass(frozen=True)
class Windows:
    """How residuals become blocks: `cells` are the label columns of a cell, `target` of them the one that tells the
    subject with the value reported (None: every block of the final year is the target)."""

    inputs: Inputs
    cells: tuple[str, ...]
    years: int
    pattern_minimum: int
    target: tuple[str, str] | None

    def name(self, what: str) -> str:
        return self.inputs.prefix + what

    @property
    def carried(self) -> tuple[str, ...]:
        return tuple(column for column in self.inputs.carried if column != "school_year")


def _stage(name: str, says: str, text: str, stored: bool = True) -> Stage:
    return Stage(name, says, Template((name, text), text), stored=stored)


def _number(year: str) -> str:
    return f"CAST(SUBSTRING({year}, 1, 4) AS BIGINT)"


def window_stage(given: Windows, residuals: str) -> Stage:
    """A row for each residual and each year whose window it lies in; school_year is that year."""
    columns = comma(f"r.{q(c)}" for c in ("student", *given.carried, *given.cells, "residual"))
    text = f"""SELECT {columns}, t.school_year AS school_year, r.school_year AS block_year
        FROM {residuals} AS r INNER JOIN (SELECT DISTINCT school_year FROM {residuals}) AS t
        ON {_number("r.school_year")} <= {_number("t.school_year")}
        AND {_number("r.school_year")} > {_number("t.school_year")} - {given.years}
        WHERE r.residual IS NOT NULL"""
    says = f"Each residual in the windows of {given.years} years that it belongs to; school_year is the window's last."
    return _stage(given.name("window"), says, text)


def blocks_stage(given: Windows) -> Stage:
    """The blocks of each window, numbered; `place` numbers them within their year."""
    cells = comma(q(c) for c in given.cells)
    target = f" AND {q(given.target[0])} = {lit(given.target[1])}" if given.target else ""
    text = f"""SELECT school_year, block_year, {cells},
        ROW_NUMBER() OVER (PARTITION BY school_year ORDER BY block_year, {cells}) AS block,
        ROW_NUMBER() OVER (PARTITION BY school_year, block_year ORDER BY {cells}) AS place,
        CASE WHEN block_year = school_year{target} THEN 1 ELSE 0 END AS target
        FROM (SELECT DISTINCT school_year, block_year, {cells} FROM {given.name("window")}) AS b"""
    return _stage(given.name("blocks"), "The blocks of each window: a year, grade and subject.", text)


def numbered_stage(given: Windows) -> Stage:
    window, blocks = given.name("window"), given.name("blocks")
    columns = comma(f"w.{q(c)}" for c in ("student", "school_year", *given.carried, "residual"))
    same = " AND ".join(f"b.{q(c)} = w.{q(c)}" for c in ("school_year", "block_year", *given.cells))
    text = f"""SELECT {columns}, b.block, b.place, {_number("w.school_year")} - {_number("w.block_year")} AS years_ago
        FROM {window} AS w INNER JOIN {blocks} AS b ON {same}"""
    return _stage(given.name("numbered"), "The residuals with the number of their block.", text)


def patterns_stages(given: Windows) -> list[Stage]:
    """In which blocks a student has a score: one whole number for each year of the window, whose digit in base two
    at a block's place is 1 (to 53 cells in a year; beyond, a few patterns may be taken as one)."""
    masks = [f"mask_{ago}" for ago in range(given.years)]
    sums = comma(
        f"SUM(CASE WHEN years_ago = {ago} THEN POWER(2e0, place - 1) ELSE 0e0 END) AS {mask}"
        for ago, mask in enumerate(masks)
    )
    listed = comma(masks)
    of_student, numbered = given.name("student_patterns"), given.name("patterns")
    text = f"SELECT student, school_year, {sums} FROM {given.name('numbered')} GROUP BY student, school_year"
    first = _stage(of_student, "The blocks in which each student has a score, as one pattern.", text)
    text = f"""SELECT school_year, {listed}, CASE WHEN students < {given.pattern_minimum} THEN 0
        ELSE ROW_NUMBER() OVER (PARTITION BY school_year ORDER BY {listed}) END AS pattern
        FROM (SELECT school_year, {listed}, COUNT(*) AS students FROM {of_student} GROUP BY school_year, {listed}) AS p"""
    says = f"Patterns by number; those of fewer than {given.pattern_minimum} students are taken together as 0."
    return [first, _stage(numbered, says, text)]


def scores_stage(given: Windows) -> Stage:
    columns = comma(f"r.{q(c)}" for c in ("student", "school_year", *given.carried, "block", "residual"))
    same = " AND ".join(f"p.mask_{ago} = s.mask_{ago}" for ago in range(given.years))
    text = f"""SELECT {columns}, p.pattern FROM {given.name("numbered")} AS r
        INNER JOIN {given.name("student_patterns")} AS s ON s.student = r.student AND s.school_year = r.school_year
        INNER JOIN {given.name("patterns")} AS p ON p.school_year = s.school_year AND {same}"""
    return _stage(given.name("scores"), "The residuals with their block and their student's pattern.", text)


def pairs_stage(given: Windows) -> Stage:
    """Each two scores of a student in a window. Where the two differ in an org or a group, the pair has none."""
    both = comma(f"CASE WHEN a.{q(c)} = b.{q(c)} THEN a.{q(c)} END AS {q(c)}" for c in given.carried)
    text = f"""SELECT a.school_year AS school_year, {both}, a.block AS first_block, b.block AS second_block,
        a.pattern AS pattern, a.residual AS first_residual, b.residual AS second_residual
        FROM {given.name("scores")} AS a INNER JOIN {given.name("scores")} AS b
        ON b.student = a.student AND b.school_year = a.school_year AND b.block > a.block"""
    says = "Each two scores of a student in a window, with the orgs and groups that both have."
    return _stage(given.name("pairs"), says, text, stored=False)


def over_schools(given: Windows, name: str, source: str, keys: Sequence[str], sums: Sequence[str]) -> Stage:
    by = comma(keys)
    added = comma(f"SUM({column}) AS {column}" for column in sums)
    text = f"SELECT {by}, {added} FROM {source} GROUP BY {by}"
    return _stage(given.name(name), "The same sums over the schools of each org.", text)


def coverage_stages(given: Windows, residuals: str) -> list[Step]:
    """How many of the target's scores have a residual, of all in the population."""
    where = f"{q(given.target[0])} = {lit(given.target[1])}" if given.target else "1 = 1"
    columns = comma(q(c) for c in given.inputs.carried)
    text = f"""SELECT {columns}, 1 AS population, 0 AS scored FROM {given.inputs.rows} WHERE {where}
        UNION ALL SELECT {columns}, 0 AS population, 1 AS scored FROM {residuals}
        WHERE residual IS NOT NULL AND {where}"""
    says = "The scores of the target, and again those that have a residual."
    target = _stage(given.name("target"), says, text, stored=False)
    sums = {"population": "SUM(population)", "scored": "SUM(scored)"}
    by_school = given.inputs.sums("coverage_sums", target.name, (), sums)
    keys = ("org_level", "org_id", "school_year", "student_group")
    return [target, *by_school, over_schools(given, "coverage", by_school[-1].name, keys, tuple(sums))]


def block_stages(given: Windows, residuals: str) -> list[Step]:
    """All that the model is fitted on: the stages `blocks`, `cells`, `pair_cells` and `coverage`."""
    pairs = pairs_stage(given)
    scores = scores_stage(given)
    cells = given.inputs.sums("cell_sums", scores.name, ("block", "pattern"), SUMS)
    pair_cells = given.inputs.sums("pair_sums", pairs.name, ("first_block", "second_block", "pattern"), PAIR_SUMS)
    return [
        window_stage(given, residuals),
        blocks_stage(given),
        numbered_stage(given),
        *patterns_stages(given),
        scores,
        *cells,
        over_schools(given, "cells", cells[-1].name, CELL, tuple(SUMS)),
        pairs,
        *pair_cells,
        over_schools(given, "pair_cells", pair_cells[-1].name, PAIR, tuple(PAIR_SUMS)),
        *coverage_stages(given, residuals),
    ]
