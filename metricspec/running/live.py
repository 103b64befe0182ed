"""What a binding finds in the warehouse, dataset by dataset: nothing of a single student is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metricspec.compiler import coverage
from metricspec.compiler.bind import bound_stage
from metricspec.compiler.quality import Check, quality_stage
from metricspec.compiler.students import TREE, tree_stage
from metricspec.model import BoundColumn, BoundDataset, Catalog, Column, Dataset
from metricspec.problems import SpecError, UsageError
from metricspec.running.binding import origin
from metricspec.running.live_findings import WEIGHTS, Finding, Findings, rows_of
from metricspec.running.live_sources import Source, find_source
from metricspec.running.live_words import LEAST
from metricspec.schoolyear import is_school_year
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Plan, Renderer, Stage
from metricspec.warehouse import Progress, Rows, Warehouse
from metricspec.warehouses.messages import without_values

SHOWN = 10  # unknown values told of a column
ORG = "org"
OF_ORG = frozenset(("org_id", "school_year", "org_level"))
PARTS = ("its source", "its rows", "its codes", "its years")


@dataclass(frozen=True)
class Checked:
    """A dataset as the binding finds it. `days`: first and last month; `sampled`: of how many rows at most."""

    dataset: str
    origin: str
    rows: int | None = None
    years: tuple[str, ...] = ()
    days: tuple[str, str] | None = None
    findings: tuple[Finding, ...] = ()
    sampled: int | None = None


def check_live(
    catalog: Catalog,
    bound: Mapping[str, BoundDataset],
    warehouse: Warehouse,
    *,
    sample: int | None = None,
    progress: Progress | None = None,
) -> list[Checked]:
    """Every bound dataset in turn; what is wrong with one does not keep the others from being checked.

    Raises UsageError where rows are to be sampled and the engine cannot.
    """
    if sample and not capabilities(warehouse.dialect).samples:
        raise UsageError(f"{warehouse.title} takes no sample of rows: leave out --sample")
    sources = {}
    for at, (name, one) in enumerate(bound.items()):
        if progress:
            progress(at, len(bound) * len(PARTS), f"{name}: {PARTS[0]}")
        sources[name] = find_source(catalog.datasets[name], one, warehouse)
    known = ORG in bound and sources[ORG].readable and sources[ORG].columns >= OF_ORG
    tree = _tree(catalog.datasets[ORG], bound[ORG], sources[ORG]) if known else ()
    found = []
    for at, (name, one) in enumerate(bound.items()):
        check = _Check(catalog.datasets[name], one, sources[name], catalog, warehouse, tree, sample)
        found.append(check.run(_steps(progress, len(bound), at)))
    return found


def _steps(progress: Progress | None, datasets: int, at: int) -> Progress:
    """Progress of one dataset's later parts among those of all."""

    def step(part: int, _: int, sentence: str) -> None:
        if progress:
            progress(datasets + at * (len(PARTS) - 1) + part - 1, datasets * len(PARTS), sentence)

    return step


def _tree(dataset: Dataset, bound: BoundDataset, source: Source) -> tuple[Stage, Stage]:
    """The steps that make the tree of schools; columns that are not there are empty."""
    first = bound_stage(dataset, _without(bound, dataset, source.columns), dataset.columns)
    return first, tree_stage(first.name)


def _without(bound: BoundDataset, dataset: Dataset, there: Iterable[str]) -> BoundDataset:
    """The dataset with the columns that cannot be read taken as not kept."""
    lost = {name: BoundColumn() for name in dataset.columns if name not in set(there)}
    return replace(bound, columns={**bound.columns, **lost})


@dataclass(frozen=True)
class _Check:
    """The check of one dataset."""

    dataset: Dataset
    bound: BoundDataset
    source: Source
    catalog: Catalog
    warehouse: Warehouse
    tree: tuple[Stage, ...]
    sample: int | None

    @property
    def found(self) -> Findings:
        return Findings(self.dataset, self.bound, self._values)

    def run(self, progress: Progress) -> Checked:
        name, findings = self.dataset.id, [Finding("error", problem) for problem in self.source.problems]
        if not self.source.readable:
            return Checked(name, origin(self.bound), findings=tuple(findings))
        read = coverage.sampled(self.bound, self.sample) if self.sample else self.bound
        progress(1, 0, f"{name}: {PARTS[1]}")
        rows, counted = self._counts(read)
        findings += counted
        years: tuple[str, ...] = ()
        days = None
        if rows:
            progress(2, 0, f"{name}: {PARTS[2]}")
            findings += self._codes(read)
            progress(3, 0, f"{name}: {PARTS[3]}")
            years, wrong = self._years(read)
            findings += wrong
            days = self._days(read)
        findings.sort(key=lambda one: WEIGHTS.index(one.weight))
        return Checked(name, origin(self.bound), rows, years, days, tuple(findings), self.sample)

    def _rows(self, sql: str, what: str) -> tuple[Rows, str]:
        """A query's rows, or what the engine said, without any value of the data."""
        try:
            return self.warehouse.rows(sql, f"{self.dataset.id}: {what}"), ""
        except SpecError as error:
            self.warehouse.recover()
            return [], without_values(error.problems[0].message, sql)

    def _query(self, sql: str, what: str) -> tuple[Rows, str]:
        return self._rows(Renderer(self.warehouse.dialect).text(sql, physical=True), what)

    def _counts(self, read: BoundDataset) -> tuple[int | None, list[Finding]]:
        """One scan for everything that is counted; where the engine stops at a value, one scan for each column."""
        counts, said = self._scan(read, sorted(self.source.columns))
        if counts:
            return rows_of(counts), list(self.found.counted(counts))
        findings: list[Finding] = []
        rows: int | None = None
        for name in sorted(self.source.columns):
            counts, why = self._scan(read, [name], whole=False)
            if counts:
                rows = rows_of(counts)
                findings += self.found.counted(counts)
            else:
                findings.append(self.found.stopped(name, why))
        if not any(one.weight == "error" for one in findings):  # no column by itself
            findings.append(self.found.one("error", "MS514", f"its rows cannot be counted ({said})", "sql", "where"))
        return rows, findings

    def _scan(self, read: BoundDataset, names: Sequence[str], *, whole: bool = True) -> tuple[dict[Check, int], str]:
        """What one scan counts, or why it was stopped. Rows that are there twice are told by the whole grain, of all rows."""
        whole = whole and set(self.dataset.grain) <= self.source.columns
        dataset = self.dataset if whole else replace(self.dataset, grain=tuple(names)[:1])
        orgs = bool(self.tree) and whole and "student" in self.dataset.keys
        kept = _without(read, self.dataset, self.source.columns)
        stage, checks = quality_stage(
            dataset,
            kept,
            self.catalog,
            names,
            tree=TREE if orgs else "",
            sieved=capabilities(self.warehouse.dialect).bitmaps,
        )
        sql = Renderer(self.warehouse.dialect).statement(Plan((*(self.tree if orgs else ()), stage)))
        rows, said = self._rows(sql, "counting rows")
        twice = whole and not self.sample
        counts = {check: int(value) for row in rows for check, value in zip(checks, row, strict=True)}
        return {check: value for check, value in counts.items() if twice or check.what != "duplicate"}, said

    def _values(self, column: Column) -> str:
        """The most frequent unknown values, where the column's values are listed and many rows have them."""
        if not coverage.coded(column, self.bound):
            return ""
        sql = coverage.unknown_codes(column, self.bound, self.catalog, LEAST, SHOWN)
        rows, _ = self._query(sql, f"unknown codes of {column.name}")
        listed = ", ".join(f"'{value}' ({int(number):,})" for value, number in rows)
        return f": {listed}" if listed else f"; no such value has {LEAST} rows"

    def _codes(self, read: BoundDataset) -> Iterator[Finding]:
        """Codes that never occur."""
        never: list[str] = []
        for name in sorted(self.source.columns):
            column = self.dataset.columns[name]
            if column.codes and coverage.coded(column, self.bound):
                rows, said = self._query(coverage.used_codes(column, read, self.catalog), f"codes of {name}")
                seen = {str(value) for (value,) in rows}
                unused = [code for code in self.catalog.codes[column.codes].names if code not in seen]
                if unused and not said:
                    never.append(f"{name} {', '.join(unused)}")
        if never:
            yield self.found.one("note", "", f"codes that no row has: {'; '.join(never)}")

    def _years(self, read: BoundDataset) -> tuple[tuple[str, ...], list[Finding]]:
        name = self.dataset.keys.get("year", "")
        if name not in self.source.columns:
            return (), []
        rows, _ = self._query(coverage.years(self.dataset, read), "its school years")
        found = [(str(year), int(number)) for year, number in rows]
        return tuple(year for year, _ in found if is_school_year(year)), self.found.years(name, found, SHOWN)

    def _days(self, read: BoundDataset) -> tuple[str, str] | None:
        """The first and the last month of all dates: a month tells of no student."""
        given = {name: self.bound.columns.get(name) for name in self.source.columns}
        kept = [name for name, one in given.items() if one is None or not one.kept_nowhere]
        dated = [self.dataset.columns[name] for name in kept if self.dataset.columns[name].type == "date"]
        rows, _ = self._query(coverage.days(dated, read), "its dates") if dated else ([], "")
        months = sorted(str(day)[:7] for row in rows for day in row if day is not None)
        return (months[0], months[-1]) if months else None
