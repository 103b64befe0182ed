"""What a spot of a document is about: another document, a name inside one, or a word of an expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metricspec.editor.columns import FACT, Seen, columns_at
from metricspec.editor.desk import Desk
from metricspec.editor.expressions import Word, word_at
from metricspec.editor.spots import Spot
from metricspec.reading.corpus import NAMES
from metricspec.reading.document import Document
from metricspec.reading.mentions import Mention, mentions, schemas_at
from metricspec.reading.yaml_nodes import Path


@dataclass(frozen=True)
class Thing:
    """What is spoken of, and where it is written: a path of a document, at its key or at its value.

    `seen` tells it for a column; `code` is a code of the list `document`.
    """

    document: Document | None
    path: Path
    at_key: bool = True
    seen: Seen | None = None
    name: str = ""


def mention_at(desk: Desk, spot: Spot) -> Mention | None:
    """What the key or value at a spot names."""
    schema = desk.schema(spot.document)
    if any(one.get("x-expression") for one in schemas_at(schema, spot.path)) and not spot.key:
        return None
    found = mentions(spot.document, desk.schemas)
    return next((one for one in found if one.path == spot.path and one.key == spot.key), None)


def expression_word(desk: Desk, spot: Spot, offset: int) -> Word | None:
    """The word of an expression at an offset of the text."""
    schemas = schemas_at(desk.schema(spot.document), spot.path)
    if spot.key or not any(one.get("x-expression") for one in schemas):
        return None
    return word_at(spot.document.nodes.text[spot.start : spot.end], offset - spot.start)


def things_at(desk: Desk, spot: Spot, offset: int) -> Iterator[Thing]:
    """What a spot is about; nothing where it names nothing that there is."""
    word = expression_word(desk, spot, offset)
    if word is not None:
        yield from _of_word(desk, spot, word)
        return
    mention = mention_at(desk, spot)
    if mention is None:
        return
    if mention.kind in NAMES:
        document = desk.named(mention.kind, mention.id)
        if document is not None:
            yield Thing(document, (mention.kind,), at_key=False, name=mention.id)
    elif mention.kind == "column":
        yield from _column(desk, spot, mention.id)
    elif mention.kind in ("group", "org_level"):
        yield from _name(desk, spot.document, mention)


def _of_word(desk: Desk, spot: Spot, word: Word) -> Iterator[Thing]:
    columns = columns_at(desk, spot.document, spot.path)
    if word.lookup:
        document = desk.documents.get(("lookup", word.text))
        if document is not None:
            yield Thing(document, ("lookup",), at_key=False, name=word.text)
    elif word.quoted:
        seen = columns.get(word.code_of)
        codes = desk.documents.get(("codes", seen.column.codes or "")) if seen else None
        if codes is not None:
            yield Thing(codes, ("values", word.text), name=word.text)
    elif word.text in columns:
        seen = columns[word.text]
        if seen.of == FACT:
            yield Thing(spot.document, ("facts", word.text), seen=seen, name=word.text)
        else:
            dataset = desk.documents.get(("dataset", seen.of or "org"))
            yield Thing(dataset, ("columns", word.text), seen=seen, name=word.text)


def _column(desk: Desk, spot: Spot, name: str) -> Iterator[Thing]:
    """A column that is named outside of expressions: of the dataset itself, or of the one that a binding speaks of."""
    document: Document | None = spot.document
    if spot.document.kind == "binding":
        document = desk.documents.get(("dataset", str(spot.path[1])))
    elif spot.document.kind != "dataset":
        having = (one.id for one in desk.catalog.datasets.values() if name in one.columns)
        document = desk.documents.get(("dataset", next(having, "")))
    if document is None:
        return
    dataset = desk.catalog.datasets.get(document.id)
    column = dataset.columns.get(name) if dataset else None
    yield Thing(document, ("columns", name), seen=Seen(column, document.id) if column else None, name=name)


def _name(desk: Desk, document: Document, mention: Mention) -> Iterator[Thing]:
    """A student group or org level: of the sets that the document names, else of any that has it."""
    kind, key, own = ("group_set", "groups", "groups") if mention.kind == "group" else ("orgs", "levels", "orgs")
    named = document.data.get(own) if document.kind == "indicator" else None
    for (of, id_), one in sorted(desk.documents.items()):
        if of == kind and named in (None, id_) and (key, mention.id) in one.nodes.keys:
            yield Thing(one, (key, mention.id), name=mention.id)
