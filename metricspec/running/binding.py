"""Which binding a run uses: the project's, the one named, or the one whose columns a given file has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from metricspec.compiler.bind import source
from metricspec.model import Binding, BoundDataset, Catalog
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.reading.paths import FOLDERS, leads_out, path_fault
from metricspec.reading.suggest import hint
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer
from metricspec.warehouse import Warehouse
from metricspec.warehouses.duckdb import DuckDB


def absolute(binding: Binding | None, folder: Path, given: Collection[str] = ()) -> dict[str, BoundDataset]:
    """The bound datasets with file paths made absolute against the project's folder.

    Raises SpecError where a file, links followed, lies outside of it: a project may be somebody else's. What is `given`
    otherwise is not looked at.
    """
    if binding is None:
        return {}
    for bound in binding.datasets.values():
        if (
            bound.file
            and bound.dataset not in given
            and (path_fault(bound.file) or leads_out(folder / bound.file, folder))
        ):
            message = f"the file of {bound.dataset} does not lie in the project's folder"
            hint_ = f"give it with --data {bound.dataset}=PATH, or name the folder it lies in in {FOLDERS}"
            raise SpecError([Problem("MS507", message, bound.at("file"), hint_)])
    return {
        name: replace(bound, file=str(folder / bound.file)) if bound.file else bound
        for name, bound in binding.datasets.items()
    }


def overridden(
    bound: Mapping[str, BoundDataset],
    files: Mapping[str, Path],
    catalog: Catalog,
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
        binding, chosen = _matching(dataset, path, catalog)
        found[dataset] = replace(chosen, file=str(path.resolve()), table=None, sql=None)
        said.append(f"{dataset}: read with the binding '{binding}', whose columns {path.name} has")
    return found, said


def reached(bound: Mapping[str, BoundDataset], warehouse: Warehouse, given: Iterable[str]) -> dict[str, BoundDataset]:
    """The bound datasets as the warehouse reads them: where it reads no files, a table of the dataset's name stands for
    one. Raises UsageError for files `given` with --data, which stand for no table."""
    if capabilities(warehouse.dialect).reads_files:
        warehouse.confine([one.file for one in bound.values() if one.file])
        return dict(bound)
    found = dict(bound)
    for name, one in bound.items():
        if one.file is not None:
            if name in given or (warehouse.attaches and Path(one.file).is_file()):
                warehouse.attach(name, one.file)
            elif warehouse.attaches:
                continue  # whoever reads it will be told that it is not there
            found[name] = replace(one, file=None, table=name)
    return found


def _columns(path: Path) -> set[str]:
    """The columns of a file."""
    bound = BoundDataset("", file=str(path))
    with DuckDB() as reader:
        return set(reader.columns(source(bound), f"reading {path}"))


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
    bound: Mapping[str, BoundDataset], reads: Mapping[str, Iterable[str]], warehouse: Warehouse
) -> list[Problem]:
    """Problems of files and tables that are not there, or lack columns which the binding names, before anything is
    computed."""
    problems = []
    for name, columns in reads.items():
        one = bound[name]
        try:
            there = physical_columns(one, warehouse)
        except SpecError as error:
            problems += [replace(problem, place=one.place) for problem in error.problems]
            continue
        wanted = required(one, sorted(columns))
        absent = [physical for physical in wanted if physical not in {column.lower() for column in there}]
        if absent:
            listed = ", ".join(f"'{physical}'" for physical in absent)
            what = f"{origin(one)} lacks what {name} is read from: {listed}"
            near = hint(absent[0], sorted(there), "it has", 40)
            problems.append(Problem("MS513", what, one.place, f"{near}; a column that is not kept: {{none: true}}"))
    return problems


def origin(bound: BoundDataset) -> str:
    """What a dataset is read from, for people."""
    if bound.file is not None:
        return f"the file {Path(bound.file).name}"
    return f"the table {bound.table}" if bound.table else f"the query of {bound.dataset}"


def physical_columns(bound: BoundDataset, warehouse: Warehouse) -> set[str]:
    """The columns that a dataset's file, table or query has. Raises SpecError where it cannot be read."""
    sql = Renderer(warehouse.dialect).text(f"SELECT * FROM {source(bound)} WHERE 1 = 0", physical=True)
    return set(warehouse.fetch(sql, f"reading {origin(bound)}")[0])


def _matching(dataset: str, path: Path, catalog: Catalog) -> tuple[str, BoundDataset]:
    columns = _columns(path)
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
