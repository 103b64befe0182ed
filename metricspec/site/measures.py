"""The pages of measure types: what each computes, its keys, and the indicators that use it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from metricspec.measure import MeasureType
from metricspec.problems import UsageError
from metricspec.site.catalogue import Catalogue, Links
from metricspec.site.markup import Html, code, lines, link, paragraph, sentence, table, text
from metricspec.site.mathematics import EXTRA
from metricspec.site.page import Page, Section, heading
from metricspec.site.references import used

Schema = Mapping[str, Any]
KINDS = {
    "string": "text",
    "array": "a list",
    "object": "a block",
    "boolean": "true or false",
    "integer": "a whole number",
}


def measure_pages(catalogue: Catalogue) -> Iterator[Page]:
    for name in catalogue.ids["measure-types"]:
        measure, path = catalogue.registry.measure_types[name], catalogue.path("measure-types", name)
        assert path is not None
        yield _page(catalogue, measure, path)


def _page(catalogue: Catalogue, measure: MeasureType, path: str) -> Page:
    said = inspect.cleandoc(type(measure).__doc__ or "")
    rows = [
        [code(name), text("yes" if needed else ""), allowed, sentence(says), text(effect)]
        for name, needed, allowed, says, effect in keys(measure.schema)
    ]
    headings = [text(word) for word in ("Key", "Required", "Allowed", "What it says", "A change touches")]
    top = lines(heading(measure.name), paragraph(link("../measure-types.html", text("measure type")), class_="id"))
    return Page(
        path,
        f"Measure type: {measure.name}",
        top,
        (
            Section("what", "What it computes", prose(said)),
            Section(
                "keys", "Keys of a spec", table(headings, rows, text(f"Keys under measure: of type {measure.name}"))
            ),
            used(Links(catalogue, "../"), catalogue.users(lambda i: i.measure_type == measure.name)),
        ),
    )


def prose(said: str) -> Html:
    """A docstring as HTML: paragraphs, lists, bold and code. Raises UsageError where the converter is not installed."""
    try:
        import markdown
    except ImportError:
        raise UsageError(EXTRA) from None
    parts = said.split("`")
    safe = "`".join(part if at % 2 else escape(part, quote=False) for at, part in enumerate(parts))
    listed = re.sub(r"(?m)^(?![-\d ])(.*)\n(?=(- |1\. ))", r"\1\n\n", safe)
    return Html(markdown.markdown(listed, extensions=["sane_lists"]))


def keys(schema: Schema, above: str = "") -> Iterator[tuple[str, bool, Html, str, str]]:
    """Every key of a measure's block with those inside it: path, whether required, what is allowed, what it says, and
    whether a change of it touches past results."""
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        path = f"{above}{name}"
        yield path, name in required, _allowed(inner), inner.get("description", ""), inner.get("x-effect", "")
        yield from keys(inner, f"{path}.")
        if isinstance(items := inner.get("items"), dict):
            yield from keys(items, f"{path}[].")


def _allowed(schema: Schema) -> Html:
    if values := schema.get("enum"):
        return Html(", ".join(code(str(value).lower() if isinstance(value, bool) else value) for value in values))
    if schema.get("x-expression"):
        return text("an expression")
    if reference := schema.get("x-reference"):
        return text(f"an id: {str(reference).replace('_', ' ')}")
    if choices := schema.get("anyOf"):
        return Html(", or ".join(_allowed(one) for one in choices))
    kind = schema.get("type", "string")
    if kind == "array" and isinstance(items := schema.get("items"), dict):
        return Html(f"a list: {_allowed(items)}")
    return text(KINDS.get(kind, kind) if isinstance(kind, str) else " or ".join(KINDS.get(k, k) for k in kind))
