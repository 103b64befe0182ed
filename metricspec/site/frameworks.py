"""The page of a framework: its indicators, index, criteria and designations, in words."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.frameworks.released import title
from metricspec.model import Framework
from metricspec.reporting import framework_words as rules
from metricspec.reporting.unverified import years_words
from metricspec.site.catalogue import Catalogue, Links
from metricspec.site.markup import Html, code, joined, lines, listing, paragraph, sentence, table, tag, text
from metricspec.site.page import Page, Section
from metricspec.site.people import described
from metricspec.site.references import head
from metricspec.site.sources import sources_table


def framework_pages(catalogue: Catalogue) -> Iterator[Page]:
    for name in catalogue.ids["frameworks"]:
        one, path = catalogue.catalog.frameworks[name], catalogue.path("frameworks", name)
        assert path is not None
        top = lines(head(one.title, name, "framework", "frameworks"), described(one.description.by_language))
        yield Page(path, f"Framework: {one.title}", top, tuple(_sections(one, Links(catalogue, "../"))))


def _sections(one: Framework, links: Links) -> Iterator[Section]:
    inputs = [[text(title(each)), listing(links.indicators(each.of))] for each in one.inputs]
    first = paragraph(text("Where several stand, the first with results is used."))
    shown = table([text("Called here"), text("Indicator")], inputs, text("Indicators of the framework"))
    yield Section("indicators", "Indicators", lines(first, shown))
    for at, index in enumerate(one.indexes, 1):
        said = rules.index_words(one, index)
        parts = [text(part.removeprefix("- ")) for part in said]
        yield Section(f"index-{at}", f"The index{years_words(index.dated)}", listing(parts))
    criteria = [
        [
            text(str(each.title) or each.name.replace("_", " ")),
            listing(sentence(rules.condition_words(one, c)) for c in each.conditions),
        ]
        for each in one.criteria
    ]
    if criteria:
        said_ = paragraph(text("A criterion is met where any of its conditions holds."))
        found = table([text("Criterion"), text("Conditions")], criteria, text("What is asked of an org"))
        yield Section("criteria", "Criteria", lines(said_, found))
    for each in one.designations:
        name = str(each.title) or each.name.replace("_", " ")
        said = rules.designation_words(one, each)
        id_ = f"designation-{each.name}"
        yield Section(id_, f"{name}{years_words(each.dated)}", lines(paragraph(code(each.name)), _said(said)))
    yield Section("source", "Source", sources_table([("Framework", one.source)]))
    doubted = [
        joined([tag("strong", text(f"{rule.part[0].upper()}{rule.part[1:]}.")), links.sentence(rule.note)])
        for rule in rules.unverified_rules(one)
    ]
    yield Section("not-verified", "Not verified", listing(doubted))
    command = tag("code", text(f"metricspec show {one.id}"), class_="command")
    yield Section("try", "Try it", paragraph(Html(f"{command} says in the terminal what this page says.")))


def _said(sentences: list[str]) -> Html:
    return paragraph(joined([text(one) for one in sentences]))
