"""The compiler: indicators that share students share stages; one tail serves them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from metricspec.compiler.bind import bound_stage
from metricspec.compiler.combine import score_stage, students_stage
from metricspec.compiler.constants import Shown, indicators_stage, org_attributes_stage, rules_of, scale_of, strictest
from metricspec.compiler.facts import fact_stages, together, with_facts_stage
from metricspec.compiler.gather import Gathering, Shared, gather
from metricspec.compiler.groups import (
    ORG,
    groups_stage,
    levels_stage,
    moments_stage,
    narrow_stage,
    placed_stage,
    wide_columns,
    wide_stage,
)
from metricspec.compiler.made import tally_steps
from metricspec.compiler.needs import GroupPart, Scores
from metricspec.compiler.scores import inputs, staged_part
from metricspec.compiler.students import single_stage, stints_stage, tree_stage
from metricspec.compiler.tail import tail_stages
from metricspec.compiler.tally import estimate_part, rows_part
from metricspec.measure import DetailedMeasure, Inputs, PooledMeasure, RowMeasure, Statistic
from metricspec.model import Binding, BoundDataset, Catalog, Indicator, Policy
from metricspec.problems import PartlyPython, UsageError
from metricspec.reading.suggest import indicator_hint
from metricspec.registry import Registry
from metricspec.scopes import Expressions
from metricspec.sql.dialects import Solve, capabilities
from metricspec.sql.stage import Computation, Form, Plan, Renderer, Stage, Step

# Moments times groups up to which one sum for each is faster than grouping by every combination of memberships.
WIDEST = 64


class Compiler:
    """Compiles indicators for one dialect. Holds only memory of what it parsed and rendered."""

    def __init__(
        self,
        catalog: Catalog,
        registry: Registry,
        expressions: Expressions,
        dialect: str = "duckdb",
        binding: Binding | None = None,
        solve: Solve | None = None,
        *,
        laid_out: bool = True,
    ) -> None:
        self.catalog = catalog
        self.registry = registry
        self.expressions = expressions
        self.capabilities = capabilities(dialect)
        self.renderer = Renderer(dialect, laid_out=laid_out)
        self.binding = binding
        self.solve = solve

    def compile(self, indicator: str, form: Form | None = None) -> str:
        """The SQL of one indicator: a statement, or a script where the dialect does better with one."""
        plan = self.plan([indicator])
        return self._rendered(plan, indicator, form)

    def moments(self, indicator: str, form: Form | None = None) -> str:
        """The SQL of the sums that an indicator's fit is made of, where its measure has them."""
        found = self._indicator(indicator)
        measure = self.registry.measure_types[found.measure_type]
        if not isinstance(measure, PooledMeasure):
            raise UsageError(f"the measure type '{measure.name}' of {indicator} is not fitted from sums")
        return self._rendered(self.rows_plan(found, measure.moment_stages), indicator, form)

    def _rendered(self, plan: Plan, indicator: str, form: Form | None) -> str:
        python = [step.name for step in plan.stages if isinstance(step, Computation)]
        if python:
            raise PartlyPython(
                f"{indicator} runs partly in Python ({', '.join(python)}), so it has no SQL of its own: metricspec run "
                "runs it"
            )
        by_default = self.capabilities.script or (self.capabilities.long_script and plan.stepwise)
        script = form == "script" or (form is None and by_default)
        return self.renderer.script(plan) if script else self.renderer.statement(plan)

    def plan(self, ids: Sequence[str], years: Sequence[str] = ()) -> Plan:
        """The stages for some indicators, shared where they can be. `years` limits the Result to some school years."""
        ids = [self._indicator(name).id for name in ids]
        indicators = self.registry.involved(ids, self.catalog, years)
        gathered = gather(indicators, self.catalog, self.registry, self.expressions, years)
        bound = [self._bound(name, columns) for name, columns in gathered.columns.items()]
        often = {f"bound_{name}" for name in gathered.read_often if len(ids) > 1}  # one indicator is one statement
        stages: list[Step] = [replace(stage, stored=stage.stored or stage.name in often) for stage in bound]
        if gathered.shared:
            stages.append(tree_stage(f"bound_{gathered.org_dataset}"))
        parts: list[str] = []
        slots: dict[str, str] = {}
        for shared in gathered.shared:
            stages.extend(self._shared(shared, parts, slots))
        for indicator in gathered.published:
            parts.append(self._published(indicator))
        org_datasets = [*gathered.published_datasets, *([gathered.org_dataset] if gathered.shared else [])]
        stages.append(org_attributes_stage([self.catalog.datasets[name] for name in org_datasets]))
        stages.extend(tally_steps(gathered.made, indicators, self.catalog, self.registry, parts, slots))
        made = {i.id: self._strictest(i) for i in gathered.made}
        rules = rules_of(indicators, self.catalog, tuple(made.values()))
        shown = [
            Shown(
                i,
                made[i.id].id if i.id in made else i.policy,
                gathered.places.get(i.id),
                self._statistics(i),
                i.id in made,
            )
            for i in indicators
        ]
        stages.append(indicators_stage(shown, rules))
        conditions = {text: self._condition(text) for text in rules.conditions()}
        stages.extend(
            tail_stages(
                rules,
                conditions,
                self.capabilities.exact_integer,
                years=tuple(years),
                only=tuple(ids) if len(indicators) > len(ids) else (),
                categories=gathered.categories,
            )
        )
        return Plan(tuple(stages), gathered.columns, _demanded(gathered), stepwise=gathered.staged)

    def _strictest(self, indicator: Indicator) -> Policy:
        """The policy of an indicator made of others: none of those that it is made of may be told by it."""
        others = self.registry.involved(self.registry.made_of(indicator), self.catalog)
        involved = [self.catalog.policies[one.policy] for one in (*others, indicator)]
        return strictest(f"made:{indicator.id}", involved, self.catalog.policies[indicator.policy])

    def _statistics(self, indicator: Indicator) -> tuple[Statistic, ...]:
        measure = self.registry.measure_types[indicator.measure_type]
        return tuple(measure.statistics(indicator.measure)) if isinstance(measure, DetailedMeasure) else ()

    def _indicator(self, name: str) -> Indicator:
        found = self.catalog.find(name)
        if found is None:
            raise UsageError(f"unknown indicator '{name}': {indicator_hint(name, self.catalog.indicators)}")
        return found

    def _bound(self, name: str, columns: frozenset[str]) -> Stage:
        dataset = self.catalog.datasets[name]
        bound = self.binding.datasets.get(name) if self.binding else None
        if bound is not None and bound.file and not self.capabilities.reads_files:
            bound = replace(bound, file=None, table=name)
        return bound_stage(dataset, bound or BoundDataset(name, table=name), columns)

    def _students(self, shared: Shared) -> list[Stage]:
        """The stages of one table of students, the last with a row for each."""
        given, name = shared.students, shared.name
        stints = stints_stage(f"stints_{name}", given, f"bound_{given.dataset.id}", shared.needed, tree=shared.tree)
        first = f"combined_{name}" if given.facts else f"students_{name}"
        if given.combined:
            combined = score_stage(first, given, stints.name, arg_max=self.capabilities.arg_max_null)
        elif given.single:
            combined = single_stage(first, given, stints.name)
        else:
            combined = students_stage(first, given, stints.name, arg_max=self.capabilities.arg_max_null)
        stages = [stints, combined]
        if given.facts:
            made = []
            for at, members in enumerate(together(shared.facts)):
                bound = f"bound_{members[0].fact.dataset}"
                stages += fact_stages(f"fact_{name}_{at}", members, given, bound, stints.name)
                made.append((stages[-1].name, members))
            stages.append(with_facts_stage(f"students_{name}", given, combined.name, made))
        if sum(bool(part.counted) + len(part.staged) for part in shared.groups) > 1:
            stages[-1] = replace(stages[-1], stored=True)
        return stages

    def _shared(self, shared: Shared, parts: list[str], slots: dict[str, str]) -> list[Step]:
        """The stages of one table of students, up to the groups; adds each indicator's part of the Tally."""
        stages: list[Step] = [*self._students(shared)]
        for number, part in enumerate(shared.groups):
            if part.counted:
                stages.extend(self._groups(shared, part, f"{shared.name}_{number}"))
            for indicator, estimate, names in part.estimates:
                text, more = estimate_part(indicator, estimate, names, stages[-1].name, len(parts))
                parts.append(text)
                slots.update(more)
            for scores in part.staged:
                rows, given = self._inputs(shared, part, scores)
                stages += [*rows, *scores.measure.stages(scores.indicator.measure, given)]
                text, more = staged_part(scores.indicator, stages[-1].name, len(parts))
                parts.append(text)
                slots.update(more)
        return stages

    def _inputs(self, shared: Shared, part: GroupPart, scores: Scores) -> tuple[tuple[Stage, ...], Inputs]:
        staged = [one for each in shared.groups for one in each.staged]
        prefix = f"scores_{shared.name}_{staged.index(scores) + 1}_"
        engine = replace(self.capabilities, solve=self.solve or self.capabilities.solve)
        return inputs(shared.students, f"students_{shared.name}", scores, part, prefix, engine)

    def rows_plan(self, indicator: Indicator, build: Callable[[Any, Inputs], Sequence[Step]]) -> Plan:
        """The stages up to one staged indicator's rows, and what `build` makes of its measure's spec and them."""
        gathered = gather([indicator], self.catalog, self.registry, self.expressions, ())
        (shared,) = gathered.shared
        (part,) = shared.groups
        (scores,) = part.staged
        rows, given = self._inputs(shared, part, scores)
        bound = [self._bound(name, columns) for name, columns in gathered.columns.items()]
        first = [*bound, tree_stage(f"bound_{gathered.org_dataset}"), *self._students(shared), *rows]
        steps = (*first, *build(indicator.measure, given))
        return Plan(steps, gathered.columns, _demanded(gathered), stepwise=True)

    @staticmethod
    def _groups(shared: Shared, part: GroupPart, name: str) -> list[Stage]:
        """The moments of one group set over one table of students, last the stage with a row per org and group."""
        given, students = shared.students, f"students_{shared.name}"
        year, place = given.dataset.keys["year"], given.place or ORG
        columns = [counted.name for counted in part.counted]
        moments, placed, levels, groups = (f"{what}_{name}" for what in ("moments", "placed", "levels", "groups"))
        if not part.groups.column and len(columns) * len(part.groups.groups) <= WIDEST:
            wide = wide_stage(
                moments, students, place, year, part.groups, part.flags, part.counted, part.where, part.slots
            )
            stages = [wide]
            if given.single:
                stages.append(placed_stage(placed, moments, given))
                stages.append(levels_stage(levels, placed, given, wide_columns(part.groups, part.counted)))
            return [*stages, narrow_stage(groups, stages[-1].name, part.groups, part.counted)]
        stages = [
            moments_stage(moments, students, place, year, part.signature, part.counted, part.where),
            groups_stage(groups, moments, place, year, part.groups, part.flags, columns, part.slots),
        ]
        if given.single:
            stages.append(placed_stage(placed, groups, given))
            stages.append(levels_stage(levels, placed, given, columns, ("student_group",)))
        return stages

    def _published(self, indicator: Indicator) -> str:
        measure = self.registry.measure_types[indicator.measure_type]
        dataset = self.registry.rows_of(indicator)
        assert isinstance(measure, RowMeasure) and dataset is not None
        columns = tuple(self.catalog.datasets[dataset].columns)
        return rows_part(
            indicator, measure.rows(indicator.measure), f"bound_{dataset}", columns, scale_of(indicator.unit)
        )

    def _condition(self, text: str) -> exp.Expression:
        expression, findings = self.expressions.levels(text)
        assert expression is not None, findings
        return expression.tree


def _demanded(gathered: Gathering) -> tuple[tuple[str, str], ...]:
    """The facts that must not be missing, with the stage that holds each."""
    return tuple(
        (f"students_{shared.name}", fact.name)
        for shared in gathered.shared
        for fact in shared.students.facts
        if fact.missing == "error"
    )
