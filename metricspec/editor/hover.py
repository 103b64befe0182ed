"""What is shown where the pointer rests: what a key means, or what the thing is that is named there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metricspec.editor.columns import FACT
from metricspec.editor.desk import Desk
from metricspec.editor.expressions import FORMS
from metricspec.editor.hovers import about_key, measure_words
from metricspec.editor.spots import Spot, spot_at, value_at
from metricspec.editor.things import Thing, expression_word, things_at
from metricspec.model import Text
from metricspec.reading.corpus import NAMES
from metricspec.reading.mentions import schemas_at
from metricspec.reporting.keys import value_words


def hover_at(desk: Desk, file: str, text: str, offset: int) -> tuple[str, int, int] | None:
    """Markdown, with the start and end of what it is about."""
    spot = spot_at(file, text, offset)
    if spot is None:
        return None
    start, end = spot.start, spot.end
    word = expression_word(desk, spot, offset)
    if word is not None:
        start, end = spot.start + word.start, spot.start + word.end
    says = next(filter(None, (thing_words(desk, thing) for thing in things_at(desk, spot, offset))), "")
    if not says and word is not None and word.text.lower() in FORMS:
        says = f"`{word.text}`: {FORMS[word.text.lower()][1]}"
    says = says or ("" if word is not None else _of_schema(desk, spot))
    return (says, start, end) if says else None


def _of_schema(desk: Desk, spot: Spot) -> str:
    """What the schema says of a key, or of the value that was chosen for it."""
    schema = desk.schema(spot.document)
    if not spot.key and isinstance(spot.value, str):
        if spot.document.kind == "indicator" and spot.path == ("measure", "type"):
            measure = desk.registry.measure_types.get(spot.value)
            return f"**{spot.value}**\n\n{measure_words(measure)}" if measure else ""
        for one in schemas_at(schema, spot.path):
            says = dict(value_words(one)).get(spot.value)
            if says:
                return f"**{spot.value}**: {says}"
    parents = schemas_at(schema, spot.path[:-1])
    named = spot.path[-1]
    required = any(named in one.get("required", ()) for one in parents)
    found = schemas_at(schema, spot.path)
    return about_key(found[0], str(named), required=required) if found and isinstance(named, str) else ""


def thing_words(desk: Desk, thing: Thing) -> str:
    """A heading and a sentence or two about a thing."""
    if thing.seen is not None:
        return _column(desk, thing)
    if thing.document is None:
        return ""
    block = value_at(thing.document.nodes.data, thing.path)
    if thing.path[0] == "values" and isinstance(block, str):
        return f"`{thing.name}`: {block}\n\ncode of **{thing.document.id}**"
    data = block if isinstance(block, Mapping) else thing.document.nodes.data
    if not isinstance(data, Mapping):
        return ""
    kind = "student group" if thing.path[0] == "groups" else "org level" if thing.path[0] == "levels" else ""
    kind = NAMES[thing.document.kind] if thing.path == (thing.document.kind,) else kind
    parts = [f"**{thing.name}** ({kind})", *_said(data)]
    if kind == "student group":
        parts.append(f"`{data.get('where')}`")
    return "\n\n".join(part for part in parts if part)


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    """Title and first sentence of a description, in English where there are several languages."""
    for key in ("title", "description"):
        written = data.get(key)
        text = str(Text(tuple(written.items()))) if isinstance(written, Mapping) else written
        if isinstance(text, str) and text.strip():
            first = " ".join(text.split())
            yield first if key == "title" else first.partition(". ")[0].rstrip(".") + "."


def _column(desk: Desk, thing: Thing) -> str:
    assert thing.seen is not None
    column, of = thing.seen.column, thing.seen.of
    if of == FACT:
        block = value_at(thing.document.nodes.data, thing.path) if thing.document else None
        source = block.get("from") if isinstance(block, Mapping) else ""
        return f"**{thing.name}** (fact of this indicator, from `{source}`)"
    kind = column.type + (f" with {column.scale} decimal places" if column.type == "decimal" else "")
    where = f" of `{of}`" if of else ""
    parts = [f"**{thing.name}** (column{where}: {kind})"]
    block = value_at(thing.document.nodes.data, thing.path) if thing.document and of else None
    parts += _said(block) if isinstance(block, Mapping) else []
    if column.rollup:
        parts.append(f"A student's rows at one org become one value by: {column.rollup}.")
    codes = desk.catalog.codes.get(column.codes or "")
    if codes is not None:
        shown = [f"- `{code}`: {says}" for code, says in codes.values[:12]]
        more = [f"- and {len(codes.values) - 12} more"] if len(codes.values) > 12 else []
        order = ", in order" if codes.ordered else ""
        parts.append("\n".join([f"Codes of **{codes.id}**{order}:", "", *shown, *more]))
    return "\n\n".join(parts)
