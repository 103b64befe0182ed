"""The keys of a JSON Schema as rows of a table: path, whether required, what is allowed, what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metricspec.docsgen.markdown import code, table

Schema = Mapping[str, Any]
TYPES = {"string": "text", "number": "number", "boolean": "true or false", "object": "block", "null": "null"}


@dataclass(frozen=True)
class Key:
    path: str
    required: bool
    allowed: str
    says: str
    effect: str


def keys(schema: Schema, path: str = "") -> Iterator[Key]:
    """Every key below `schema`, each followed by those inside it. Sources are described once, in a part of their own."""
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        where = f"{path}{name}"
        yield Key(where, name in required, allowed(inner), inner.get("description", ""), inner.get("x-effect", ""))
        yield from _inside(inner, where)
    if isinstance(more := schema.get("additionalProperties"), dict) and not _is_text(schema):
        yield from _inside(more, f"{path}<name>")


def _inside(schema: Schema, path: str) -> Iterator[Key]:
    if _is_source(schema) or _is_text(schema):
        return
    yield from keys(schema, f"{path}.")
    if isinstance(items := schema.get("items"), dict):
        yield from _inside(items, f"{path}[]")
    for one in schema.get("anyOf", ()):
        yield from _inside(one, path)


def _is_source(schema: Schema) -> bool:
    return "publisher" in schema.get("properties", {})


def _is_text(schema: Schema) -> bool:
    return "language code" in str(schema.get("propertyNames", ""))


def allowed(schema: Schema) -> str:
    """What may be written as a value, in words.

    >>> allowed({"type": "integer", "minimum": 0, "maximum": 6}), allowed({"enum": ["rate", "mean"]})
    ('a whole number from 0 to 6', '`rate`, `mean`')
    """
    if "const" in schema:
        return code(_written(schema["const"]))
    values = schema.get("enum") or schema.get("x-values")
    if values:
        return ", ".join(code(_written(value)) for value in values)
    if schema.get("x-expression"):
        return "an [expression](#expressions)" + (", or true" if "boolean" in schema.get("type", ()) else "")
    if _is_source(schema):
        return "a [source](#sources)"
    if _is_text(schema):
        return "text, or a text for each language"
    if choices := schema.get("anyOf"):
        return ", or ".join(allowed(one) for one in choices)
    kinds = schema.get("type", "string")
    if isinstance(kinds, list):
        return ", ".join(TYPES[kind] for kind in kinds)
    if kinds == "array":
        return f"a list: {allowed(schema.get('items', {}))}"
    if kinds == "integer":
        return _integer(schema)
    if kinds == "object" and not schema.get("properties"):
        return "names, each with its block or value"
    named = {"date": "a date, as 2024-10-02", "school-year": "a school year, as 2024-25"}
    return named.get(schema.get("format", "")) or schema.get("x-form") or TYPES[kinds]


def _integer(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    ends = f" from {least} to {most}" if most is not None else f", {least} or more" if least is not None else ""
    return f"a whole number{ends}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def keys_table(schema: Schema, elsewhere: str = "", *, effects: bool = True) -> str:
    """The table of a schema's keys; `elsewhere` is the page that has the parts on expressions and sources."""
    rows = [
        (
            code(key.path),
            "yes" if key.required else "",
            key.allowed.replace("](#", f"]({elsewhere}#"),
            key.says,
            key.effect if effects else "",
        )
        for key in keys(schema)
    ]
    return table(("Key", "Required", "Allowed", "What it says", "Effect"), rows)
