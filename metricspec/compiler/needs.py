"""What indicators need of one table of students: columns, group memberships, moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from metricspec.compiler.groups import Counted
from metricspec.compiler.students import Flag
from metricspec.measure import Estimate, Moment, MomentMeasure, StagedMeasure, Variable
from metricspec.model import Dataset, Group, GroupSet, Indicator
from metricspec.problems import UsageError
from metricspec.scopes import ORG_COLUMNS, Expressions, Parsed
from metricspec.sql.expression import Expression
from metricspec.sql.names import case, number
from metricspec.sql.stage import slot

FROM_ORG = frozenset(c.name for c in ORG_COLUMNS)


def parsed(result: Parsed) -> Expression:
    """The expression of a spec that was checked when it was read."""
    expression, findings = result
    if expression is None:
        raise UsageError(f"a spec with problems cannot be compiled; run 'metricspec check' ({findings[0].message})")
    return expression


@dataclass(frozen=True)
class Scores:
    """What a staged measure wants of each score: its population, and its variables by name, ready to compile."""

    indicator: Indicator
    measure: StagedMeasure
    population: tuple[exp.Expression, ...]
    variables: tuple[tuple[Variable, exp.Expression], ...]


@dataclass
class GroupPart:
    """One group set over one table of students, with the moments and estimates of the indicators that use it.

    `flags` says of each group how the signature tells a member: a flag column, or a condition with slots.
    """

    groups: GroupSet
    signature: list[str] = field(default_factory=list)
    flags: dict[str, Flag | str] = field(default_factory=dict)
    slots: dict[str, exp.Expression | str] = field(default_factory=dict)
    counted: list[Counted] = field(default_factory=list)
    where: list[exp.Expression] = field(default_factory=list)
    estimates: list[tuple[Indicator, Estimate, dict[str, str]]] = field(default_factory=list)
    staged: list[Scores] = field(default_factory=list)


class Needs:
    """Collects the needs of one table of students. With `single` a student has one row, which is also the latest.

    `columns` are those of the combined row, `read` those of the dataset's rows, `places` the exact decimal places of
    each indicator's counts.
    """

    def __init__(self, dataset: Dataset, expressions: Expressions, *, single: bool) -> None:
        self.dataset = dataset
        self.expressions = expressions
        self.single = single
        self.columns: dict[str, None] = {}
        self.flags: dict[str, Flag] = {}
        self.read: set[str] = {*dataset.keys.values()}
        self.parts: dict[str, GroupPart] = {}
        self.places: dict[str, int] = {}

    def part(self, groups: GroupSet) -> GroupPart:
        """The part of a group set: flags for memberships at any time, columns for those of the latest row."""
        found = self.parts.get(groups.id)
        if found is not None:
            return found
        part = self.parts[groups.id] = GroupPart(groups)
        if groups.column:
            self.columns[groups.column] = None
            part.signature.append(groups.column)
        for group in groups.groups:
            expression = parsed(self.expressions.rows(self.dataset.id, group.where))
            if self._of_combined_row(group, expression):
                for column in expression.columns:
                    self.columns[column] = None
                part.signature.extend(c for c in expression.columns if c not in part.signature)
                name = f"g_{len(part.slots)}"
                part.slots[name] = expression.tree
                part.flags[group.id] = slot(name)
            else:
                flag = part.flags[group.id] = self._flag(group, expression)
                part.signature.extend([flag.name] if flag.name not in part.signature else [])
                self.read.update(expression.columns)
        return part

    def _of_combined_row(self, group: Group, expression: Expression) -> bool:
        """Whether the columns of the combined row tell a member."""
        latest = all(self.dataset.columns[c].rollup == "latest" for c in expression.columns)
        return self.single or not expression.columns or (group.membership == "latest" and latest)

    def _flag(self, group: Group, expression: Expression) -> Flag:
        latest = group.membership == "latest"
        key = f"{expression.text}|{latest}"
        if key not in self.flags:
            self.flags[key] = Flag(f"in_group_{len(self.flags) + 1}", expression.tree, latest)
        return self.flags[key]

    def indicator(
        self, indicator: Indicator, measure: MomentMeasure, part: GroupPart, renamed: Mapping[str, str]
    ) -> None:
        """One indicator's moments, each with the conditions of its population."""
        prefix = f"m{len({of.id for of, _, _ in part.estimates})}"
        population = [self._condition(indicator, text, renamed) for text in indicator.population]
        names: dict[str, str] = {}
        scales: dict[str, int | None] = {}
        for moment in measure.moments(indicator.measure):
            counted, scales[moment.name] = self._counted(indicator, moment, prefix, population, renamed)
            part.counted.append(counted)
            names[moment.name] = counted.name
        estimates = measure.estimates(indicator.measure)
        exact = [scales[name] for estimate in estimates for name in estimate.exact]
        if exact and None not in exact and all(estimate.exact for estimate in estimates):
            self.places[indicator.id] = max(scale for scale in exact if scale is not None)
        part.estimates += [(indicator, estimate, names) for estimate in estimates]

    def staged(self, indicator: Indicator, measure: StagedMeasure, part: GroupPart, renamed: Mapping[str, str]) -> None:
        """One indicator's variables; its numbers are in double precision."""
        population = tuple(self._condition(indicator, text, renamed) for text in indicator.population)
        variables = []
        for variable in measure.variables(indicator.measure):
            expression = self._expression(indicator, variable.text, None)
            if expression.type == "boolean" and not isinstance(expression.tree, exp.Column):  # a column is 1 or 0
                known = with_names(self._expression(indicator, variable.text, "boolean").tree, renamed)
                tree: exp.Expression = case((known, number(1)), (exp.Not(this=exp.Paren(this=known.copy())), number(0)))
            else:
                tree = with_names(expression.tree, renamed)
            variables.append((variable, tree))
        part.staged.append(Scores(indicator, measure, population, tuple(variables)))

    def _counted(
        self,
        indicator: Indicator,
        moment: Moment,
        prefix: str,
        population: Sequence[exp.Expression],
        renamed: Mapping[str, str],
    ) -> tuple[Counted, int | None]:
        """A moment ready to compile, and the decimal places that it keeps exactly."""
        conditions = [*population]
        if moment.where is not None:
            conditions.append(self._condition(indicator, moment.where, renamed))
        known = value = None
        scale: int | None = 0
        if moment.value is not None:
            wants = "boolean" if moment.aggregate == "count" else "number"
            expression = self._expression(indicator, moment.value, wants)
            tree = with_names(expression.tree, renamed)
            if moment.aggregate != "count":
                value, scale = tree, expression.scale
            elif self._can_be_unknown(indicator, expression):
                known = tree
        return Counted(f"{prefix}_{moment.name}", moment, tuple(conditions), known, value), scale

    def _can_be_unknown(self, indicator: Indicator, expression: Expression) -> bool:
        if expression.tree.find(exp.Nullif, exp.Case, exp.Null) is not None:
            return True
        columns = self.expressions.student_columns(indicator)
        return any(columns[c].missing == "exclude" for c in expression.columns if c not in FROM_ORG)

    def _condition(self, indicator: Indicator, text: str, renamed: Mapping[str, str]) -> exp.Expression:
        return with_names(self._expression(indicator, text, "boolean").tree, renamed)

    def _expression(self, indicator: Indicator, text: str, wants: str | None) -> Expression:
        expression = parsed(self.expressions.students(indicator, text, wants))
        facts = {fact.name for fact in indicator.facts}
        own = self.dataset.columns
        there = {*facts, self.dataset.keys["year"]}  # beside the columns, in every row
        self.columns.update(dict.fromkeys(c for c in expression.columns if c in own and c not in there))
        return expression


def with_names(tree: exp.Expression, renamed: Mapping[str, str]) -> exp.Expression:
    """The tree with some columns under other names; the tree itself where there are none."""
    if not renamed:
        return tree
    copy = tree.copy()
    for column in copy.find_all(exp.Column):
        if column.name in renamed:
            column.this.set("this", renamed[column.name])
    return copy


def common_where(parts: Iterable[GroupPart]) -> None:
    """A condition that every moment of a scan has becomes its WHERE."""
    for part in parts:
        if not part.counted:
            continue
        first, *others = part.counted
        shared = {id(c) for c in first.conditions if all(any(c is d for d in o.conditions) for o in others)}
        part.where.extend(c for c in first.conditions if id(c) in shared)
        part.counted[:] = [
            Counted(o.name, o.moment, tuple(c for c in o.conditions if id(c) not in shared), o.known, o.value)
            for o in part.counted
        ]
