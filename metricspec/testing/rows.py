"""The tables of a test case: rows filled with the datasets' defaults, and an org tree where none is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from metricspec.model import Catalog, Column, Dataset, Scalar, TestCase
from metricspec.problems import Problem
from metricspec.reading.suggest import hint

Row = Mapping[str, Scalar]
DISTRICT, NETWORK = "D1", "N1"


@dataclass(frozen=True)
class Table:
    """The rows of one dataset, in the columns that the plan reads."""

    dataset: Dataset
    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]


def case_tables(
    case: TestCase, read: Mapping[str, frozenset[str]], catalog: Catalog, orgs: str | None
) -> tuple[list[Table], list[Problem]]:
    """The tables that a plan reads (`read`: its columns by dataset), and what is wrong with the case's rows.

    `orgs` is the dataset of the org tree, None for indicators whose rows are published results.
    """
    problems = [_unread(case, name, read) for name in case.rows if name not in read]
    tables = []
    for name, wanted in read.items():
        dataset = catalog.datasets[name]
        rows: Iterable[Row] = case.rows.get(name, ())
        if name == orgs:
            years = _years(case, catalog, name)
            rows = _every_year(rows, dataset, years) if name in case.rows else _tree(case, catalog, years)
        columns = tuple(c for c in dataset.columns.values() if c.name in wanted)
        given = list(rows)
        problems += [*_same_key(case, dataset, given), *_unfilled(case, dataset, columns, given)]
        filled = tuple(tuple(row.get(c.name, c.default) for c in columns) for row in given)
        tables.append(Table(dataset, columns, filled))
    return tables, problems


def _unread(case: TestCase, name: str, read: Mapping[str, frozenset[str]]) -> Problem:
    message = f"the case '{case.name}' gives rows of {name}, which the indicator does not read"
    return Problem("MS610", message, case.place, hint(name, read, "it reads"))


def _described(row: Row) -> str:
    return ", ".join(f"{name}: {value}" for name, value in list(row.items())[:4])


def _unfilled(case: TestCase, dataset: Dataset, columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[Problem]:
    """A column that the plan reads and nobody fills, and an empty cell that would stop a run: once each."""
    for column in columns:
        lacking = next((r for r in rows if column.name not in r), None)
        if lacking is not None and not column.has_default:
            message = f"the case '{case.name}': a row of {dataset.id} has no '{column.name}' ({_described(lacking)})"
            yield Problem("MS608", message, case.place, "the column has no default, so say it in the row")
        empty = next((r for r in rows if r.get(column.name, column.default) is None), None)
        if empty is not None and empty is not lacking and column.missing == "error":
            message = f"the case '{case.name}': '{column.name}' of {dataset.id} is empty ({_described(empty)})"
            yield Problem("MS609", message, case.place, "it must not be missing: such data stops a run")


def _same_key(case: TestCase, dataset: Dataset, rows: Sequence[Row]) -> Iterator[Problem]:
    """The first two rows with one key: a dataset has one row for each."""
    seen = set()
    for row in rows:
        key = tuple(row.get(name, dataset.columns[name].default) for name in dataset.grain)
        if key in seen:
            names = ", ".join(f"{n}: {value}" for n, value in zip(dataset.grain, key, strict=True))
            message = f"the case '{case.name}': two rows of {dataset.id} have the same key ({names})"
            yield Problem("MS612", message, case.place, f"its key is {', '.join(dataset.grain)}")
            return
        seen.add(key)


def _years(case: TestCase, catalog: Catalog, orgs: str) -> list[str]:
    """The school years of all rows but the orgs' own."""
    years: set[str] = set()
    for name, rows in case.rows.items():
        year = catalog.datasets[name].keys.get("year") if name != orgs else None
        if year:
            default = catalog.datasets[name].columns[year].default
            years.update(str(row.get(year, default)) for row in rows)
    return sorted(years)


def _every_year(rows: Iterable[Row], dataset: Dataset, years: Sequence[str]) -> Iterator[Row]:
    """A row of an org without a year stands for every year of the case."""
    name = dataset.keys.get("year", "school_year")
    for row in rows:
        if name in row or not years:
            yield row
        else:
            yield from ({**row, name: year} for year in years)


def _tree(case: TestCase, catalog: Catalog, years: Sequence[str]) -> Iterator[Row]:
    """Every school named in the case, in one district of one network."""
    schools: set[str] = set()
    for name, rows in case.rows.items():
        key = catalog.datasets[name].keys.get("school", "")
        schools.update(str(row[key]) for row in rows if key in row)
    for year in years:
        yield _org(NETWORK, "network", year)
        yield {**_org(DISTRICT, "district", year), "org_type": "UD", "parent_id": NETWORK}
        for school in sorted(schools):
            yield {**_org(school, "school", year), "org_type": "ES", "parent_id": DISTRICT}


def _org(name: str, level: str, year: str) -> dict[str, Scalar]:
    return {
        "org_id": name,
        "school_year": year,
        "org_level": level,
        "org_name": None,
        "org_type": None,
        "charter": False,
        "alternative": False,
        "parent_id": None,
    }
