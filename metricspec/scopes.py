"""Which columns an expression may name in each place of a spec, and the memory of what was parsed already."""

from __future__ import annotations

from collections.abc import Mapping

from metricspec.measure import EVERY_ROW
from metricspec.model import Catalog, Codes, Column, ColumnType, Dataset, Fact, Indicator
from metricspec.sql.expression import Expression, Finding, Scope
from metricspec.sql.parsing import parse_expression

Parsed = tuple[Expression | None, tuple[Finding, ...]]

# What a student's row sees of its school's place in the org tree.
SCHOOL_COLUMNS = (
    Column("district_id", "string"),
    Column("network_id", "string"),
    Column("school_type", "code", "org_type"),
    Column("charter", "boolean", missing=False),
    Column("alternative", "boolean", missing=False),
)
# What a student's combined row sees of the org that it counts at.
ORG_COLUMNS = (
    Column("org_level", "code", "org_level"),
    Column("school_year", "school_year"),
)
# What the rules of level tables see.
LEVEL_COLUMNS = (
    *ORG_COLUMNS,
    Column("org_type", "code", "org_type"),
    Column("org_id", "string"),
    Column("student_group", "string"),
    Column("charter", "boolean", missing=False),
    Column("alternative", "boolean", missing=False),
    Column("certified", "boolean", missing=True),
    Column("small", "boolean", missing=False),
)


def fact_column(fact: Fact, dataset: Dataset | None, value: Expression | None = None) -> Column:
    """The column that a fact adds to a student's row; `value` is its expression, where it was parsed."""
    if fact.aggregate == "count":
        return Column(fact.name, "integer", missing=fact.missing)
    if fact.aggregate == "any":
        return Column(fact.name, "boolean", missing=fact.missing)
    source = dataset.columns.get(fact.value or "") if dataset else None
    if source is not None:
        return Column(fact.name, source.type, source.codes, source.scale, missing=fact.missing)
    if value is None or value.type == "number" or value.type == "null":
        scale = value.scale if value is not None else None
        kind: ColumnType = "number" if scale is None else "decimal" if scale else "integer"
        return Column(fact.name, kind, scale=scale or 0, missing=fact.missing)
    return Column(fact.name, value.type, missing=fact.missing)


class Expressions:
    """Parses each expression once. `catalog` may still be growing its indicators; datasets and codes are complete."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._scopes: dict[object, Scope] = {}
        self._parsed: dict[object, Parsed] = {}

    def _scope(self, key: object, columns: Mapping[str, Column]) -> Scope:
        found = self._scopes.get(key)
        if found is None:
            codes: Mapping[str, Codes] = self.catalog.codes
            used = {c.codes: codes[c.codes] for c in columns.values() if c.codes and c.codes in codes}
            found = self._scopes[key] = Scope(columns, used, self.catalog.lookups)
        return found

    def _parse(self, text: str, key: object, columns: Mapping[str, Column], wants: str | None) -> Parsed:
        memory = (text, key, wants)
        found = self._parsed.get(memory)
        if found is None:
            found = self._parsed[memory] = parse_expression(text, self._scope(key, columns), wants)
        return found

    def rows(self, dataset: str, text: str, wants: str | None = "boolean") -> Parsed:
        """Over a dataset's own rows: fact filters and values, group conditions."""
        return self._parse(text, ("rows", dataset), self.catalog.datasets[dataset].columns, wants)

    def fact_value(self, fact: Fact) -> Parsed:
        """What a fact takes of each row of its dataset."""
        wants = {"sum": "number", "any": "boolean"}.get(fact.aggregate)
        found = self.rows(fact.dataset, fact.value or "", wants)
        if wants is None and found[0] is not None and found[0].type == "boolean":
            return self.rows(fact.dataset, fact.value or "", "boolean")
        return found

    def stints(self, dataset: str, text: str, wants: str | None = "boolean") -> Parsed:
        """Over a student's rows before they are combined, with the school's place in the org tree."""
        columns = {**{c.name: c for c in SCHOOL_COLUMNS}, **self.catalog.datasets[dataset].columns}
        return self._parse(text, ("stints", dataset), columns, wants)

    def student_columns(self, indicator: Indicator) -> dict[str, Column]:
        """The columns of a student's combined row at one org."""
        assert indicator.students is not None
        dataset = self.catalog.datasets[indicator.students]
        own, kept = dataset.columns, set(indicator.row_keys or ()) & set(dataset.grain)
        every = indicator.row_keys == EVERY_ROW
        columns = {name: c for name, c in own.items() if every or c.rollup or name in kept}
        for fact in indicator.facts:
            value = self.fact_value(fact)[0] if fact.value and fact.dataset in self.catalog.datasets else None
            columns[fact.name] = fact_column(fact, self.catalog.datasets.get(fact.dataset), value)
        return {**columns, **{c.name: c for c in ORG_COLUMNS}}

    def students(self, indicator: Indicator, text: str, wants: str | None = "boolean") -> Parsed:
        """Over a student's combined row: population and measure."""
        key = ("students", indicator.students, indicator.facts, indicator.row_keys)
        if key in self._scopes:
            return self._parse(text, key, self._scopes[key].columns, wants)
        return self._parse(text, key, self.student_columns(indicator), wants)

    def levels(self, text: str) -> Parsed:
        """Over a Tally row with its org: the `when:` of level tables."""
        return self._parse(text, "levels", {c.name: c for c in LEVEL_COLUMNS}, "boolean")
