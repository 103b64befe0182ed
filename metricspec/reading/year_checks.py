"""Dated lists: years the right way round, and no entry that can never be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metricspec.model import Years
from metricspec.problems import Problem
from metricspec.reading.build_parts import years
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path
from metricspec.schoolyear import is_school_year

FIRST_WINS = ("status", "change", "grids")
LAST_WINS = ("privacy", "report", "rating", "small")


def year_problems(corpus: Corpus) -> Iterator[Problem]:
    for kind in ("group_set", "policy", "levels", "indicator", "framework"):
        for document in corpus.of_kind(kind):
            yield from _years(document)


def _years(document: Document) -> Iterator[Problem]:
    yield from _backwards(document, document.data, ())
    effective = document.data.get("effective", {})
    for number, year in enumerate(effective.get("except", ())):
        if year not in Years(effective.get("from"), effective.get("to")):
            message = f"{year} is not among the effective years"
            yield document.problem("MS404", message, "effective", "except", number, hint="remove it")
    if document.kind == "levels":
        for key in FIRST_WINS:
            yield from _never_used(document, key, document.data.get(key, ()))
    if document.kind == "framework":
        yield from _never_used(document, "index", document.data.get("index", ()))
    if document.kind == "policy":
        for key in LAST_WINS:
            yield from _never_used(document, key, document.data.get(key, ()))
    if document.kind == "indicator" and isinstance(document.data.get("compare"), list):
        yield from _never_used(document, "compare", document.data["compare"])


def _backwards(document: Document, node: Any, path: Path) -> Iterator[Problem]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            if isinstance(item, dict):
                yield from _backwards(document, item, (*path, number))
        return
    first, last = node.get("from"), node.get("to")
    written = all(isinstance(year, str) and is_school_year(year) for year in (first, last))
    if written and last < first:  # a measure may call other things from and to
        message = f"the years end ({last}) before they start ({first})"
        yield document.problem("MS403", message, *path, "to", hint="both years belong to the span; from comes first")
    for key, value in node.items():
        if isinstance(value, dict | list):
            yield from _backwards(document, value, (*path, key))


def _never_used(document: Document, key: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Entries hidden by one without conditions: by an earlier one, or in policies by a later one."""
    last_wins = document.kind == "policy"
    for number, entry in enumerate(entries):
        others = range(number + 1, len(entries)) if last_wins else range(number)
        for other in others:
            if _unconditional(entries[other]) and _covers(years(entries[other]), years(entry)):
                which = "a later entry wins" if last_wins else "an earlier entry is used first"
                message = f"this entry of '{key}' is never used: {which} (line {document.at(key, other).line})"
                yield document.problem(
                    "MS405",
                    message,
                    key,
                    number,
                    hint="put the general entry " + ("first" if last_wins else "last"),
                )
                break


def _unconditional(entry: Mapping[str, Any]) -> bool:
    return not any(key in entry for key in ("when", "groups", "org_levels"))


def _covers(wide: Years, narrow: Years) -> bool:
    starts = wide.first is None or (narrow.first is not None and wide.first <= narrow.first)
    return starts and (wide.last is None or (narrow.last is not None and narrow.last <= wide.last))
