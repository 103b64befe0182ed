"""The JSON Schemas that editors of YAML read: one for each kind of document, and one that knows all kinds.

They are of draft 7, which yaml-language-server understands, and are made of the schemas that reading judges by, with the
project's measure types. What the two cannot say alike: see docs/how-to/edit-in-vs-code.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metricspec.editor.hovers import about_key, measure_words
from metricspec.measure import MeasureType
from metricspec.model import Catalog
from metricspec.reading.corpus import SHELVES
from metricspec.reading.document import KINDS
from metricspec.reading.schemas import STUDENT_KEYS, indicator_schema, kind_schema
from metricspec.reporting.keys import value_words, written

DRAFT = "http://json-schema.org/draft-07/schema#"
COMBINED = "metricspec"
# What a school year looks like; that its years follow each other, a pattern cannot say.
FORMS: Mapping[str, Mapping[str, str]] = {
    "school-year": {"pattern": "^[0-9]{4}-[0-9]{2}$", "patternErrorMessage": "write a school year, as 2024-25"},
    "date": {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "patternErrorMessage": "write a date, as 2024-10-02"},
}
Node = dict[str, Any]
Ids = Mapping[str, Mapping[str, str]]  # ids by kind, each with its title


def published(measure_types: Mapping[str, MeasureType], catalog: Catalog | None = None) -> dict[str, Node]:
    """Every schema by name: each kind's, and the combined one. With a catalogue, references propose its ids."""
    ids = _ids(catalog) if catalog is not None else {}
    kinds = {kind: _kind(kind, measure_types, ids) for kind in KINDS}
    heading = {"$schema": DRAFT, "$comment": "Made by `metricspec schema`: make it anew instead of changing it."}
    alone = {kind: {**heading, "title": f"metricspec: {kind}", **schema} for kind, schema in kinds.items()}
    return {**alone, COMBINED: {**heading, "title": COMBINED, **_combined(kinds)}}


def _ids(catalog: Catalog) -> Ids:
    return {
        kind: {id_: str(getattr(one, "title", "")) for id_, one in sorted(getattr(catalog, shelf).items())}
        for kind, shelf in SHELVES.items()
    }


def _kind(kind: str, measure_types: Mapping[str, MeasureType], ids: Ids) -> Node:
    if kind == "indicator":
        return _indicator(measure_types, ids)
    schema: Node = _for_editors(kind_schema(kind), ids)
    return schema


def _indicator(measure_types: Mapping[str, MeasureType], ids: Ids) -> Node:
    """An indicator: what its measure type adds follows by if and then, so that only its own keys are spoken of."""
    schema: Node = _for_editors(indicator_schema(None), ids)
    names = {name: measure_words(each) for name, each in measure_types.items()}
    kinds = {"type": "string", "enum": list(names), "enumDescriptions": list(names.values())}
    described = schema["properties"]["measure"]["properties"]["type"]
    schema["properties"]["measure"]["properties"]["type"] = {**described, **kinds, **_described({**described, **kinds})}
    schema["allOf"] = [_of_measure(each, ids) for each in measure_types.values()]
    return schema


def _of_measure(measure: MeasureType, ids: Ids) -> Node:
    whole = indicator_schema(measure)
    block = _for_editors(whole["properties"]["measure"], ids)
    block["properties"]["type"] = {"const": measure.name}
    required = [*whole["required"], *(["unit"] if measure.schema.get("x-unit") == "required" else [])]
    lost = {key: False for key in STUDENT_KEYS if key not in whole["properties"]}
    named = {"properties": {"type": {"const": measure.name}}, "required": ["type"]}
    return {
        "if": {"properties": {"measure": named}, "required": ["measure"]},
        "then": {"required": required, "properties": {"measure": block, **lost}},
    }


def _combined(kinds: Mapping[str, Node]) -> Node:
    """A document is of the kind whose heading it has; where a kind has a key that heads another, the kind goes first."""
    headings = {
        kind: {"description": schema["description"], "type": "string", "defaultSnippets": [_start(kind)]}
        for kind, schema in kinds.items()
    }
    unknown: Node = {
        "if": {"not": {"anyOf": [{"required": [kind]} for kind in kinds]}},
        "then": {"properties": headings, "propertyNames": {"enum": ["metricspec", *kinds]}, "minProperties": 2},
    }
    branches = []
    for kind, schema in kinds.items():
        others = [k for k, other in kinds.items() if k != kind and kind in other["properties"]]
        condition: Node = {"required": [kind]}
        if others:
            condition["not"] = {"anyOf": [{"required": [other]} for other in others]}
        branches.append({"if": condition, "then": schema})
    grammar = {"const": 1, "description": "The grammar of this file."}
    return {
        "type": "object",
        "required": [COMBINED],
        "properties": {COMBINED: grammar},
        "allOf": [unknown, *branches],
    }


def _start(kind: str) -> Node:
    return {"label": f"{kind}: ...", "body": "${1:my_" + kind + "}"}


def _for_editors(schema: Any, ids: Ids) -> Any:
    """A schema of reading in the words of draft 7 and of yaml-language-server."""
    if isinstance(schema, list | tuple):
        return [_for_editors(one, ids) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    made: Node = {}
    for key, value in schema.items():
        if key == "properties":
            required = schema.get("required", ())
            made[key] = {n: _property(n, one, n in required, ids) for n, one in value.items()}
        elif key in ("additionalProperties", "items", "propertyNames", "anyOf"):
            made[key] = _for_editors(value, ids)
        elif key == "format":
            made |= {**FORMS.get(value, {}), **({"format": value} if value == "date" else {})}
        elif key == "x-form":
            made["patternErrorMessage"] = f"write {value}"
        elif not key.startswith("x-"):
            made[key] = list(value) if isinstance(value, tuple) else value
    snippets = [*_values(schema), *_references(schema, ids)]
    if snippets:
        made["defaultSnippets"] = snippets
    return made


def _property(name: str, schema: Mapping[str, Any], required: bool, ids: Ids) -> Node:
    return {**_for_editors(schema, ids), **_described(schema, name, required)}


def _described(schema: Mapping[str, Any], name: str = "", required: bool = False) -> Node:
    """The text that an editor shows beside a key."""
    return {"markdownDescription": about_key(schema, name, required=required, values="enum" not in schema)}


def _values(schema: Mapping[str, Any]) -> Iterator[Node]:
    """Proposals where the values are not an enum, because a block is allowed too."""
    if "x-values" in schema:
        for value, says in value_words(schema):
            if " " not in value:
                yield {"label": value, "body": value, "description": says}


def _references(schema: Mapping[str, Any], ids: Ids) -> Iterator[Node]:
    """The project's ids as proposals: an id that is written before its document is no error of a schema."""
    known = ids.get(schema.get("x-reference", ""), {})
    items = schema.get("type") == "array"
    for id_, title in known.items():
        yield {"label": id_, "body": [id_] if items else written(id_), "description": title}
