"""What the indicators of a plan have in common: which tables of students, which columns, which groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from metricspec.compiler.facts import FactInput, together
from metricspec.compiler.needs import GroupPart, Needs, common_where, parsed
from metricspec.compiler.students import StudentsInput
from metricspec.measure import EVERY_ROW, MeasureType, MomentMeasure, StagedMeasure, TallyMeasure
from metricspec.model import Catalog, Dataset, Fact, Indicator
from metricspec.problems import UsageError
from metricspec.registry import Registry
from metricspec.schoolyear import previous
from metricspec.scopes import SCHOOL_COLUMNS, Expressions, fact_column
from metricspec.sql.expression import Expression

TREE_COLUMNS = frozenset({"org_id", "school_year", "org_level", "org_type", "charter", "alternative", "parent_id"})
FROM_TREE = frozenset(c.name for c in SCHOOL_COLUMNS)


@dataclass(frozen=True)
class Shared:
    """One table of students and the groups made of it; `tree`: its rows are joined with the org tree at once."""

    name: str
    students: StudentsInput
    needed: tuple[str, ...]
    facts: tuple[FactInput, ...]
    groups: tuple[GroupPart, ...]
    tree: bool


@dataclass(frozen=True)
class Gathering:
    """`columns`: what is read of each dataset; `places`: exact decimal places of each indicator's counts; `made`: the
    indicators made of others' results, each after those it needs."""

    shared: tuple[Shared, ...]
    published: tuple[Indicator, ...]
    made: tuple[Indicator, ...]
    published_datasets: tuple[str, ...]
    org_dataset: str
    columns: Mapping[str, frozenset[str]]
    places: Mapping[str, int]

    @property
    def read_often(self) -> frozenset[str]:
        """Datasets that several stages read."""
        readers = Counter(one.students.dataset.id for one in self.shared)
        readers.update(members[0].fact.dataset for one in self.shared for members in together(one.facts))
        return frozenset(dataset for dataset, count in readers.items() if count > 1)

    @property
    def categories(self) -> bool:
        """Whether a row may be a part of a whole that is shown beside it."""
        parts = [part for one in self.shared for part in one.groups]
        return bool(self.made) or self.staged or any(e.category for part in parts for _, e, _ in part.estimates)

    @property
    def staged(self) -> bool:
        """Whether a measure sees all scores together."""
        return any(part.staged for one in self.shared for part in one.groups)


class Gatherer:
    """Collects one plan's needs; lives only while the plan is made."""

    def __init__(self, catalog: Catalog, registry: Registry, expressions: Expressions, years: Sequence[str]) -> None:
        self.catalog = catalog
        self.registry = registry
        self.expressions = expressions
        self.years = tuple(years)
        self.places: dict[str, int] = {}
        self.columns: dict[str, set[str]] = {}

    def gather(self, indicators: Sequence[Indicator]) -> Gathering:
        computed: dict[object, list[Indicator]] = {}
        published: list[Indicator] = []
        made: list[Indicator] = []
        datasets: dict[str, None] = {}
        for indicator in indicators:
            measure = self.registry.measure_types[indicator.measure_type]
            rows = self.registry.rows_of(indicator)
            if isinstance(measure, TallyMeasure):
                made.append(indicator)
            elif rows is not None:
                published.append(indicator)
                datasets[rows] = None
                self.places[indicator.id] = 0
            else:
                same = (indicator.students, indicator.stints, indicator.orgs, indicator.row_keys)
                computed.setdefault(same, []).append(indicator)
        for name in datasets:
            own = self.catalog.datasets[name].columns
            self._read(name, (c for c in own if not c.startswith("published_") and c != "org_name"))
        shared = tuple(self._shared(str(at), members) for at, members in enumerate(computed.values(), 1))
        org_datasets = {one.students.orgs.dataset for one in shared} or {"org"}
        if len(org_datasets) > 1:
            raise UsageError(f"indicators over different org datasets run apart: {', '.join(sorted(org_datasets))}")
        (org_dataset,) = org_datasets
        if shared:
            self._read(org_dataset, TREE_COLUMNS)
        columns = {name: frozenset(wanted) for name, wanted in self.columns.items()}
        return Gathering(shared, tuple(published), tuple(made), tuple(datasets), org_dataset, columns, self.places)

    def _read(self, dataset: str, columns: Iterable[str]) -> None:
        self.columns.setdefault(dataset, set()).update(columns)

    def _shared(self, name: str, members: Sequence[Indicator]) -> Shared:
        """One table of students: the union of what its indicators need of it."""
        first = members[0]
        assert first.students is not None and first.orgs is not None
        dataset, orgs = self.catalog.datasets[first.students], self.catalog.orgs[first.orgs]
        facts, renamed = self._facts(members, dataset)
        stints = [parsed(self.expressions.stints(dataset.id, text)) for text in first.stints]
        keys = [parsed(self.expressions.stints(dataset.id, level.key, None)) for level in orgs.levels]
        levels = [[parsed(self.expressions.stints(dataset.id, t)) for t in level.stints] for level in orgs.levels]
        placing = [*keys, *(e for level in levels for e in level)]
        row_keys = first.row_keys
        if row_keys == EVERY_ROW:
            row_keys = dataset.grain
        if row_keys is not None:
            row_keys = tuple(c for c in row_keys if c in dataset.grain)  # the others follow from the student's last row
            place = self._place(dataset, placing)
        else:
            place = () if facts or self._read_org(members) else self._single_place(dataset, placing)
        given = StudentsInput(
            dataset, tuple(e.tree for e in stints), first.stints, orgs, tuple(e.tree for e in keys),
            tuple(tuple(e.tree for e in level) for level in levels), facts=facts, years=self._years(members),
            place=place, row_keys=row_keys,
        )  # fmt: skip
        needs = Needs(dataset, self.expressions, single=given.single and not given.combined)
        for indicator in members:
            measure, part = self._measure(indicator), needs.part(self.catalog.groups[indicator.groups])
            if isinstance(measure, StagedMeasure):
                needs.staged(indicator, measure, part, renamed.get(indicator.id, {}))
            elif isinstance(measure, MomentMeasure):
                needs.indicator(indicator, measure, part, renamed.get(indicator.id, {}))
            else:
                raise UsageError(f"measure type '{indicator.measure_type}' of {indicator.id} cannot be computed")
        common_where(needs.parts.values())
        self.places.update(needs.places)
        columns = tuple(dataset.columns[c] for c in dataset.columns if c in needs.columns)
        read = needs.read | {c.name for c in columns} | {c for e in (*stints, *placing) for c in e.columns}
        latest = any(c.rollup in ("latest", "first") for c in columns) or any(f.latest for f in needs.flags.values())
        if (latest and not place) or given.combined:
            read |= set(dataset.total_order)
        read |= set(row_keys or ())
        needed = tuple(c for c in dataset.columns if c in read)
        self._read(dataset.id, needed)
        given = replace(given, columns=columns, flags=tuple(needs.flags.values()))
        tree = not place or any(c in FROM_TREE and c not in dataset.columns for e in stints for c in e.columns)
        return Shared(name, given, needed, self._fact_inputs(facts), tuple(needs.parts.values()), tree)

    def _read_org(self, members: Sequence[Indicator]) -> bool:
        """Whether any population or measure asks for the org that a student is counted at."""
        texts = []
        for indicator in members:
            uses = self.registry.measure_types[indicator.measure_type].expressions(indicator.measure)
            texts += [(indicator, text, "boolean") for text in indicator.population]
            texts += [(indicator, use.text, use.wanted) for use in uses]
        read = {
            c
            for indicator, text, wanted in texts
            for c in parsed(self.expressions.students(indicator, text, wanted)).columns
        }
        return "org_level" in read

    def _measure(self, indicator: Indicator) -> MeasureType:
        return self.registry.measure_types[indicator.measure_type]

    @staticmethod
    def _place(dataset: Dataset, placing: Sequence[Expression]) -> tuple[str, ...]:
        """The columns that place a student at orgs."""
        own = {c for expression in placing for c in expression.columns if c in dataset.columns}
        return tuple(sorted(own | {dataset.keys["school"]}))

    def _single_place(self, dataset: Dataset, placing: Sequence[Expression]) -> tuple[str, ...]:
        """The same where the dataset has one row per student and year, so that none need combining; else none."""
        if not set(dataset.grain) <= {dataset.keys["student"], dataset.keys["year"]}:
            return ()
        return self._place(dataset, placing)

    def _years(self, members: Sequence[Indicator]) -> tuple[str, ...]:
        """The years to read for the years wanted: those, and the ones before that comparing and measures look at."""
        if not self.years or any(c.mode == "latest_available" for i in members for c in i.compare):
            return ()
        measures = [(self._measure(i), i.measure) for i in members]
        back = 1 + max(m.years_before(spec) if isinstance(m, StagedMeasure) else 0 for m, spec in measures)
        found = reach = set(self.years)
        for _ in range(back):
            reach = {previous(y) for y in reach}
            found = found | reach
        return tuple(sorted(found))

    @staticmethod
    def _facts(members: Sequence[Indicator], dataset: Dataset) -> tuple[tuple[Fact, ...], dict[str, dict[str, str]]]:
        """Every fact once; two different facts of one name are told apart by a number."""
        found: dict[Fact, Fact] = {}
        renamed: dict[str, dict[str, str]] = {}
        written = {fact.name for indicator in members for fact in indicator.facts}
        for indicator in members:
            for fact in indicator.facts:
                if fact not in found:
                    taken = {f.name for f in found.values()}
                    others = (f"{fact.name}_fact_{number}" for number in count(2))
                    free = (name for name in others if name not in taken | written | dataset.columns.keys())
                    found[fact] = replace(fact, name=fact.name if fact.name not in taken else next(free))
                if found[fact].name != fact.name:
                    renamed.setdefault(indicator.id, {})[fact.name] = found[fact].name
        return tuple(found.values()), renamed

    def _fact_inputs(self, facts: Sequence[Fact]) -> tuple[FactInput, ...]:
        """Each fact with its checked expressions; notes which columns of its dataset are read."""
        inputs = []
        for fact in facts:
            dataset = self.catalog.datasets[fact.dataset]
            where = parsed(self.expressions.rows(fact.dataset, fact.where)) if fact.where else None
            value = parsed(self.expressions.fact_value(fact)) if fact.value else None
            order = dataset.total_order if fact.aggregate == "latest" else ()
            self._read(fact.dataset, {*dataset.keys.values(), *order})
            self._read(fact.dataset, (c for e in (where, value) if e is not None for c in e.columns))
            trees = (e.tree if e is not None else None for e in (where, value))
            inputs.append(FactInput(fact, dataset, fact_column(fact, dataset, value), *trees))
        return tuple(inputs)


def gather(
    indicators: Sequence[Indicator],
    catalog: Catalog,
    registry: Registry,
    expressions: Expressions,
    years: Sequence[str],
) -> Gathering:
    """The needs of a plan for some indicators; `years` are the school years wanted (empty: all)."""
    return Gatherer(catalog, registry, expressions, years).gather(indicators)
