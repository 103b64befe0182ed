"""What is said of a key or of a value: the same words in the published schemas and in the language server."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from metricspec.measure import MeasureType

Schema = Mapping[str, Any]
EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "past": "A change of it changes numbers that were published.",
        "future": "A change of it changes only numbers of later years.",
        "label": "A change of it changes no number.",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {"date": "a date, as 2024-10-02", "school-year": "a school year, as 2024-25"}
)


def about_key(schema: Schema, key: str = "", *, required: bool = False, values: bool = True) -> str:
    """Markdown: what a key says, what may be written there, and what a change of it does. Without `values`, not which
    words it takes: an editor that reads them in an enum lists them itself."""
    heading = f"**{key}**" + (" (required)" if required else "") if key else ""
    allowed, effect = _allowed(schema, values), EFFECTS.get(schema.get("x-effect", ""), "")
    return "\n\n".join(part for part in (heading, schema.get("description", ""), allowed, effect) if part)


def _allowed(schema: Schema, values: bool) -> str:
    """What may be written, where the schema says more than a kind of value."""
    if schema.get("x-expression"):
        return "An expression: a condition or a value over the columns seen here."
    named = dict(value_words(schema))
    if named and "const" not in schema:
        if not values:
            return ""
        return "\n".join(f"- `{value}`" + (f": {says}" if says else "") for value, says in named.items())
    form = KINDS.get(str(schema.get("format"))) or schema.get("x-form")
    return f"Write {form}." if form else ""


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


def measure_words(measure: MeasureType) -> str:
    """The first sentence that a measure type says of itself."""
    first = " ".join(inspect.cleandoc(type(measure).__doc__ or "").partition("\n\n")[0].split())
    sentence = re.match(r".*?\.(?= |$)", first)
    return sentence[0] if sentence else first
