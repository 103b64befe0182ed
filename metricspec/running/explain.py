"""How one indicator came about at one org: the stages with their rows, and who was left out by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler import Compiler
from metricspec.measure import RowMeasure, TallyMeasure
from metricspec.model import Indicator
from metricspec.problems import UsageError
from metricspec.reading.suggest import hint
from metricspec.running.orgs import all_students, org_id, org_names
from metricspec.running.project import Project
from metricspec.running.student_counts import StudentCounter, Subject
from metricspec.running.waterfall import STAR, Step, met_shown, rows_shown, shown_counts, small, trail
from metricspec.sql.stage import Computation, Plan, Stage, lit, q
from metricspec.warehouse import Progress
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd

STUDENT_STAGES = ("bound_", "stints_", "combined_", "fact_", "students_", "scores_")


@dataclass(frozen=True)
class StageRows:
    """A stage with its sentence, its SQL, and its number of rows as it may be printed."""

    name: str
    says: str
    rows: str
    at_org: bool
    sql: str


@dataclass(frozen=True)
class Students:
    """How many students of all groups are at the org, and whether their trail shows that (without a trail: no)."""

    number: int
    shown: bool


@dataclass(frozen=True)
class Explanation:
    """An audit trail, ready to print: every number in it has passed the policy. `result` has one row or none."""

    indicator: Indicator
    subject: Subject
    least: int
    steps: tuple[Step, ...]
    met: str | None
    stages: tuple[StageRows, ...]
    result: pd.DataFrame


def explain(
    project: Project,
    indicator: str,
    org: str,
    *,
    year: str | None = None,
    group: str | None = None,
    data: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Run one indicator and tell how its number at an org came about.

    `org` is an id or a name. Raises UsageError where there is no such indicator, org, year or group.
    """
    names = org_names(project, frozenset({indicator}), data)
    plain = project.indicator(indicator).id
    if len(project.catalog.in_force(plain)) > 1:  # the rules of the year: those of one version
        if year is None:
            frame = project.execute([plain], data=data, progress=progress).result
            year = _subject(project, project.indicator(plain), frame, names, org, None, group).year
        one = project.catalog.holding(plain, year) or project.indicator(plain)
        indicator = f"{plain}@{one.major}"
    with project.duckdb("explain") as engine:
        found = project.indicator(indicator)
        prepared = project.prepare([indicator], engine, data)
        compiler, plan = prepared.compiler, prepared.plan
        frame, _ = prepared.run(engine, progress, keep_stages=True)
        subject = _subject(project, found, frame, names, org, year, group)
        return _Explainer(project, compiler, plan, engine, found, subject, frame).explanation()


def _subject(
    project: Project,
    indicator: Indicator,
    frame: pd.DataFrame,
    names: Mapping[str, str],
    org: str,
    year: str | None,
    group: str | None,
) -> Subject:
    """The org, year and group meant: by default the latest year that the org has, and all students."""
    id_ = org_id(org, sorted({*frame["org_id"], *names}), names)
    rows = frame[frame["org_id"] == id_]
    if not len(rows):
        raise UsageError(
            f"{indicator.id} has no result for {id_}{f' ({names[id_]})' if id_ in names else ''}: "
            "no student counts there, or it is not in force in the years of the data"
        )
    years = sorted({str(y) for y in rows["school_year"]})
    if year is not None and year not in years:
        raise UsageError(f"{indicator.id} has no result for {id_} in '{year}': {hint(year, years, 'there are')}")
    groups = sorted({str(g) for g in frame["student_group"]})
    known = [*dict.fromkeys([*(g.id for g in project.catalog.groups[indicator.groups].groups), *groups])]
    if group is not None and group not in known:
        raise UsageError(f"unknown student group '{group}': {hint(group, known, 'there are', 30)}")
    whole = all_students(project.catalog, indicator) or ("ALL" if "ALL" in groups else groups[0])
    level = str(rows["org_level"].iloc[0])
    return Subject(id_, level, year or years[-1], group or whole, names.get(id_, ""))


class _Explainer:
    """One explanation being made, while the stages stand in the warehouse."""

    def __init__(
        self,
        project: Project,
        compiler: Compiler,
        plan: Plan,
        engine: DuckDB,
        indicator: Indicator,
        subject: Subject,
        frame: pd.DataFrame,
    ) -> None:
        self.project, self.compiler, self.plan, self.engine = project, compiler, plan, engine
        self.indicator, self.subject = indicator, subject
        self.frame = frame
        policy = project.catalog.policies[indicator.policy]
        self.least = policy.least_shown(subject.year, subject.level, subject.group)
        self.result = self._row(subject.group)
        measure = project.registry.measure_types[indicator.measure_type]
        self.published = isinstance(measure, RowMeasure)
        self.counted = not isinstance(measure, RowMeasure | TallyMeasure)

    def _row(self, group: str) -> pd.DataFrame:
        one, frame = self.subject, self.frame
        keep = (frame["org_id"] == one.org) & (frame["org_level"] == one.level)
        keep &= (frame["school_year"] == one.year) & (frame["student_group"] == group) & frame["statistic"].isna()
        rows = frame[keep]
        return rows[rows["category"].isna()] if rows["category"].isna().any() else rows

    def explanation(self) -> Explanation:
        steps: list[Step] = []
        share, students = None, Students(0, shown=False)
        if self.counted:
            counter = StudentCounter(self.project, self.compiler, self.engine, self.indicator, self.subject)
            counts, met = counter.counts(self.subject.group)
            hidden = self._hidden(self.subject.group)
            everyone = all_students(self.project.catalog, self.indicator)
            steps = trail(self._texts(), counts, self.least, hidden=hidden, rounded=self.subject.group != everyone)
            if met is not None:
                share = met_shown(met, counts[-1], self.least, hidden=hidden)
            whole, _ = counter.counts(everyone)
            shown = shown_counts(whole, self.least, hidden=everyone is not None and self._hidden(everyone))
            students = Students(whole[0], shown=shown[0] and shown[-1])
        stages = tuple(self._stage(stage, students) for stage in self.plan.stages)
        return Explanation(self.indicator, self.subject, self.least, tuple(steps), share, stages, self.result)

    def _hidden(self, group: str) -> bool:
        rows = self._row(group)
        return bool(rows["suppressed"].notna().any())

    def _texts(self) -> list[str]:
        lines = [f"`{' '.join(text.split())}`" for text in self.indicator.population]
        return ["students at the org", *lines, "what the measure needs is known, and so they are counted"]

    def _stage(self, stage: Stage | Computation, students: Students) -> StageRows:
        """A stage's rows, at the org and year where it has them."""
        sql = self.compiler.renderer.stage(stage) if isinstance(stage, Stage) else "-- in Python"
        source = f"({sql})" if stage is self.plan.result else self.compiler.renderer.name(stage.name)
        columns = {str(row[0]) for row in self.engine.rows(f"DESCRIBE SELECT * FROM {source} AS r")}
        one, conditions = self.subject, []
        if "org_id" in columns:
            conditions.append(f"org_id = {lit(one.org)}")
            conditions += [f"org_level = {lit(one.level)}"] if "org_level" in columns else []
            years = [c for c in ("school_year", "year") if c in columns]
            conditions += [f"{q(years[0])} = {lit(one.year)}"] if years else []
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        ((rows,),) = self.engine.rows(f"SELECT COUNT(*) FROM {source} AS r{where}", f"counting stage '{stage.name}'")
        return StageRows(stage.name, stage.says, self._rows(stage, int(rows), students), bool(conditions), sql)

    def _rows(self, stage: Stage | Computation, rows: int, students: Students) -> str:
        """Rows of students only as the trail of all students allows; of sums, levels and constants as they are."""
        if self.published or stage.name == f"bound_{self._org_dataset()}":
            return f"{rows:,}"
        if not self.counted and stage.name.startswith((*STUDENT_STAGES, "moments_")):
            return STAR  # no trail says which of these may be told
        if stage.name.startswith(STUDENT_STAGES):
            return rows_shown(rows, students.number, self.least, students_shown=students.shown)
        if stage.name.startswith("moments_") and (small(rows, self.least) or not students.shown):
            return f"<{self.least}" if small(rows, self.least) else STAR
        return f"{rows:,}"

    def _org_dataset(self) -> str:
        return self.project.catalog.orgs[self.indicator.orgs].dataset if self.indicator.orgs else ""
