"""Which binding a run uses: the project's, the one named, or the one whose columns a given file has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from metricspec.model import Binding, BoundDataset, Catalog
from metricspec.problems import Problem, UsageError
from metricspec.reading.suggest import hint
from metricspec.warehouses.duckdb import DuckDB


def absolute(binding: Binding | None, folder: Path) -> dict[str, BoundDataset]:
    """The bound datasets with file paths made absolute against the project's folder."""
    if binding is None:
        return {}
    return {
        name: replace(bound, file=str(folder / bound.file)) if bound.file else bound
        for name, bound in binding.datasets.items()
    }


def overridden(
    bound: Mapping[str, BoundDataset],
    files: Mapping[str, Path],
    catalog: Catalog,
    warehouse: DuckDB,
) -> tuple[dict[str, BoundDataset], list[str]]:
    """The bound datasets with some files given on the command line, and a sentence for each choice made.

    A dataset that the project (or the named binding) binds keeps its column map; any other takes the one shipped
    binding whose columns the file has. Raises UsageError where there is no file, no such binding, or several.
    """
    found, said = dict(bound), []
    for dataset, path in files.items():
        if dataset not in catalog.datasets:
            raise UsageError(f"--data: unknown dataset '{dataset}': {hint(dataset, catalog.datasets, 'there are')}")
        if not path.is_file():
            raise UsageError(f"--data {dataset}: there is no file {path}")
        if dataset in found:
            found[dataset] = replace(found[dataset], file=str(path.resolve()), table=None, sql=None)
            continue
        binding, chosen = _matching(dataset, path, catalog, warehouse)
        found[dataset] = replace(chosen, file=str(path.resolve()), table=None, sql=None)
        said.append(f"{dataset}: read with the binding '{binding}', whose columns {path.name} has")
    return found, said


def _columns(path: Path, warehouse: DuckDB) -> set[str]:
    name = str(path).replace("'", "''")
    call = "read_parquet" if path.suffix in (".parquet", ".pq") else "read_csv"
    extra = "" if call == "read_parquet" else ", all_varchar = true, header = true"
    return {str(row[0]) for row in warehouse.rows(f"DESCRIBE SELECT * FROM {call}('{name}'{extra})", f"reading {path}")}


def _fits(bound: BoundDataset, columns: set[str], catalog: Catalog) -> bool:
    return set(required(bound, catalog.datasets[bound.dataset].columns)) <= {c.lower() for c in columns}


def required(bound: BoundDataset, names: Iterable[str]) -> list[str]:
    """The physical columns, in lower case, that the binding needs for some columns."""
    import sqlglot
    from sqlglot import exp

    wanted: dict[str, None] = {}
    texts = [bound.where] if bound.where else []
    for name in names:
        column = bound.columns.get(name)
        if column is None:
            wanted[name.lower()] = None
        elif column.column is not None:
            wanted[column.column.lower()] = None
        elif column.sql is not None:
            texts.append(column.sql)
    for text in texts:
        found = sqlglot.parse_one(text, read="duckdb").find_all(exp.Column)
        wanted.update(dict.fromkeys(one.name.lower() for one in found))
    return list(wanted)


def missing_columns(
    bound: Mapping[str, BoundDataset], reads: Mapping[str, Iterable[str]], warehouse: DuckDB
) -> list[Problem]:
    """Problems of files that lack columns which the binding names, before anything is computed."""
    problems = []
    for name, columns in reads.items():
        one = bound[name]
        if one.file is None:
            continue
        there = _columns(Path(one.file), warehouse)
        wanted = required(one, sorted(columns))
        absent = [physical for physical in wanted if physical not in {column.lower() for column in there}]
        if absent:
            listed = ", ".join(f"'{physical}'" for physical in absent)
            what = f"the file {Path(one.file).name} lacks what {name} is read from: {listed}"
            near = hint(absent[0], sorted(there), "it has", 40)
            problems.append(Problem("MS513", what, one.place, f"{near}; a column that is not kept: {{none: true}}"))
    return problems


def _matching(dataset: str, path: Path, catalog: Catalog, warehouse: DuckDB) -> tuple[str, BoundDataset]:
    columns = _columns(path, warehouse)
    itself = BoundDataset(dataset, file=str(path))
    if _fits(itself, columns, catalog):
        return "its own column names", itself
    offers = [(b.id, b.datasets[dataset]) for b in catalog.bindings.values() if dataset in b.datasets]
    fitting = [(name, bound) for name, bound in offers if _fits(bound, columns, catalog)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(name for name, _ in (fitting or offers)) or "none"
    why = "several bindings fit it" if fitting else "no binding has the columns of"
    raise UsageError(f"--data {dataset}: {why} {path.name}; name one with --binding (there are: {names})")
