"""The keys of a JSON Schema as a table of Markdown."""

from __future__ import annotations

from metricspec.docsgen.markdown import code, table
from metricspec.reporting.keys import Schema, keys


def keys_table(schema: Schema, elsewhere: str = "", *, effects: bool = True) -> str:
    """The table of a schema's keys; `elsewhere` is the page that has the parts on expressions and sources."""
    rows = [
        (code(key.path), "yes" if key.required else "", key.allowed, key.says, key.effect if effects else "")
        for key in keys(schema, see=lambda words: f"[{words}]({elsewhere}#{words}s)")
    ]
    return table(("Key", "Required", "Allowed", "What it says", "Effect"), rows)
