"""Bindings name datasets and columns that exist, and say where each comes from in one way."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from metricspec.model import Dataset
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document
from metricspec.reading.paths import path_fault
from metricspec.reading.suggest import hint
from metricspec.reading.value_checks import value_problem
from metricspec.sql.physical import expression_fault, query_fault, table_fault

OUTSIDE = "name it from the project's folder, as data/days.csv; other files are given with --data"
SOURCES = ("file", "table", "sql")
FORMS = ("column", "sql", "constant", "none")
FAULTS = MappingProxyType({"table": table_fault, "sql": query_fault, "where": expression_fault})


def binding_problems(corpus: Corpus) -> Iterator[Problem]:
    for document in corpus.of_kind("binding"):
        for name, block in document.data["datasets"].items():
            here = ("datasets", name)
            unknown = next(corpus.unknown(document, "dataset", name), None)
            if unknown is not None:
                yield Problem(unknown.code, unknown.message, document.key(*here), unknown.hint)
            given = [key for key in SOURCES if key in block]
            if len(given) != 1:
                what = f"both {' and '.join(given)}" if given else "neither file nor table nor sql"
                message = f"the dataset '{name}' has {what}"
                yield Problem("MS501", message, document.key(*here), "say in one way where the rows are")
            yield from _sql(document, name, block)
            fault = path_fault(block["file"]) if isinstance(block.get("file"), str) else None
            if fault is not None:
                yield document.problem("MS507", f"file: {fault}", *here, "file", hint=OUTSIDE)
            dataset = corpus.catalog.datasets.get(name)
            if dataset is not None:
                yield from _columns(corpus, document, dataset, block)


def _sql(document: Document, name: str, block: dict[str, Any]) -> Iterator[Problem]:
    """SQL and names that become part of statements."""
    here: tuple[str | int, ...] = ("datasets", name)
    written = [(key, block[key], fault, (*here, key)) for key, fault in FAULTS.items() if key in block]
    for column, given in block.get("columns", {}).items():
        if isinstance(given, dict) and isinstance(given.get("sql"), str):
            written.append(("sql", given["sql"], expression_fault, (*here, "columns", column, "sql")))
    for key, text, fault, path in written:
        found = fault(text)
        if found is not None:
            yield document.problem("MS505", f"{key}: {found}", *path)


def _columns(corpus: Corpus, document: Document, dataset: Dataset, block: dict[str, Any]) -> Iterator[Problem]:
    here = ("datasets", dataset.id)
    for section in ("columns", "codes"):
        for name in block.get(section, {}):
            if name not in dataset.columns:
                known = hint(name, dataset.columns, f"columns of {dataset.id}")
                message = f"the dataset {dataset.id} has no column '{name}'"
                yield Problem("MS502", message, document.key(*here, section, name), known)
    for name, written in block.get("columns", {}).items():
        if name in dataset.columns and not isinstance(written, str):
            yield from _column(corpus, document, dataset, name, written)
    for name, codes in block.get("codes", {}).items():
        column = dataset.columns.get(name)
        if column is None:
            continue
        if column.type not in ("code", "boolean", "string"):
            message = f"'{name}' is of type {column.type} and takes no codes"
            yield Problem(
                "MS504",
                message,
                document.key(*here, "codes", name),
                "only code, boolean and string columns do",
            )
            continue
        listed = corpus.catalog.codes.get(column.codes or "")
        for raw, code in codes.items():
            yield from value_problem(document, column, code, listed, *here, "codes", name, raw)


def _column(
    corpus: Corpus, document: Document, dataset: Dataset, name: str, block: dict[str, Any]
) -> Iterator[Problem]:
    here = ("datasets", dataset.id, "columns", name)
    column = dataset.columns[name]
    given = [key for key in FORMS if key in block]
    if len(given) != 1:
        what = f"both {' and '.join(given)}" if given else "none of column, sql, constant, none"
        yield Problem(
            "MS501",
            f"the column '{name}' has {what}",
            document.key(*here),
            "say in one way where it comes from",
        )
    if "format" in block and (column.type != "school_year" or "column" not in block):
        message = "a format is for columns of type school_year that are read from a column"
        yield Problem("MS504", message, document.key(*here, "format"), "remove it")
    if "constant" in block:
        codes = corpus.catalog.codes.get(column.codes or "")
        yield from value_problem(document, column, block["constant"], codes, *here, "constant")
    if "none" in block and (name in dataset.grain or name in dataset.keys.values()):
        message = f"'{name}' names the rows of {dataset.id} and cannot be missing"
        yield Problem("MS503", message, document.key(*here), "name its column, or give it a constant")
