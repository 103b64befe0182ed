"""What is said of a key or of a value: the same words in the published schemas and in the language server."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from types import MappingProxyType

from metricspec.measure import MeasureType
from metricspec.reporting.keys import Schema, form, value_words

EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "past": "A change of it changes numbers that were published.",
        "future": "A change of it changes only numbers of later years.",
        "label": "A change of it changes no number.",
    }
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
    return f"Write {form(schema)}." if form(schema) else ""


def measure_words(measure: MeasureType) -> str:
    """The first sentence that a measure type says of itself."""
    first = " ".join(inspect.cleandoc(type(measure).__doc__ or "").partition("\n\n")[0].split())
    sentence = re.match(r".*?\.(?= |$)", first)
    return sentence[0] if sentence else first
