"""Indicators out of use say since when, and what is made of them is warned of."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.model import Indicator
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document


def deprecation_problems(corpus: Corpus) -> Iterator[Problem]:
    for document in corpus.of_kind("indicator"):
        indicator = corpus.catalog.indicators[document.id]
        yield from _told(document, indicator)
        if indicator.status == "active":
            yield from _used(corpus, document, corpus.registry.made_of(indicator), "measure")
    for document in corpus.of_kind("framework"):
        names = tuple(corpus.catalog.frameworks[document.id].indicators)
        yield from _used(corpus, document, names, "framework")


def _told(document: Document, indicator: Indicator) -> Iterator[Problem]:
    if indicator.status == "deprecated" and indicator.deprecated is None:
        message = "the indicator is deprecated, and does not say since when"
        hint = "write: deprecated: {since: 2026-07-01, replacement: ...}"
        yield document.problem("MS216", message, "status", hint=hint)
    elif indicator.status != "deprecated" and indicator.deprecated is not None:
        message = f"it says since when it is deprecated, and its status is {indicator.status}"
        where = ("status",) if "status" in document.data else ("indicator",)
        yield document.problem("MS216", message, *where, hint="write: status: deprecated")


def _used(corpus: Corpus, document: Document, names: tuple[str, ...], *path: str) -> Iterator[Problem]:
    for name in names:
        other = corpus.catalog.indicators.get(name)
        if other is not None and other.status == "deprecated":
            message = f"{name} is {other.deprecation}"
            yield document.problem("MS217", message, *path, hint="a deprecated indicator may go", warn=True)
