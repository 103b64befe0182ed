"""What the indicators of a plan have in common: which tables of students, which columns, which groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from metricspec.compiler.groups import Counted
from metricspec.compiler.students import Flag, StudentsInput
from metricspec.measure import Estimate, Moment, MomentMeasure, RowMeasure
from metricspec.model import Catalog, Dataset, Fact, Group, GroupSet, Indicator
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.schoolyear import previous
from metricspec.scopes import ORG_COLUMNS, SCHOOL_COLUMNS, Expressions
from metricspec.sql.expression import Expression

TREE_COLUMNS = frozenset({"org_id", "school_year", "org_level", "org_type", "charter", "alternative", "parent_id"})
FROM_TREE = frozenset(c.name for c in SCHOOL_COLUMNS)
FROM_ORG = frozenset(c.name for c in ORG_COLUMNS)


@dataclass
class GroupPart:
    """One group set over one table of students, with the indicators that use it."""

    groups: GroupSet
    signature: list[str]
    flags: dict[str, Flag | str]
    slots: dict[str, exp.Expression | str]
    counted: list[Counted] = field(default_factory=list)
    where: list[exp.Expression] = field(default_factory=list)
    estimates: list[tuple[Indicator, Estimate, dict[str, str]]] = field(default_factory=list)


@dataclass
class Shared:
    """One table of students and the groups made of it."""

    name: str
    students: StudentsInput
    needed: list[str]
    fact_conditions: dict[str, exp.Expression]
    groups: list[GroupPart]
    tree: bool


@dataclass(frozen=True)
class Gathering:
    shared: tuple[Shared, ...]
    published: tuple[Indicator, ...]
    published_datasets: tuple[str, ...]
    org_dataset: str
    columns: Mapping[str, frozenset[str]]
    places: Mapping[str, int]


class Gatherer:
    """Collects one plan's needs; lives only while the plan is made."""

    def __init__(self, catalog: Catalog, registry: Registry, expressions: Expressions, years: Sequence[str]) -> None:
        self.catalog = catalog
        self.registry = registry
        self.expressions = expressions
        self.years = tuple(years)
        self.places: dict[str, int] = {}
        self.columns: dict[str, set[str]] = {}
        self.reads_org = False

    def parsed(self, result: tuple[Expression | None, object]) -> Expression:
        expression, findings = result
        if expression is None:
            raise UsageError(f"a spec with problems cannot be compiled; run 'metricspec check' ({findings})")
        return expression

    def gather(self, indicators: Sequence[Indicator]) -> Gathering:
        computed: dict[object, list[Indicator]] = {}
        published: list[Indicator] = []
        datasets: dict[str, None] = {}
        for indicator in indicators:
            measure = self.registry.measure_types[indicator.measure_type]
            if isinstance(measure, RowMeasure):
                published.append(indicator)
                name = measure.dataset(indicator.measure)
                datasets[name] = None
                self.places[indicator.id] = 0
                own = self.catalog.datasets[name].columns
                self.columns.setdefault(name, set()).update(
                    c for c in own if not c.startswith("published_") and c != "org_name"
                )
            else:
                computed.setdefault((indicator.students, indicator.stints, indicator.orgs), []).append(indicator)
        shared = tuple(self.shared(str(at), members) for at, members in enumerate(computed.values(), 1))
        org_dataset = next((self.catalog.orgs[i.orgs].dataset for m in computed.values() for i in m if i.orgs), "org")
        if shared:
            self.columns.setdefault(org_dataset, set()).update(TREE_COLUMNS)
        columns = {name: frozenset(wanted) for name, wanted in self.columns.items()}
        return Gathering(shared, tuple(published), tuple(datasets), org_dataset, columns, self.places)

    def shared(self, name: str, members: Sequence[Indicator]) -> Shared:
        """One table of students: the union of what its indicators need of it."""
        first = members[0]
        assert first.students is not None and first.orgs is not None
        dataset, orgs = self.catalog.datasets[first.students], self.catalog.orgs[first.orgs]
        self.reads_org = False
        facts, renamed = self.facts(members)
        stints = [self.parsed(self.expressions.stints(dataset.id, text)) for text in first.stints]
        keys = [self.parsed(self.expressions.stints(dataset.id, level.key, None)) for level in orgs.levels]
        level_stints = [
            [self.parsed(self.expressions.stints(dataset.id, t)) for t in level.stints] for level in orgs.levels
        ]
        parts: dict[str, GroupPart] = {}
        rolled: dict[str, None] = {}
        flags: dict[str, Flag] = {}
        read: set[str] = {*dataset.keys.values()}
        for indicator in members:
            part = parts.get(indicator.groups)
            if part is None:
                groups = self.catalog.groups[indicator.groups]
                part = parts[indicator.groups] = self.group_part(groups, dataset, flags, rolled, read)
            self.indicator(indicator, part, rolled, renamed.get(indicator.id, {}))
        self.common_where(parts.values())
        for expression in (*stints, *keys, *(e for level in level_stints for e in level)):
            read.update(expression.columns)
        columns = tuple(dataset.columns[c] for c in dataset.columns if c in rolled)
        read.update(c.name for c in columns)
        if any(c.rollup in ("latest", "first") for c in columns) or any(f.latest for f in flags.values()):
            read.update(dataset.order)
        needed = [c for c in dataset.columns if c in read]
        self.columns.setdefault(dataset.id, set()).update(needed)
        place = self.place(dataset, facts, [*keys, *(e for level in level_stints for e in level)])
        given = StudentsInput(
            dataset, tuple(e.tree for e in stints), first.stints, orgs, tuple(e.tree for e in keys),
            tuple(tuple(e.tree for e in level) for level in level_stints), columns, tuple(flags.values()), facts,
            self.read_years(members), place,
        )  # fmt: skip
        tree = not place or any(c in FROM_TREE and c not in dataset.columns for e in stints for c in e.columns)
        return Shared(name, given, needed, self.fact_conditions(facts), list(parts.values()), tree)

    def place(self, dataset: Dataset, facts: Sequence[Fact], levels: Sequence[Expression]) -> tuple[str, ...]:
        """The columns that place a student at orgs, where the dataset has one row per student and year; else none."""
        alone = set(dataset.grain) <= {dataset.keys["student"], dataset.keys["year"]}
        if not alone or facts or self.reads_org:
            return ()
        own = {c for expression in levels for c in expression.columns if c in dataset.columns}
        return tuple(sorted(own | {dataset.keys["school"]}))

    def read_years(self, members: Sequence[Indicator]) -> tuple[str, ...]:
        """The years to read for the years wanted: those and, where any rule compares, the ones before."""
        if not self.years or any(c.mode == "latest_available" for i in members for c in i.compare):
            return ()
        return tuple(sorted({*self.years, *(previous(y) for y in self.years)}))

    def facts(self, members: Sequence[Indicator]) -> tuple[tuple[Fact, ...], dict[str, dict[str, str]]]:
        """Every fact once; two different facts of one name are told apart by a number."""
        found: dict[Fact, Fact] = {}
        renamed: dict[str, dict[str, str]] = {}
        for indicator in members:
            for fact in indicator.facts:
                if fact not in found:
                    taken = {f.name for f in found.values()}
                    name = fact.name if fact.name not in taken else f"{fact.name}_{len(found)}"
                    found[fact] = replace(fact, name=name)
                if found[fact].name != fact.name:
                    renamed.setdefault(indicator.id, {})[fact.name] = found[fact].name
        return tuple(found.values()), renamed

    def fact_conditions(self, facts: Sequence[Fact]) -> dict[str, exp.Expression]:
        conditions = {}
        for fact in facts:
            dataset = self.catalog.datasets[fact.dataset]
            read = {*dataset.keys.values(), *([fact.value] if fact.value else [])}
            if fact.where:
                expression = self.parsed(self.expressions.rows(fact.dataset, fact.where))
                conditions[fact.name] = expression.tree
                read.update(expression.columns)
            if fact.aggregate == "latest":
                read.update(dataset.order)
            self.columns.setdefault(fact.dataset, set()).update(read)
        return conditions

    def group_part(
        self,
        groups: GroupSet,
        dataset: Dataset,
        flags: dict[str, Flag],
        rolled: dict[str, None],
        read: set[str],
    ) -> GroupPart:
        """The signature of a group set: flags for memberships at any time, columns for those of the latest row."""
        part = GroupPart(groups, [], {}, {})
        if groups.column:
            rolled[groups.column] = None
            part.signature.append(groups.column)
        for group in groups.groups:
            expression = self.parsed(self.expressions.rows(dataset.id, group.where))
            if not expression.columns:
                part.slots[f"g_{len(part.slots)}"] = expression.tree
                part.flags[group.id] = f'("@g_{len(part.slots) - 1}")'
                continue
            if group.membership == "latest" and all(dataset.columns[c].rollup == "latest" for c in expression.columns):
                for column in expression.columns:
                    rolled[column] = None
                    if column not in part.signature:
                        part.signature.append(column)
                part.slots[f"g_{len(part.slots)}"] = expression.tree
                part.flags[group.id] = f'("@g_{len(part.slots) - 1}")'
                continue
            part.flags[group.id] = self.flag(groups, group, expression, flags, part)
            read.update(expression.columns)
        return part

    @staticmethod
    def flag(groups: GroupSet, group: Group, expression: Expression, flags: dict[str, Flag], part: GroupPart) -> Flag:
        latest = group.membership == "latest"
        key = f"{expression.text}|{latest}"
        found = flags.get(key)
        if found is None:
            found = flags[key] = Flag(f"in_group_{len(flags) + 1}", expression.tree, latest)
        if found.name not in part.signature:
            part.signature.append(found.name)
        return found

    def indicator(
        self, indicator: Indicator, part: GroupPart, rolled: dict[str, None], renamed: Mapping[str, str]
    ) -> None:
        """One indicator's moments, each with the conditions of its population."""
        measure = self.registry.measure_types[indicator.measure_type]
        if not isinstance(measure, MomentMeasure):
            raise UsageError(f"measure type '{indicator.measure_type}' of {indicator.id} offers no way to compute it")
        prefix = f"m{len(part.estimates)}"
        population = [self.student(indicator, text, rolled, renamed) for text in indicator.population]
        names: dict[str, str] = {}
        places: dict[str, int | None] = {}
        for moment in measure.moments(indicator.measure):
            counted = self.counted(indicator, moment, f"{prefix}_{moment.name}", population, rolled, renamed, places)
            part.counted.append(counted)
            names[moment.name] = counted.name
        estimate = measure.estimate(indicator.measure)
        exact = [places[name] for name in estimate.exact]
        if exact and None not in exact:
            self.places[indicator.id] = max(p for p in exact if p is not None)
        part.estimates.append((indicator, estimate, names))

    def counted(
        self, indicator: Indicator, moment: Moment, name: str, population: Sequence[exp.Expression],
        rolled: dict[str, None], renamed: Mapping[str, str], places: dict[str, int | None],
    ) -> Counted:  # fmt: skip
        conditions = list(population)
        if moment.where is not None:
            conditions.append(self.student(indicator, moment.where, rolled, renamed))
        known = value = None
        places[moment.name] = 0
        if moment.value is not None:
            wants = "boolean" if moment.aggregate == "count" else "number"
            expression = self.expression(indicator, moment.value, wants, rolled)
            tree = self.renamed(expression.tree, renamed)
            if moment.aggregate == "count":
                known = tree if self.can_be_unknown(indicator, expression) else None
            else:
                value, places[moment.name] = tree, expression.scale
        return Counted(name, moment, tuple(conditions), known, value)

    def can_be_unknown(self, indicator: Indicator, expression: Expression) -> bool:
        assert indicator.students is not None
        columns = self.expressions.student_columns(indicator.students, indicator.facts)
        return any(columns[c].missing == "exclude" for c in expression.columns if c not in FROM_ORG)

    def expression(self, indicator: Indicator, text: str, wants: str, rolled: dict[str, None]) -> Expression:
        assert indicator.students is not None
        expression = self.parsed(self.expressions.students(indicator, text, wants))
        own = self.catalog.datasets[indicator.students].columns
        facts = {fact.name for fact in indicator.facts}
        for column in expression.columns:
            if column in own and column not in facts and own[column].rollup:
                rolled[column] = None
            elif column in ("org_level", "org_type") and column not in facts:
                self.reads_org = True
        return expression

    def student(
        self, indicator: Indicator, text: str, rolled: dict[str, None], renamed: Mapping[str, str]
    ) -> exp.Expression:
        return self.renamed(self.expression(indicator, text, "boolean", rolled).tree, renamed)

    @staticmethod
    def renamed(tree: exp.Expression, renamed: Mapping[str, str]) -> exp.Expression:
        if not renamed:
            return tree
        copy = tree.copy()
        for column in copy.find_all(exp.Column):
            if column.name in renamed:
                column.this.set("this", renamed[column.name])
        return copy

    @staticmethod
    def common_where(parts: Iterable[GroupPart]) -> None:
        """A condition that every moment of a scan has becomes its WHERE."""
        for part in parts:
            first, *others = part.counted
            common = [c for c in first.conditions if all(any(c is d for d in o.conditions) for o in others)]
            part.where.extend(common)
            part.counted[:] = [
                Counted(
                    o.name,
                    o.moment,
                    tuple(c for c in o.conditions if not any(c is d for d in common)),
                    o.known,
                    o.value,
                )
                for o in part.counted
            ]


def gather(
    indicators: Sequence[Indicator],
    catalog: Catalog,
    registry: Registry,
    expressions: Expressions,
    years: Sequence[str],
) -> Gathering:
    return Gatherer(catalog, registry, expressions, years).gather(indicators)
