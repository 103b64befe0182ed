"""What may be written at the cursor: keys that are allowed and not there yet, values, references, words of expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metricspec.editor.columns import columns_at
from metricspec.editor.desk import Desk
from metricspec.editor.expressions import FORMS, wanted_at_end
from metricspec.editor.hovers import about_key, measure_words
from metricspec.editor.spots import Gap, gap_at, value_at
from metricspec.reading.corpus import NAMES
from metricspec.reading.document import KINDS, Document
from metricspec.reading.mentions import schemas_at
from metricspec.reading.schemas import kind_schema
from metricspec.reporting.keys import value_words

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """What is shown and what it writes instead of the text from `start` to `end`; `sort` orders proposals."""

    label: str
    writes: str
    kind: str
    start: int
    end: int
    detail: str = ""
    says: str = ""
    sort: str = ""


def proposals_at(desk: Desk, file: str, text: str, offset: int) -> list[Proposal]:
    """Everything that may be written at an offset of a text, which may be broken."""
    gap = gap_at(file, text, offset)
    if gap is None:
        return [] if text.strip() else [_heading(0, len(text))]
    if gap.document is None:
        return list(_headings(gap)) if gap.key and not gap.path else []
    schema = desk.schema(gap.document)
    if gap.key:
        found = list(_keys(desk, gap, gap.document, schema))
        listed = [one for one in schemas_at(schema, gap.path) if one.get("type") != "object"]
        return found or list(_values(desk, gap, gap.document, listed))
    schemas = schemas_at(schema, gap.path)
    block = [one for one in schemas if "properties" in one]
    keys = list(_keys(desk, gap, gap.document, schema)) if block and _stands_alone(gap) else []
    return [*_values(desk, gap, gap.document, schemas), *keys]


def _stands_alone(gap: Gap) -> bool:
    """Whether the value starts a line, so that it may become a key of a block."""
    return not gap.nodes.text[gap.nodes.text.rfind("\n", 0, gap.start) + 1 : gap.start].strip(" -")


def _heading(start: int, end: int) -> Proposal:
    return Proposal("metricspec: 1", "metricspec: 1\n", "keyword", start, end, says="The first line of every document.")


def _headings(gap: Gap) -> Iterator[Proposal]:
    written = gap.nodes.data
    if "metricspec" not in written:
        yield _heading(gap.start, gap.end)
        return
    for kind in KINDS:
        yield Proposal(kind, f"{kind}: ", "class", gap.start, gap.end, "document", kind_schema(kind)["description"])


def _keys(desk: Desk, gap: Gap, document: Document, schema: Schema) -> Iterator[Proposal]:
    there = value_at(document.data, gap.path)
    there = there if isinstance(there, Mapping) else {}
    for block in schemas_at(schema, gap.path):
        required = block.get("required", ())
        for at, (name, inner) in enumerate(block.get("properties", {}).items()):
            if name not in there:
                detail = "required" if name in required else ""
                says = about_key(inner, name, required=bool(detail))
                sort = f"{0 if detail else 1}{at:03}"
                yield Proposal(name, _written(name, inner, gap), "property", gap.start, gap.end, detail, says, sort)
        kind = block.get("propertyNames", {}).get("x-reference")
        for id_, title in _names(desk, document, kind, gap) if kind else ():
            if id_ not in there:
                yield Proposal(id_, _written(id_, {}, gap), "reference", gap.start, gap.end, title)


def _written(name: str, schema: Schema, gap: Gap) -> str:
    """A key with what comes behind it: a space, or the start of a block or list."""
    if gap.colon:
        return name
    opens = {"object": f"{name}:\n  ", "array": f"{name}:\n  - "}
    kind = schema.get("type")
    return f"{name}: " if gap.flow or not isinstance(kind, str) else opens.get(kind, f"{name}: ")


def _values(desk: Desk, gap: Gap, document: Document, schemas: Any) -> Iterator[Proposal]:
    for schema in schemas:
        if schema.get("x-expression"):
            yield from _in_expression(desk, gap, document)
            continue
        if document.kind == "indicator" and gap.path == ("measure", "type"):
            for name, measure in desk.registry.measure_types.items():
                yield Proposal(name, name, "enum", gap.start, gap.end, "measure type", measure_words(measure))
        for value, says in value_words(schema):
            yield Proposal(value, value, "enum", gap.start, gap.end, says=says)
        kinds = schema.get("type", ())
        if kinds == "boolean":
            for value in ("true", "false"):
                yield Proposal(value, value, "enum", gap.start, gap.end)
        if "x-reference" in schema:
            for name, title in _names(desk, document, schema["x-reference"], gap):
                yield Proposal(name, name, "reference", gap.start, gap.end, title)
            for name in schema.get("x-besides", ()):
                yield Proposal(name, name, "enum", gap.start, gap.end)


def _names(desk: Desk, document: Document, kind: str, gap: Gap) -> Iterator[tuple[str, str]]:
    """What there is of a kind of thing, each with its title."""
    catalog = desk.catalog
    if kind in NAMES:
        yield from desk.ids(kind)
    elif kind == "column":
        id_ = str(gap.path[1]) if document.kind == "binding" and len(gap.path) > 1 else document.id
        dataset = catalog.datasets.get(id_)
        if dataset is not None:
            yield from ((column.name, column.type) for column in dataset.columns.values())
        elif document.kind == "dataset" and isinstance(written := document.data.get("columns"), Mapping):
            yield from ((name, "") for name in written)
    elif kind == "group":
        own = catalog.groups.get(str(document.data.get("groups"))) if document.kind == "indicator" else None
        sets = [own] if own else list(catalog.groups.values())
        yield from {group.id: str(group.title) for of in sets for group in of.groups}.items()
    elif kind == "org_level":
        yield from {level.name: of.id for of in catalog.orgs.values() for level in of.levels}.items()


def _in_expression(desk: Desk, gap: Gap, document: Document) -> Iterator[Proposal]:
    before = gap.before.lstrip('"|>- \n')
    wanted = wanted_at_end(before)
    cursor = gap.cursor
    start = cursor - (len(before) - wanted.start)
    columns = columns_at(desk, document, gap.path)
    if wanted.lookup:
        for id_, title in desk.ids("lookup"):
            yield Proposal(id_, id_, "reference", start, cursor, title)
        return
    seen = columns.get(wanted.code_of)
    codes = desk.catalog.codes.get(seen.column.codes or "") if seen else None
    if codes is not None:
        for at, (code, says) in enumerate(codes.values):
            writes = code if wanted.quote else f"'{code}'"
            yield Proposal(f"'{code}'", writes, "enum", start, cursor, says, sort=f"0{at:03}")
        if wanted.quote:
            return
    for name, one in columns.items():
        detail = f"{one.column.type}{f', {one.of}' if one.of else ''}"
        yield Proposal(name, name, "column", start, cursor, detail, str(one.column.title), f"1{name}")
    for name, (writes, says) in FORMS.items():
        yield Proposal(name, writes, "keyword", start, cursor, says=says, sort=f"2{name}")
