"""Which columns the expression at a path of a document sees, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from metricspec.editor.desk import Desk
from metricspec.model import Catalog, Column, Dataset
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path
from metricspec.scopes import LEVEL_COLUMNS, ORG_COLUMNS, SCHOOL_COLUMNS, Expressions

FACT = "fact"


@dataclass(frozen=True)
class Seen:
    """`of` is the dataset that a column belongs to, FACT for a fact of the indicator, else empty."""

    column: Column
    of: str = ""


def columns_at(desk: Desk, document: Document, path: Path) -> Mapping[str, Seen]:
    """The columns by name. Of an indicator that is not whole yet, what its written parts tell."""
    if document.kind == "indicator":
        return _indicator(desk.catalog, document, path)
    if document.kind == "levels":
        return {column.name: Seen(column) for column in LEVEL_COLUMNS}
    datasets = (one for one in desk.catalog.datasets.values() if "student" in one.keys)
    found = _of(datasets)
    return {**_plain(SCHOOL_COLUMNS), **found} if document.kind == "orgs" else found


def _plain(columns: Iterable[Column]) -> dict[str, Seen]:
    return {column.name: Seen(column) for column in columns}


def _of(datasets: Iterable[Dataset]) -> dict[str, Seen]:
    return {name: Seen(column, one.id) for one in datasets for name, column in one.columns.items()}


def _indicator(catalog: Catalog, document: Document, path: Path) -> dict[str, Seen]:
    written = document.data
    students = catalog.datasets.get(str(written.get("students")))
    own = _of([students] if students else [])
    facts = written.get("facts")
    facts = facts if isinstance(facts, dict) else {}
    if path[:1] == ("stints",):
        return {**_plain(SCHOOL_COLUMNS), **own}
    if path[:1] == ("facts",):
        block = facts.get(path[1]) if len(path) > 1 else None
        source = catalog.datasets.get(str(block.get("from"))) if isinstance(block, dict) else None
        return _of([source] if source else [])
    built = catalog.find(document.id)
    if built is not None and built.students == written.get("students") and students is not None:
        columns = Expressions(catalog).student_columns(built)
        found = {name: own.get(name, Seen(one)) for name, one in columns.items()}
    else:
        found = {name: one for name, one in own.items() if one.column.rollup}
    known = {name: one.column for name, one in found.items()}
    named = {name: Seen(known.get(name, Column(name, "number")), FACT) for name in facts}
    return {**found, **named, **_plain(ORG_COLUMNS)}
