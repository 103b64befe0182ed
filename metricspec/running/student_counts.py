"""How many students each rule of an indicator leaves at one org: counts for the audit trail, before anything is hidden."""

from __future__ import annotations

from dataclasses import dataclass

from metricspec.compiler import Compiler
from metricspec.compiler.gather import gather
from metricspec.compiler.students import PARENTS, TREE
from metricspec.model import Indicator
from metricspec.running.project import Project
from metricspec.sql.stage import lit, q
from metricspec.warehouses.duckdb import DuckDB


@dataclass(frozen=True)
class Subject:
    """What is explained: one org, year and student group."""

    org: str
    level: str
    year: str
    group: str
    name: str = ""


class StudentCounter:
    """Counts over the stages of one indicator, which stand in the warehouse."""

    def __init__(
        self, project: Project, compiler: Compiler, engine: DuckDB, indicator: Indicator, subject: Subject
    ) -> None:
        self.project, self.compiler, self.engine = project, compiler, engine
        self.indicator, self.subject = indicator, subject
        gathered = gather([indicator], project.catalog, project.registry, project.expressions, ())
        (self.shared,) = gathered.shared

    def counts(self, group: str | None) -> tuple[list[int], int | None]:
        """Students of a group (None: all) at the org, those left after each population line, those counted; and for a
        rate those who meet its condition. A student with several rows, such as answers to a survey, counts once."""
        conditions = [self._sql(text) for text in self.indicator.population]
        student = f"s.{q(self.shared.students.dataset.keys['student'])}"
        items = [f"COUNT(DISTINCT {student})"]
        for at in range(len(conditions)):
            together = " AND ".join(f"({c})" for c in conditions[: at + 1])
            items.append(f"COUNT(DISTINCT CASE WHEN {together} THEN {student} END)")
        where = [*self._place(), *([f"({self._membership(group)})"] if group is not None else [])]
        text = f"SELECT {', '.join(items)} FROM {self._students()} WHERE {' AND '.join(where)}"
        (row,) = self.engine.rows(text, "counting the students that each rule leaves")
        left = [int(number) for number in row]
        if group is None:
            return [*left, left[-1]], None
        counted, met = self._tally(group)
        return [*left, counted], met if self.indicator.measure_type == "rate" else None

    def _tally(self, group: str) -> tuple[int, int]:
        """The students counted and the numerator, before anything is hidden: of the whole, or where there are only parts
        of it, which are all of the same students, of the first."""
        one = self.subject
        found = self.engine.rows(
            f"""SELECT n, numerator FROM tally WHERE org_level = {lit(one.level)} AND org_id = {lit(one.org)}
            AND school_year = {lit(one.year)} AND student_group = {lit(group)}
            AND statistic IS NULL ORDER BY CASE WHEN category IS NULL THEN 0 ELSE 1 END, category LIMIT 1""",
            "reading the Tally",
        )
        n, numerator = found[0] if found else (0, 0)
        return int(n or 0), int(numerator or 0)

    def _sql(self, text: str) -> str:
        expression, _ = self.project.expressions.students(self.indicator, text)
        assert expression is not None
        return self.compiler.renderer.expression(expression.tree)

    def _students(self) -> str:
        """The table of students; with the school's place beside it where it holds none."""
        students = f"students_{self.shared.name}"
        given = self.shared.students
        if not given.place:
            return f"{students} AS s"
        keys = given.dataset.keys
        parents = ", ".join(f"t.{q(c)}" for c in PARENTS if c not in given.place)
        return f"""(SELECT x.*, {parents} FROM {students} AS x INNER JOIN {TREE} AS t
            ON t.school_id = x.{q(keys["school"])} AND t.school_year = x.{q(keys["year"])}) AS s"""

    def _place(self) -> list[str]:
        """The conditions that pick the org and the year."""
        given, one = self.shared.students, self.subject
        year = f"{q(given.dataset.keys['year'])} = {lit(one.year)}"
        if not given.place:
            return [year, f"org_level = {lit(one.level)}", f"org_id = {lit(one.org)}"]
        at = [level.name for level in given.orgs.levels].index(one.level)
        render = self.compiler.renderer.expression
        stints = [f"({render(tree)})" for tree in given.level_stints[at]]
        return [year, f"({render(given.keys[at])}) = {lit(one.org)}", *stints]

    def _membership(self, wanted: str) -> str:
        (part,) = self.shared.groups
        if part.groups.column:
            return f"{q(part.groups.column)} = {lit(wanted)}"
        group = next(g for g in part.groups.groups if g.id == wanted)
        if self.subject.year not in group.years:
            return "1 = 0"
        flag = part.flags[group.id]
        if not isinstance(flag, str):
            return f"{q(flag.name)} = 1"
        for name, tree in part.slots.items():
            text = tree if isinstance(tree, str) else self.compiler.renderer.expression(tree)
            flag = flag.replace(f'"@{name}"', text)
        return flag
