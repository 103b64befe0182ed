"""The keys of a JSON Schema in words: path, whether required, what is allowed, what it says, what a change of it does.

Whoever shows them lays them out: values stand between backquotes, and `see` writes a reference to the part of a page that
tells of expressions or sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.reading.corpus import NAMES

Schema = Mapping[str, Any]
See = Callable[[str], str]  # "expression" or "source" to the words that stand for it
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "string": "text",
        "number": "number",
        "boolean": "true or false",
        "integer": "a whole number",
        "array": "a list",
        "object": "block",
    }
)
FORMATS: Mapping[str, str] = MappingProxyType(
    {"date": "a date, as 2024-10-02", "school-year": "a school year, as 2024-25"}
)


@dataclass(frozen=True)
class Key:
    path: str
    required: bool
    allowed: str
    says: str
    effect: str


def keys(schema: Schema, path: str = "", see: See = str) -> Iterator[Key]:
    """Every key below `schema`, each followed by those inside it. Sources are described once, in a part of their own."""
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        where = f"{path}{name}"
        yield Key(where, name in required, allowed(inner, see), inner.get("description", ""), inner.get("x-effect", ""))
        yield from _inside(inner, where, see)
    if isinstance(more := schema.get("additionalProperties"), dict) and not _is_text(schema):
        yield from _inside(more, f"{path}<name>", see)


def _inside(schema: Schema, path: str, see: See) -> Iterator[Key]:
    if _is_source(schema) or _is_text(schema):
        return
    yield from keys(schema, f"{path}.", see)
    if isinstance(items := schema.get("items"), dict):
        yield from _inside(items, f"{path}[]", see)
    for one in schema.get("anyOf", ()):
        yield from _inside(one, path, see)


def _is_source(schema: Schema) -> bool:
    return "publisher" in schema.get("properties", {})


def _is_text(schema: Schema) -> bool:
    return "language code" in str(schema.get("propertyNames", ""))


def allowed(schema: Schema, see: See = str) -> str:
    """What may be written as a value.

    >>> allowed({"type": "integer", "minimum": 0, "maximum": 6}), allowed({"enum": ["rate", "mean"]})
    ('a whole number from 0 to 6', '`rate`, `mean`')
    >>> allowed({"type": ["string", "boolean"], "x-expression": "rows"}), allowed({"x-reference": "group_set"})
    ('an expression, or true', 'the id of a group set')
    >>> allowed({"x-reference": "group", "x-besides": ["others"]})
    'the name of a student group, or `others`'
    """
    if "const" in schema:
        return f"`{written(schema['const'])}`"
    values = schema.get("enum") or schema.get("x-values")
    if values:
        return ", ".join(f"`{written(value)}`" for value in values)
    if schema.get("x-expression"):
        return f"an {see('expression')}" + (", or true" if "boolean" in schema.get("type", ()) else "")
    if reference := schema.get("x-reference"):
        words = [_reference(str(reference)), *(f"`{written(value)}`" for value in schema.get("x-besides", ()))]
        return ("a list: " if schema.get("type") == "array" else "") + ", or ".join(words)
    if _is_source(schema):
        return f"a {see('source')}"
    if _is_text(schema):
        return "text, or a text for each language"
    if choices := schema.get("anyOf"):
        return ", or ".join(allowed(one, see) for one in choices)
    kinds = schema.get("type", "string")
    return (
        _of_type(schema, kinds, see) if isinstance(kinds, str) else ", ".join(TYPES.get(kind, kind) for kind in kinds)
    )


def _reference(kind: str) -> str:
    words = NAMES.get(kind) or ("student group" if kind == "group" else kind.replace("_", " "))
    return f"the {'id' if kind in NAMES else 'name'} of a{'n' if words[0] in 'aeiou' else ''} {words}"


def _of_type(schema: Schema, kind: str, see: See) -> str:
    if kind == "array" and isinstance(items := schema.get("items"), dict):
        return f"a list: {allowed(items, see)}"
    if kind == "integer":
        return f"{TYPES[kind]}{_bounds(schema)}"
    if kind == "object" and not schema.get("properties"):
        return "names, each with its block or value"
    return form(schema) or TYPES.get(kind, kind)


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is None:
        return f", {least} or more" if least is not None else ""
    return f", {most} or less" if least is None else f" from {least} to {most}"


def form(schema: Schema) -> str:
    """How a text must look; empty where the schema does not say."""
    return FORMATS.get(str(schema.get("format"))) or str(schema.get("x-form", ""))


def value_words(schema: Schema) -> Iterator[tuple[str, str]]:
    """The values that a key takes as they are written, each with what it means where that is said."""
    values = schema.get("x-values") or schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    says = schema.get("enumDescriptions", ())
    for at, value in enumerate(values):
        yield written(value), says[at] if at < len(says) else ""
    for one in schema.get("anyOf", ()):
        yield from value_words(one)


def written(value: object) -> str:
    """A value of a schema as it stands in YAML."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
