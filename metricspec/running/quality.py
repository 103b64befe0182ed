"""What every run reports: rows that matched no org, values that could not be read, missing values; all counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metricspec.compiler.quality import Check, quality_stage
from metricspec.model import BoundDataset, Catalog
from metricspec.problems import Place, Problem
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Plan, Renderer
from metricspec.warehouse import Warehouse

# Counts of fewer rows than this are not told in messages: they can stand for single students of a small school.
ENOUGH = 100


@dataclass(frozen=True)
class Count:
    """How many rows of a dataset a check found."""

    dataset: str
    column: str
    what: str
    rows: int
    of: int


def count_quality(
    warehouse: Warehouse,
    renderer: Renderer,
    catalog: Catalog,
    columns: Mapping[str, frozenset[str]],
    bound: Mapping[str, BoundDataset],
    *,
    tree: str,
) -> tuple[Count, ...]:
    """Counts for each dataset of a plan that is being run; its org tree stands in the warehouse already, as `tree`."""
    counts: list[Count] = []
    for name, wanted in columns.items():
        dataset = catalog.datasets[name]
        sieved = capabilities(renderer.dialect).bitmaps
        stage, checks = quality_stage(dataset, bound[name], catalog, wanted, tree=tree, sieved=sieved)
        (row,) = warehouse.rows(renderer.stage(stage), f"counting what is missing in {name}")
        counts.extend(_count(check, int(value), int(row[0])) for check, value in zip(checks, row, strict=True))
    return tuple(c for c in counts if c.rows or c.what == "rows")


def _count(check: Check, rows: int, of: int) -> Count:
    return Count(check.dataset, check.column, check.what, rows, of)


def stops(counts: tuple[Count, ...], catalog: Catalog, bound: Mapping[str, BoundDataset]) -> list[Problem]:
    """Problems that stop a run: missing values where the dataset says that missing is an error."""
    problems = []
    for count in counts:
        if count.what == "rows" and not count.rows:
            message = f"{count.dataset} has no rows, and nobody would seem to have anything in it"
            hint = "fill the table, or mend what the binding reads (table, sql, where)"
            problems.append(Problem("MS523", message, bound[count.dataset].place or Place(), hint))
        if count.what == "duplicate" and "student" not in catalog.datasets[count.dataset].keys:
            message = f"rows of {count.dataset} are there twice{_many(count)}: one row for each "
            message += ", ".join(catalog.datasets[count.dataset].grain)
            hint = "every number of a doubled row would count twice: mend the data or the binding's where"
            problems.append(Problem("MS512", message, bound[count.dataset].place or Place(), hint))
        column = catalog.datasets[count.dataset].columns.get(count.column)
        if count.what == "missing" and column is not None and column.missing == "error":
            place = bound[count.dataset].place or Place()
            problems.append(
                Problem(
                    "MS510",
                    f"rows of {count.dataset} have no {count.column} that can be read, and it must not be missing{_many(count)}",
                    place,
                    "check the binding's column and codes for it, or say in the dataset what missing means",
                )
            )
    return problems


def _many(count: Count) -> str:
    """How many, where there are enough rows that no student is told of."""
    return f" ({count.rows:,} of {count.of:,})" if count.rows >= ENOUGH else ""


def missing_facts(warehouse: Warehouse, renderer: Renderer, demanded: Sequence[tuple[str, str]]) -> list[Problem]:
    """Problems where a student has no value of a fact that says `missing: error`; (stage, fact) by stage."""
    problems = []
    for stage, fact in demanded:
        sql = f'SELECT COUNT(*), COUNT(CASE WHEN "{fact}" IS NULL THEN 1 END) FROM "{stage}"'
        ((of, rows),) = warehouse.rows(renderer.text(sql), f"counting what is missing in {fact}")
        if rows:
            message = (
                f"students have no {fact}, which must not be missing{_many(Count(stage, fact, 'missing', rows, of))}"
            )
            problems.append(Problem("MS511", message, hint="complete the data, or say in the fact what missing means"))
    return problems


def school_years(warehouse: Warehouse, renderer: Renderer, plan: Plan, catalog: Catalog) -> list[str]:
    """The school years in the datasets that a plan reads; their bound stages stand in the warehouse."""
    found: set[str] = set()
    for name, columns in plan.reads.items():
        year = catalog.datasets[name].keys.get("year")
        if year in columns:
            sql = renderer.text(f'SELECT DISTINCT "{year}" FROM "bound_{name}"')
            rows = warehouse.rows(sql, f"reading the years of {name}")
            found.update(str(value) for (value,) in rows if value is not None)
    return sorted(found)
