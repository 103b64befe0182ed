"""A project that is ready to run: `metricspec.load()` gives one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler import Compiler
from metricspec.model import Binding, BoundDataset, Catalog
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.reading.suggest import hint
from metricspec.registry import Registry
from metricspec.running.binding import absolute, overridden
from metricspec.running.quality import Count, count_quality, stops
from metricspec.schoolyear import is_school_year
from metricspec.scopes import Expressions
from metricspec.sql.stage import Form
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Run:
    """A finished run: the Result as a DataFrame (columns of design: one row per indicator, org, year and group),
    the counts of what was missing or did not match, and a sentence for each choice made on the way."""

    result: pd.DataFrame
    quality: tuple[Count, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """A catalogue, a binding and a folder; `problems` are those of specs that were left out."""

    catalog: Catalog
    registry: Registry
    expressions: Expressions
    folder: Path
    binding: Binding | None = None
    problems: tuple[Problem, ...] = ()

    def with_binding(self, name: str) -> Project:
        found = self.catalog.bindings.get(name)
        if found is None:
            raise UsageError(f"unknown binding '{name}': {hint(name, self.catalog.bindings, 'there are')}")
        return replace(self, binding=found)

    def compiler(self, dialect: str = "duckdb", bound: Mapping[str, BoundDataset] | None = None) -> Compiler:
        binding = self.binding if bound is None else Binding("run", bound)
        return Compiler(self.catalog, self.registry, self.expressions, dialect, binding)

    def compile(self, indicator: str, dialect: str = "duckdb", form: Form | None = None) -> str:
        """SQL of one indicator, as one statement or a script of temporary tables (by default what suits the dialect)."""
        return self.compiler(dialect).compile(indicator, form)

    def run(
        self, *indicators: str, year: str | None = None, data: Mapping[str, str | Path] | None = None
    ) -> pd.DataFrame:
        """The Result of some indicators, or of every active indicator whose datasets are bound."""
        return self.execute(indicators, year=year, data=data).result

    def runnable(self, bound: Mapping[str, BoundDataset]) -> list[str]:
        """Active indicators whose datasets are all bound."""
        from metricspec.measure import RowMeasure

        names = []
        for indicator in self.catalog.indicators.values():
            measure = self.registry.measure_types[indicator.measure_type]
            if isinstance(measure, RowMeasure):
                wanted = {measure.dataset(indicator.measure)}
            else:
                assert indicator.students is not None and indicator.orgs is not None
                wanted = {
                    indicator.students,
                    self.catalog.orgs[indicator.orgs].dataset,
                    *(f.dataset for f in indicator.facts),
                }
            if indicator.status == "active" and wanted <= set(bound):
                names.append(indicator.id)
        return sorted(names)

    def execute(
        self,
        indicators: Sequence[str],
        *,
        year: str | None = None,
        data: Mapping[str, str | Path] | None = None,
        progress: Progress | None = None,
        warehouse: DuckDB | None = None,
    ) -> Run:
        """Run indicators in DuckDB. `data` gives files for datasets.

        Raises UsageError for unknown names, SpecError where the data cannot be read or what must not be missing is.
        """
        if year is not None and not is_school_year(year):
            raise UsageError(f"'{year}' is not a school year: write it as 2024-25")
        files = {name: Path(path) for name, path in (data or {}).items()}
        with warehouse or DuckDB() as engine:
            bound, said = overridden(
                absolute(self.binding, self.folder), files, self.catalog, engine, self.binding is not None
            )
            ids = list(dict.fromkeys(indicators)) or self.runnable(bound)
            if not ids:
                raise UsageError(
                    "no indicator can run: no dataset is bound (name a project, or give files with --data)"
                )
            compiler = self.compiler("duckdb", bound)
            plan = compiler.plan(ids, (year,) if year else ())
            self._demand_bound(compiler.columns, bound)
            tree = any(stage.name == "org_tree" for stage in plan.stages)
            head = [s for s in plan.stages if s.name.startswith("bound_") or s.name == "org_tree"]
            for stage in head:
                engine.make(stage, compiler.renderer)
            quality = count_quality(engine, compiler.renderer, self.catalog, compiler.columns, bound, tree=tree)
            stopping = stops(quality, self.catalog, bound)
            if stopping:
                raise SpecError(stopping)
            frame = engine.run(plan, compiler.renderer, progress, done=len(head))
        return Run(frame, quality, tuple(said))

    def _demand_bound(self, columns: Mapping[str, frozenset[str]], bound: Mapping[str, BoundDataset]) -> None:
        for name in columns:
            if name not in bound:
                raise UsageError(
                    f"dataset '{name}' is not bound: name a project whose binding has it, or give a file with --data {name}=PATH"
                )
            file = bound[name].file
            if file is not None and not Path(file).is_file():
                raise UsageError(f"dataset '{name}': there is no file {file} (give one with --data {name}=PATH)")
