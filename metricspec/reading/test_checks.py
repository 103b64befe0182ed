"""Tests speak of columns, codes, groups and results that exist, and expect something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metricspec.model import Dataset, Indicator
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document
from metricspec.reading.suggest import hint
from metricspec.reading.value_checks import value_problem
from metricspec.reading.yaml_nodes import Path

MOST_REPEATS = 10_000
MOST_ROWS = 100_000
RESULT_COLUMNS = (
    "indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group", "category",
    "statistic", "numerator", "denominator", "n", "value", "standard_error", "low", "high", "prior_numerator",
    "prior_denominator", "prior_n", "prior_value", "change", "status", "change_level", "rating", "suppressed",
    "prior_suppressed", "notes",
)  # fmt: skip


def test_problems(corpus: Corpus) -> Iterator[Problem]:
    for document in corpus.tests:
        yield from corpus.unknown(document, "indicator", document.id, "test")
        indicator = corpus.catalog.indicators.get(document.id)
        for number, case in enumerate(document.data["cases"]):
            here: Path = ("cases", number)
            if not case.get("expect") and not case.get("expect_absent"):
                message = f"the case '{case['name']}' expects nothing"
                yield document.problem("MS606", message, *here, "name", hint="add expect or expect_absent")
            if indicator is not None:
                yield from _case(corpus, document, indicator, case, here)


def _case(
    corpus: Corpus, document: Document, indicator: Indicator, case: Mapping[str, Any], here: Path
) -> Iterator[Problem]:
    tables: list[tuple[str, Path, Sequence[Mapping[str, Any]]]] = [
        (corpus.dataset_of(indicator), (*here, "rows"), case.get("rows", ()))
    ]
    for name, rows in case.get("datasets", {}).items():
        unknown = next(corpus.unknown(document, "dataset", name), None)
        if unknown is not None:
            yield Problem(unknown.code, unknown.message, document.key(*here, "datasets", name), unknown.hint)
        tables.append((name, (*here, "datasets", name), rows))
    for name, path, rows in tables:
        dataset = corpus.catalog.datasets.get(name)
        if dataset is not None:
            for index, row in enumerate(rows):
                yield from _row(corpus, document, dataset, row, (*path, index))
    repeats = [row.get("repeat", 1) for _, _, rows in tables for row in rows]
    if sum(times for times in repeats if isinstance(times, int)) > MOST_ROWS:
        message = f"the case '{case['name']}' has too many rows"
        yield document.problem("MS605", message, *here, "name", hint=f"at most {MOST_ROWS:,}, with those repeated")
    for key in ("expect", "expect_absent"):
        for index, row in enumerate(case.get(key, ())):
            yield from _expected(corpus, document, indicator, row, (*here, key, index))


def _row(corpus: Corpus, document: Document, dataset: Dataset, row: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    for name, value in row.items():
        column = dataset.columns.get(name)
        if name == "repeat":
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_REPEATS:
                message = f"'{document.written(*path, name)}' is not a number of rows"
                yield document.problem("MS605", message, *path, name, hint=f"1 to {MOST_REPEATS}")
        elif column is None:
            message = f"the dataset {dataset.id} has no column '{name}'"
            yield Problem("MS601", message, document.key(*path, name), hint(name, dataset.columns, "its columns", 40))
        else:
            codes = corpus.catalog.codes.get(column.codes or "")
            yield from value_problem(document, column, value, codes, *path, name)
    for role in ("student", "school", "org"):
        name = dataset.keys.get(role, "")
        if name and name not in row and not dataset.columns[name].has_default:
            message = f"the row has no '{name}'"
            yield document.problem(
                "MS607", message, *path, hint="say whose row it is; other columns take their defaults"
            )


def _expected(
    corpus: Corpus, document: Document, indicator: Indicator, row: Mapping[str, Any], path: Path
) -> Iterator[Problem]:
    groups, orgs = corpus.catalog.groups.get(indicator.groups), corpus.catalog.orgs.get(indicator.orgs or "")
    known: dict[str, tuple[str, ...]] = {}
    if groups is not None and groups.column is None:
        known["student_group"] = tuple(group.id for group in groups.groups)
    if orgs is not None:
        known["org_level"] = tuple(level.name for level in orgs.levels)
    for name, value in row.items():
        if name not in RESULT_COLUMNS:
            message = f"results have no column '{name}'"
            yield Problem("MS604", message, document.key(*path, name), hint(name, RESULT_COLUMNS, "they have", 40))
        elif name in known and value not in known[name]:
            message = f"the indicator has no {name} '{value}'"
            yield document.problem("MS604", message, *path, name, hint=hint(str(value), known[name], "it has", 20))
