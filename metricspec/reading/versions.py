"""Several versions of one indicator side by side: the newest in use has the plain id, the others id@N."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from metricspec.model import Indicator
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document
from metricspec.reading.reader import Reader

_VERSION = re.compile(r"^version:[ \t]*['\"]?(\d+)[.]", re.MULTILINE)
_STATUS = re.compile(r"^status:[ \t]*['\"]?(\w+)", re.MULTILINE)


def told_apart(documents: Sequence[Document], reader: Reader) -> list[Document]:
    """The documents, those of an older version (or of a newer draft) under id@N, N being the major number; tests that
    name the version with the plain id by it, as tests of the plain id. Two of one major number keep one name."""
    majors: dict[str, dict[int, bool]] = defaultdict(dict)
    for document in documents:
        if document.kind == "indicator" and (number := _major(document)) is not None:
            used = majors[document.id]
            used[number] = used.get(number, False) or _written(document, "status", _STATUS) != "draft"
    newest = {id_: max(used, key=lambda number: (used[number], number)) for id_, used in majors.items()}
    names = [_name(one, newest) for one in documents]
    return [_under(name, one, reader) for one, name in zip(documents, names, strict=True)]


def _under(name: str, document: Document, reader: Reader) -> Document:
    """A document by a name: the same each time, so that what is made of it may be kept."""
    if document.id == name:
        return document
    return reader.kept(f"named {name}", document, lambda: replace(document, id=name))


def apart(first: Document, second: Document) -> str:
    """How two documents of one id are told apart. Indicators of different versions are meant to stand side by side."""
    if second.kind != "indicator":
        return "give one of them another id"
    if _written(first, "version", _VERSION) != _written(second, "version", _VERSION):
        return "raise the first number of the newer one's version, as 1.3.0 to 2.0.0, or give one of them another id"
    return "give one of them another id, or another first number of its version"


def _written(document: Document, key: str, broken: re.Pattern[str]) -> str:
    """A word at the top of a document; of one that cannot be read, as far as its text shows it."""
    if document.nodes.data is not None:
        return str(document.data.get(key, ""))
    found = broken.search(document.nodes.text)
    return found[1] if found else ""


def _major(document: Document) -> int | None:
    found = re.match(r"\d{1,9}", _written(document, "version", _VERSION))
    return int(found[0]) if found else None


def _name(document: Document, newest: Mapping[str, int]) -> str:
    if document.kind == "indicator":
        major = _major(document)
        return document.id if major in (None, newest.get(document.id)) else f"{document.id}@{major}"
    if document.kind == "test":
        plain, _, number = document.id.partition("@")
        return plain if number == str(newest.get(plain)) else document.id
    return document.id


def side_by_side(indicators: Mapping[str, Indicator]) -> tuple[dict[str, Indicator], dict[str, tuple[Indicator, ...]]]:
    """The newest by their plain ids, and all versions of the ids that have several, oldest first and each as id@N."""
    newest = {id_: one for id_, one in indicators.items() if "@" not in id_}
    several: dict[str, list[Indicator]] = defaultdict(list)
    for id_, one in indicators.items():
        plain, at, _ = id_.partition("@")
        if at and plain in newest:
            several[plain].append(one)
    versions = {
        id_: tuple(sorted([*others, replace(newest[id_], id=f"{id_}@{newest[id_].major}")], key=lambda one: one.major))
        for id_, others in several.items()
    }
    return newest, versions


def version_problems(corpus: Corpus) -> Iterator[Problem]:
    """Versions in use must follow each other in time, and keep the unit; one out of use says since when."""
    indicators, versions = side_by_side(corpus.catalog.indicators)
    for id_, several in versions.items():
        used = [one for one in several if one.status != "draft"]
        for one, later in pairwise(used):
            yield from _follows(_document(corpus, id_, one), one, _document(corpus, id_, later), later)
        for one in several:
            yield from _alike(_document(corpus, id_, one), one, indicators[id_])


def _alike(document: Document, one: Indicator, newest: Indicator) -> Iterator[Problem]:
    hint = "numbers that are read otherwise are those of another indicator: give it an id of its own"
    for key in ("unit", "digits", "better"):
        ours, theirs = getattr(one, key), getattr(newest, key)
        if ours != theirs:
            message = f"{key} is {ours} in version {one.version} and {theirs} in version {newest.version}"
            where = key if key in document.data else "version"
            yield document.problem("MS215", message, where, hint=hint)


def _document(corpus: Corpus, id_: str, one: Indicator) -> Document:
    return corpus.documents.get(("indicator", one.id)) or corpus.documents["indicator", id_]


def _follows(older: Document, one: Indicator, newer: Document, later: Indicator) -> Iterator[Problem]:
    first = later.effective.first
    if first is None:
        message = f"version {one.version} stands beside this one, which does not say from which year on it applies"
        place = newer.at("effective") if "effective" in newer.data else newer.at("version")
        yield Problem("MS214", message, place, "write: effective: {from: ...}, the first school year of this version")
    elif one.effective.first is not None and one.effective.first >= first:
        message = f"version {one.version} never applies: {later.version} begins in {first}"
        yield older.problem("MS214", message, "effective", "from", hint=f"begin before {first}, or remove this version")
