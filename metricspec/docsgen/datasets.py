"""The page of datasets: the tables that indicators are written over, column by column."""

from __future__ import annotations

from metricspec.docsgen.markdown import code, listing, page, table
from metricspec.model import Catalog, Codes, Column, Dataset

INTRO = """The logical tables that indicators are written over. A [binding](../how-to/bind-your-warehouse.md) says where a district
keeps each of them. *Rollup* is how a student's rows at one org become one value; a column without it can be used under
`stints:` only. *Missing* is what an empty cell means; where nothing stands, it stays unknown."""


def _missing(column: Column) -> str:
    words = {"exclude": "", "error": "the run stops", True: "yes", False: "no"}
    return (
        words.get(column.missing, str(column.missing))
        if isinstance(column.missing, str | bool)
        else str(column.missing)
    )


def _type(column: Column) -> str:
    if column.codes:
        return f"code of [{column.codes}](#{column.codes})"
    return f"{column.type}({column.scale})" if column.type == "decimal" else column.type


def _dataset(dataset: Dataset) -> str:
    rows = [
        (code(name), _type(column), str(column.title), column.rollup or "", _missing(column))
        for name, column in dataset.columns.items()
    ]
    parts = [f"## {dataset.id}", str(dataset.title), str(dataset.description)]
    parts.append(f"One row for each: {', '.join(code(c) for c in dataset.grain)}.")
    if dataset.order:
        parts.append(f"Order of a student's rows: {', '.join(code(c) for c in dataset.order)}.")
    parts.append(table(("Column", "Type", "What it holds", "Rollup", "Missing"), rows))
    return "\n\n".join(part for part in parts if part)


def _codes(codes: Codes) -> str:
    order = "In this order they compare with `<` and `between`." if codes.ordered else ""
    values = listing(f"{code(value)} {title}" for value, title in codes.values)
    return "\n\n".join(part for part in (f"### {codes.id}", str(codes.title), order, values) if part)


def datasets_page(catalog: Catalog) -> str:
    lists = [_codes(catalog.codes[name]) for name in sorted(catalog.codes)]
    parts = [_dataset(catalog.datasets[name]) for name in sorted(catalog.datasets)]
    return page("Datasets", INTRO, [*parts, "## Code lists", *lists])
