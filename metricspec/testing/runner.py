"""Runs the cases of spec tests: one warehouse for each test, one plan for each indicator and stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metricspec.compiler import Compiler
from metricspec.compiler.bind import sql_type
from metricspec.compiler.constants import scale_of
from metricspec.compiler.tally import COLUMNS as TALLY_COLUMNS
from metricspec.measure import DetailedMeasure
from metricspec.model import (
    Binding,
    BoundDataset,
    Catalog,
    Indicator,
    IndicatorTest,
    Scalar,
    TestCase,
)
from metricspec.problems import Place, Problem, SpecError
from metricspec.reading.suggest import hint
from metricspec.registry import Registry
from metricspec.scopes import Expressions
from metricspec.sql.stage import Plan, Stage
from metricspec.testing.comparing import Difference, Row, differences
from metricspec.testing.rows import Table, case_tables
from metricspec.warehouse import Progress
from metricspec.warehouses.duckdb import DuckDB

# Stages that hold the rules and none of a case's rows: made once.
CONSTANT = ("indicators", "bands", "grids")
IN_UNITS = ("value", "standard_error", "low", "high", "prior_value", "change")


@dataclass(frozen=True)
class CaseResult:
    """How a case went. `problems` are in the case itself: it could not be run, or not compared."""

    indicator: str
    case: TestCase
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems


class Runner:
    """Runs tests of one catalogue. Rows of a test never leave this process; no real data comes in."""

    def __init__(self, catalog: Catalog, registry: Registry, expressions: Expressions) -> None:
        self.catalog = catalog
        bound = {name: BoundDataset(name, table=table_name(name)) for name in catalog.datasets}
        self._compiler = Compiler(catalog, registry, expressions, "duckdb", Binding("test", bound))

    def run(self, tests: Sequence[IndicatorTest], progress: Progress | None = None) -> Iterator[CaseResult]:
        """Each case's result, in order."""
        total, done = sum(len(test.cases) for test in tests), 0
        for test in tests:
            with DuckDB(threads=1) as warehouse:
                compiled = _Compiled(self._compiler, self.catalog, test.indicator, warehouse)
                for case in test.cases:
                    if progress:
                        progress(done, total, f"{test.indicator}: {case.name}")
                    done += 1
                    yield compiled.case(case)

    def results(
        self, indicator: str, rows: Mapping[str, Sequence[Row]], stage: Literal["tally", "released"]
    ) -> list[Row]:
        """What an indicator gives of some rows, by dataset. Raises SpecError where they cannot be run."""
        case = TestCase("rows", {name: tuple(given) for name, given in rows.items()}, (), stage=stage)
        with DuckDB(threads=1) as warehouse:
            return _Compiled(self._compiler, self.catalog, indicator, warehouse).results(case)


def table_name(dataset: str) -> str:
    """The temporary table of a dataset's test rows."""
    return f"test_{dataset}"


class _Compiled:
    """One indicator's plan in one warehouse; its tables are made anew for each case, its views stand."""

    def __init__(self, compiler: Compiler, catalog: Catalog, indicator: str, warehouse: DuckDB) -> None:
        self.catalog, self.warehouse, self.renderer = catalog, warehouse, compiler.renderer
        self.indicator: Indicator = catalog.in_force(indicator)[-1]
        self.plan: Plan = compiler.plan([indicator])
        self.columns = dict(self.plan.reads)
        self._statements = {s.name: self.renderer.creation(s) for s in self.plan.stages[:-1] if isinstance(s, Stage)}
        self._result = compiler.renderer.stage(self.plan.result)
        self._standing: set[str] = set()
        measure = compiler.registry.measure_types[self.indicator.measure_type]
        named = measure.statistics(self.indicator.measure) if isinstance(measure, DetailedMeasure) else ()
        self._statistics: dict[Scalar, int] = {one.name: scale_of("percent") if one.percent else 1 for one in named}

    def case(self, case: TestCase) -> CaseResult:
        try:
            rows = self.results(case)
        except SpecError as error:
            placed = tuple(p if p.place.line else replace(p, place=case.place) for p in error.problems)
            return CaseResult(self.indicator.id, case, problems=placed)
        return CaseResult(self.indicator.id, case, tuple(differences(case, rows)))

    def results(self, case: TestCase) -> list[Row]:
        """What the rows of a case give. Raises SpecError where they cannot be run, or not be compared."""
        orgs = self.catalog.orgs[self.indicator.orgs].dataset if self.indicator.orgs else None
        tables, found = case_tables(case, self.columns, self.catalog, orgs)
        problems = [*_column_problems(case), *found]
        if problems:
            raise SpecError(problems)
        self._load(tables)
        return self._tally() if case.stage == "tally" else self._released()

    def _load(self, tables: Sequence[Table]) -> None:
        for table in tables:
            name = table_name(table.dataset.id)
            self.warehouse.execute(f'DROP TABLE IF EXISTS "{name}"', f"table '{name}'")
            self.warehouse.load(name, [(c.name, sql_type(c)) for c in table.columns], table.rows)

    def _make(self, last: str | None) -> None:
        """Every stage up to `last` (None: all but the result)."""
        for step in self.plan.stages[:-1]:
            if step.name not in self._standing:
                if not isinstance(step, Stage) or step.stored:
                    self.warehouse.execute(f'DROP TABLE IF EXISTS "{step.name}"', f"stage '{step.name}'")
                if isinstance(step, Stage):
                    self.warehouse.execute(self._statements[step.name], f"stage '{step.name}'")
                    if not step.stored or step.name in CONSTANT:
                        self._standing.add(step.name)
                else:
                    self.warehouse.make(step, self.renderer)
            if step.name == last:
                return

    def _rows(self, sql: str) -> list[Row]:
        names, rows = self.warehouse.fetch(sql, "the result")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _released(self) -> list[Row]:
        self._make(None)
        return self._rows(self._result)

    def _tally(self) -> list[Row]:
        """The Tally with shares in the indicator's unit, statistics in their own, unrounded."""
        self._make("tally")
        scales: dict[Scalar, int] = {None: scale_of(self.indicator.unit), **self._statistics}
        rows = self._rows("SELECT * FROM tally")
        return [
            {name: _scaled(name, value, scales.get(row["statistic"], 1)) for name, value in row.items()} for row in rows
        ]


def _scaled(name: str, value: Scalar, scale: int) -> Scalar:
    return value * scale if name in IN_UNITS and isinstance(value, float) else value


def _column_problems(case: TestCase) -> Iterator[Problem]:
    """Columns that the Tally does not have yet, in cases that look at it."""
    if case.stage != "tally":
        return
    for at, row in enumerate((*case.expect, *case.expect_absent)):
        place: Place = case.expect_places[at] if at < len(case.expect_places) else case.place
        for name in row:
            if name not in TALLY_COLUMNS:
                message = f"the case '{case.name}' expects '{name}', which is made after the tally"
                known = hint(name, TALLY_COLUMNS, "the tally has", 40)
                yield Problem("MS611", message, place, f"leave out `stage: tally`; {known}")
