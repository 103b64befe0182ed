"""A project that is ready to run: `metricspec.load()` gives one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler import Compiler
from metricspec.compiler.students import TREE
from metricspec.compiler.tail import NUMBERS, RESULT
from metricspec.model import Binding, BoundDataset, Catalog, Framework, Indicator
from metricspec.plugins.working import blaming
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.reading.suggest import hint, indicator_hint
from metricspec.registry import Registry
from metricspec.running.binding import absolute, missing_columns, overridden, reached
from metricspec.running.notices import notices
from metricspec.running.quality import Count, count_quality, missing_facts, school_years, stops
from metricspec.running.trace import Trace, traced
from metricspec.schoolyear import demand_school_year
from metricspec.scopes import Expressions
from metricspec.sql.dialects import Solve
from metricspec.sql.stage import Computation, Form, Plan
from metricspec.warehouse import Progress, Warehouse
from metricspec.warehouses.connect import connect, scheme_of
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """A finished run: the Result as a DataFrame (columns `RESULT`: one row per indicator, org, year and group),
    the counts of what was missing or did not match, a sentence for each choice made on the way, and what was read where
    that was asked."""

    result: pd.DataFrame
    quality: tuple[Count, ...]
    said: tuple[str, ...] = ()
    trace: Trace | None = None


@dataclass(frozen=True)
class Prepared:
    """A plan over bound data, ready to run; `said` tells of each choice made on the way, `given` are the datasets as the
    project binds them."""

    compiler: Compiler
    plan: Plan
    said: tuple[str, ...]
    ids: tuple[str, ...]
    given: Mapping[str, BoundDataset]

    def run(
        self, engine: Warehouse, progress: Progress | None = None, *, keep_stages: bool = False
    ) -> tuple[pd.DataFrame, tuple[Count, ...]]:
        """Fetch the Result (and leave every stage in the engine, with `keep_stages`), with the counts of what was missing or did not match.

        Raises SpecError before any result where something is missing that must not be.
        """
        catalog, renderer = self.compiler.catalog, self.compiler.renderer
        bound = self.compiler.binding.datasets if self.compiler.binding else {}
        head = [s for s in self.plan.stages if s.name.startswith("bound_") or s.name == TREE]
        for at, stage in enumerate(head):
            if progress:
                progress(at, len(self.plan.stages), stage.says)
            engine.make(stage, renderer)
        if progress:
            progress(len(head), len(self.plan.stages), "Counting what is missing in the data.")
        tree = self.compiler.capabilities.prefix + TREE if any(stage.name == TREE for stage in head) else ""
        quality = count_quality(engine, renderer, catalog, self.plan.reads, bound, tree=tree)
        stopping = stops(quality, catalog, bound)
        if stopping:
            raise SpecError(stopping)
        frame = engine.run(self.plan, renderer, progress, len(head), "script" if keep_stages else self.form)
        missing = missing_facts(engine, renderer, self.plan.demanded)
        if missing:
            raise SpecError(missing)
        return as_result(frame), quality

    def traced(self, engine: Warehouse, quality: Sequence[Count]) -> Trace:
        """What the run that has just ended read."""
        renderer, catalog = self.compiler.renderer, self.compiler.catalog
        return traced(self.ids, engine, renderer, catalog, self.plan.reads, self.given, quality)

    @property
    def form(self) -> Form:
        """A script where steps are shared, looked at afterwards, made in Python or named otherwise than in a statement, and
        where the engine does better with one."""
        able, plan = self.compiler.capabilities, self.plan
        stepwise = able.script or (plan.stepwise and not able.inlines)
        python = any(isinstance(step, Computation) for step in plan.stages)
        return "script" if len(self.ids) > 1 or plan.demanded or python or stepwise or able.prefix else "statement"


@dataclass(frozen=True)
class Project:
    """A catalogue, a binding, a folder, the URL of the warehouse that the project names, if any, and its own `name`;
    `problems` are those of specs that were left out, `broken` their ids."""

    catalog: Catalog
    registry: Registry
    expressions: Expressions
    folder: Path
    binding: Binding | None = None
    problems: tuple[Problem, ...] = ()
    broken: frozenset[str] = frozenset()
    warehouse: str | None = None
    name: str = ""

    def duckdb(self, what: str) -> DuckDB:
        """DuckDB in this process, for what computes nowhere else. Raises UsageError where the project names another
        warehouse: its numbers would be of other data."""
        if self.warehouse is not None:
            raise UsageError(f"{what} computes in DuckDB only, and this project's data are in another warehouse")
        return DuckDB()

    def connect(self, url: str | None = None, *, timeout: float | None = None) -> Warehouse:
        """The warehouse of a URL (default: the project's own, else DuckDB in this process), one of a plugin too. `timeout`:
        seconds that a statement may take. Raises UsageError and SpecError as `metricspec.warehouses.connect` does."""
        where = url or self.warehouse
        offered = self.registry.warehouses
        package = self.registry.package_of("metricspec_warehouses", scheme_of(where, offered))
        with blaming(package, "the warehouse", url=where or ""):
            return connect(where, timeout=timeout, offered=offered)

    def with_binding(self, name: str) -> Project:
        found = self.catalog.bindings.get(name)
        if found is None:
            raise UsageError(f"unknown binding '{name}': {hint(name, self.catalog.bindings, 'there are')}")
        return replace(self, binding=found)

    def compiler(
        self,
        dialect: str = "duckdb",
        bound: Mapping[str, BoundDataset] | None = None,
        solve: Solve | None = None,
        *,
        laid_out: bool = True,
    ) -> Compiler:
        """`laid_out`: for people to read, which takes longer than many an indicator."""
        binding = self.binding if bound is None else Binding("run", bound)
        return Compiler(self.catalog, self.registry, self.expressions, dialect, binding, solve, laid_out=laid_out)

    def compile(self, indicator: str, dialect: str = "duckdb", form: Form | None = None) -> str:
        """SQL of one indicator, as one statement or a script of temporary tables (by default what suits the dialect)."""
        self.indicator(indicator)
        return self.compiler(dialect).compile(indicator, form)

    def run(
        self, *indicators: str, year: str | None = None, data: Mapping[str, str | Path] | None = None
    ) -> pd.DataFrame:
        """The Result of some indicators, or of every active indicator whose datasets are bound."""
        return self.execute(indicators, year=year, data=data).result

    def runnable(self, bound: Mapping[str, BoundDataset]) -> list[str]:
        """Active indicators whose datasets are all bound."""
        active = (i for i in self.catalog.indicators.values() if i.status == "active")
        return sorted(i.id for i in active if self.datasets(i) <= set(bound))

    def datasets(self, indicator: Indicator) -> set[str]:
        """The datasets that an indicator reads in any of its versions, through others where it is made of them."""
        involved = self.registry.involved([indicator.id], self.catalog)
        return {name for one in involved if not self.registry.made_of(one) for name in self._own_datasets(one)}

    def _own_datasets(self, indicator: Indicator) -> set[str]:
        rows = self.registry.rows_of(indicator)
        if rows is not None:
            return {rows}
        assert indicator.students is not None and indicator.orgs is not None
        facts = (f.dataset for f in indicator.facts)
        return {indicator.students, self.catalog.orgs[indicator.orgs].dataset, *facts}

    def indicator(self, name: str) -> Indicator:
        """An indicator by its id, or one version by id@N. Raises UsageError that says whether it is unknown or its spec has
        problems."""
        found = self.catalog.find(name)
        if found is not None:
            return found
        plain = name.partition("@")[0]
        newest = self.catalog.find(plain)
        if newest is not None:
            several = self.catalog.versions.get(plain, (newest,))
            known = ", ".join(f"{plain}@{one.major} ({one.version})" for one in several)
            raise UsageError(f"there is no '{name}': there are {known}")
        if plain in self.broken:
            raise UsageError(f"the spec of '{name}' has problems: run 'metricspec check' to see them")
        known = indicator_hint(name, self.catalog.indicators, self.registry.home(name))
        raise UsageError(f"unknown indicator '{name}': {known}")

    def framework_spec(self, name: str) -> Framework:
        """A framework by its id, in which a dash may stand for `_`. Raises UsageError where there is none."""
        found = self.catalog.frameworks.get(name.replace("-", "_"))
        if found is None:
            known = sorted(self.catalog.frameworks)
            raise UsageError(f"unknown framework '{name}': {hint(name.replace('-', '_'), known, 'there are')}")
        return found

    def framework(
        self,
        name: str,
        result: pd.DataFrame,
        orgs: Mapping[tuple[str, str], Mapping[str, bool | str]] | None = None,
        local: Mapping[tuple[str, str, str], str] | None = None,
    ) -> pd.DataFrame:
        """A framework composed from a Result of its indicators: indexes, designations and their reasons (frameworks.FRAME).

        `orgs` are attributes by (org, school year), such as {"charter": True}; `local` findings by (org, school year,
        priority). What is not given, the designations that need it cannot decide.
        """
        from metricspec.frameworks import Given, compose

        return compose(self.framework_spec(name), self.catalog, Given(result, None, orgs or {}, local))

    def prepare(
        self,
        indicators: Sequence[str],
        engine: Warehouse,
        data: Mapping[str, str | Path] | None = None,
        years: Sequence[str] = (),
    ) -> Prepared:
        """The plan for some indicators (none: all that can run) over the bound data, with `data` files put first.

        Raises UsageError for unknown names and for data that are not there.
        """
        files = {name: Path(path) for name, path in (data or {}).items()}
        given, said = overridden(absolute(self.binding, self.folder, files), files, self.catalog)
        bound = reached(given, engine, files)
        ids = list(dict.fromkeys(indicators)) or self.runnable(bound)
        if not ids:
            raise UsageError(
                "no indicator can run: no dataset is bound (name a project, or give files with --data; metricspec demo "
                "makes a project to learn from)"
            )
        for name in ids:
            self.indicator(name)
        said += notices(ids, self.catalog, years)
        compiler = self.compiler(engine.dialect, bound, laid_out=False)
        plan = compiler.plan(ids, tuple(years))
        for name in plan.reads:
            _demand(name, bound)
        lacking = missing_columns(bound, plan.reads, engine)
        if lacking:
            raise SpecError(lacking)
        return Prepared(compiler, plan, tuple(said), tuple(ids), given)

    def execute(
        self,
        indicators: Sequence[str],
        *,
        year: str | None = None,
        data: Mapping[str, str | Path] | None = None,
        progress: Progress | None = None,
        warehouse: Warehouse | None = None,
        trace: bool = False,
    ) -> Run:
        """Run indicators in a warehouse (default: the project's, else DuckDB in this process). `data` gives files for datasets;
        with `trace` the run tells what it read.

        Raises UsageError for unknown names, SpecError where the data cannot be read or what must not be missing is.
        """
        demand_school_year(year)
        with warehouse or self.connect() as engine:
            prepared = self.prepare(indicators, engine, data, (year,) if year else ())
            frame, quality = prepared.run(engine, progress)
            if year and frame.empty:
                years = school_years(engine, prepared.compiler.renderer, prepared.plan, self.catalog)
                raise UsageError(f"there is no result for {year}; the data have {', '.join(years) or 'no year'}")
            read = prepared.traced(engine, quality) if trace else None
        return Run(frame, quality, prepared.said, read)


def as_result(frame: pd.DataFrame) -> pd.DataFrame:
    """A Result in the types that every warehouse's has: numbers in double precision, and text; anything else as it is."""
    import pyarrow as pa

    if tuple(frame.columns) != RESULT:
        return frame
    typed = {name: pa.float64() if name in NUMBERS else pa.string() for name in RESULT}
    columns = {name: pa.array(frame[name], from_pandas=True).cast(kind) for name, kind in typed.items()}
    made: pd.DataFrame = pa.table(columns).to_pandas()
    return made


def _demand(name: str, bound: Mapping[str, BoundDataset]) -> None:
    """Raises UsageError where a dataset is not bound, or bound to a file that is not there."""
    if name not in bound:
        raise UsageError(
            f"dataset '{name}' is not bound: name a project whose binding has it, or give a file with --data {name}=PATH"
        )
    file = bound[name].file
    if file is not None and not Path(file).is_file():
        raise UsageError(f"dataset '{name}': there is no file {file} (give one with --data {name}=PATH)")
