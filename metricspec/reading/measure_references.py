"""What a measure block names leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metricspec.measure import MomentMeasure
from metricspec.model import Indicator
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus, unknown_name
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path


def measure_references(
    corpus: Corpus, document: Document, schema: Mapping[str, Any], block: Any, path: Path
) -> Iterator[Problem]:
    """What a measure block names, at any depth, where its schema says what it must be: `x-reference` a kind of document,
    or a student group of the indicator's group set (`x-besides`: words that stand for no group); `x-directed`: an
    indicator of which higher or lower is better. An indicator that is named has whole values."""
    kind = schema.get("x-reference")
    if isinstance(block, Mapping):
        properties: Mapping[str, Any] = schema.get("properties", {})
        for key, value in block.items():
            yield from measure_references(corpus, document, properties.get(key, {}), value, (*path, key))
    elif isinstance(block, list):
        for at, value in enumerate(block):
            yield from measure_references(corpus, document, schema.get("items", {}), value, (*path, at))
    elif kind == "group" and isinstance(block, str) and block not in schema.get("x-besides", ()):
        yield from _group_named(corpus, document, block, path)
    elif kind and kind != "group" and isinstance(block, str):
        yield from corpus.unknown(document, kind, block, *path)
        other = corpus.catalog.indicators.get(block)
        if schema.get("x-directed") and other is not None and other.better == "none":
            message = f"{block} says of no direction that it is better, so nothing is lowest or highest"
            yield document.problem("MS110", message, *path, hint="write better: higher or lower in its spec")
        if other is not None and _only_parts(corpus, other):
            message = f"{block} has a value for each part of a whole, and none of the whole"
            yield document.problem("MS110", message, *path, hint="name an indicator with one value, such as a rate")


def _only_parts(corpus: Corpus, indicator: Indicator) -> bool:
    """Whether all its results are parts of a whole: nothing can be made of them, for a measure takes whole values."""
    measure = corpus.measure_types[indicator.measure_type]
    if not isinstance(measure, MomentMeasure):
        return False
    return all(one.category or one.statistic for one in measure.estimates(indicator.measure))


def _group_named(corpus: Corpus, document: Document, name: str, path: Path) -> Iterator[Problem]:
    """A student group that the indicator's group set does not have; one made of a column's values lists none."""
    groups = corpus.catalog.groups.get(str(document.data.get("groups", "")))
    if groups is not None and not groups.column:
        yield from unknown_name(document, "student group", name, tuple(g.id for g in groups.groups), *path)
