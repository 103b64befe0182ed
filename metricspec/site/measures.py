"""The pages of measure types: what each computes, its keys, and the indicators that use it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape

from metricspec.measure import MeasureType
from metricspec.problems import UsageError
from metricspec.reporting.keys import keys
from metricspec.site.catalogue import Catalogue, Links
from metricspec.site.markup import Html, code, lines, link, paragraph, sentence, table, text
from metricspec.site.mathematics import EXTRA
from metricspec.site.page import Page, Section, heading
from metricspec.site.references import used


def measure_pages(catalogue: Catalogue) -> Iterator[Page]:
    for name in catalogue.ids["measure-types"]:
        measure, path = catalogue.registry.measure_types[name], catalogue.path("measure-types", name)
        assert path is not None
        yield _page(catalogue, measure, path)


def _page(catalogue: Catalogue, measure: MeasureType, path: str) -> Page:
    said = inspect.cleandoc(type(measure).__doc__ or "")
    rows = [
        [
            code(key.path),
            text("yes" if key.required else ""),
            sentence(key.allowed),
            sentence(key.says),
            text(key.effect),
        ]
        for key in keys(measure.schema)
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
