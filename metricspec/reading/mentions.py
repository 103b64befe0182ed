"""What a document mentions: the ids of other documents, where its schema says what a value must be (`x-reference`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metricspec.reading.corpus import NAMES
from metricspec.reading.document import Document
from metricspec.reading.schemas import Schemas
from metricspec.reading.yaml_nodes import Path

Schema = Mapping[str, Any]
LOOKUP = re.compile(r"\blookup\s*\(\s*([a-z][a-z0-9_.]*)", re.I)


@dataclass(frozen=True)
class Mention:
    """`kind` is what kind of thing is named: a kind of document, or column, group, org_level; `key` says that it is the
    last key of `path` and not the value there."""

    kind: str
    id: str
    path: Path
    key: bool = False


def mentions(document: Document, schemas: Schemas) -> Iterator[Mention]:
    """Everything that a document names, in the order of the file; lookups inside expressions too."""
    if isinstance(document.nodes.data, Mapping):
        yield from _mentions(schemas.schema(document.kind, document.data), document.data, ())


def _mentions(schema: Schema, value: Any, path: Path) -> Iterator[Mention]:
    if isinstance(value, Mapping):
        names = schema.get("propertyNames", {}).get("x-reference")
        for key, inner in value.items():
            if names:
                yield Mention(names, key, (*path, key), key=True)
            for one in below(schema, key):
                yield from _mentions(one, inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            for one in below(schema, at):
                yield from _mentions(one, inner, (*path, at))
    elif isinstance(value, str):
        kind = schema.get("x-reference")
        if kind and value not in schema.get("x-besides", ()):
            yield Mention(kind, value, path)
        if schema.get("x-expression"):
            yield from (Mention("lookup", found[1], path) for found in LOOKUP.finditer(value))


def below(schema: Schema, step: str | int) -> tuple[Schema, ...]:
    """The schemas of what stands under a key, or at a place of a list; items of a list that names things name them too."""
    found: list[Schema] = []
    if isinstance(step, int):
        if isinstance(items := schema.get("items"), Mapping):
            named = {key: schema[key] for key in ("x-reference", "x-besides") if key in schema}
            found.append({**named, **items})
    elif step in schema.get("properties", {}):
        found.append(schema["properties"][step])
    elif isinstance(more := schema.get("additionalProperties"), Mapping):
        found.append(more)
    for one in schema.get("anyOf", ()):
        found.extend(below(one, step))
    return tuple(found)


def schemas_at(schema: Schema, path: Path) -> tuple[Schema, ...]:
    """The schemas of the value at a path: more than one where there are alternatives."""
    found: tuple[Schema, ...] = (schema,)
    for step in path:
        found = tuple(inner for one in found for inner in below(one, step))
    return found


def _plain(id_: str) -> str:
    """An id without the number of a version: what mentions one version may depend on any, since they stand side by side."""
    return id_.partition("@")[0]


def dependents(documents: Iterable[Document], schemas: Schemas, changed: Iterable[Document]) -> frozenset[str]:
    """The files of documents that changed, and of all that mention them, through others too; and of those that mention
    what is not there, for it may have been there before the change."""
    every = list(documents)
    there = {(document.kind, _plain(document.id)) for document in every}
    users: dict[tuple[str, str], list[Document]] = {}
    waiting = list(changed)
    for document in every:
        for one in mentions(document, schemas):
            if one.kind in NAMES:
                named = one.kind, _plain(one.id)
                users.setdefault(named, []).append(document)
                waiting += [document] if named not in there else []
    files = {document.file for document in waiting}
    while waiting:
        document = waiting.pop()
        for user in users.get((document.kind, _plain(document.id)), ()):
            if user.file not in files:
                files.add(user.file)
                waiting.append(user)
    return frozenset(files)
