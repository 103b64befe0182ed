"""Keys of schemas in words: one table of them for the reference pages, the site and editors."""

from __future__ import annotations

from typing import Any

import metricspec
from metricspec.docsgen.keys import keys_table
from metricspec.editor.hovers import about_key
from metricspec.reporting.keys import allowed, keys
from metricspec.site.catalogue import Catalogue
from metricspec.site.measures import measure_pages

WHEN = {"type": "string", "x-expression": "rows", "description": "Whom."}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"const": True, "description": "Which."},
        "every": {"x-values": ["week", "month"], "type": "string", "x-effect": "past"},
        "least": {"type": "integer", "maximum": 9},
        "shown": {"anyOf": [{"const": "all"}, {"type": "object", "properties": {"when": WHEN}}]},
        "named": {"type": "object", "additionalProperties": {"type": "object", "properties": {"step": {"type": "number"}}}},
    },
}  # fmt: skip


def test_every_key_wherever_it_stands() -> None:
    assert [(key.path, key.required, key.allowed) for key in keys(SCHEMA)] == [
        ("kind", True, "`true`"),
        ("every", False, "`week`, `month`"),
        ("least", False, "a whole number, 9 or less"),
        ("shown", False, "`all`, or block"),
        ("shown.when", False, "an expression"),
        ("named", False, "names, each with its block or value"),
        ("named.<name>.step", False, "number"),
    ]


def test_types_that_are_several() -> None:
    assert allowed({"type": ["number", "null"]}) == "number, null"
    assert allowed({"type": "array"}) == "a list"


def test_a_table_leads_to_the_part_on_expressions() -> None:
    assert "| `shown.when` |  | an [expression](language.md#expressions) | Whom. |" in keys_table(SCHEMA, "language.md")


def test_editors_use_the_same_words() -> None:
    assert about_key(SCHEMA["properties"]["every"], "every").split("\n\n")[1] == "- `week`\n- `month`"
    assert about_key({"format": "school-year"}) == "Write a school year, as 2024-25."


def test_the_site_tells_all_keys_of_a_measure() -> None:
    project = metricspec.load()
    pages = {page.path: str(page.sections[1].body) for page in measure_pages(Catalogue(project, ()))}
    for name, measure in project.registry.measure_types.items():
        page = pages[f"measure-types/{name}.html"]
        missing = [key.path for key in keys(measure.schema) if key.path.replace("<name>", "&lt;name&gt;") not in page]
        assert missing == []
    assert "<td>a whole number from 11 to 101</td>" in pages["measure-types/survey_scale.html"]
