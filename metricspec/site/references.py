"""The pages of what indicators refer to: cut scores, policies, student groups, org sets, datasets and code lists."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.model import Column, Text
from metricspec.site import people, ratings
from metricspec.site.catalogue import Catalogue, Kind, Links
from metricspec.site.markup import NOTHING, Html, code, joined, lines, link, listing, paragraph, table, text
from metricspec.site.page import Page, Section, heading
from metricspec.site.sources import sources_table


def reference_pages(catalogue: Catalogue) -> Iterator[Page]:
    """One for each spec of each kind, and the page of code lists."""
    makers = {"levels": _levels, "policies": _policy, "groups": _groups, "orgs": _orgs, "datasets": _dataset}
    for kind, make in makers.items():
        for name in catalogue.ids[kind]:  # type: ignore[index]  # the keys above are kinds
            yield make(catalogue, Links(catalogue, "../"), name)
    yield _codes(catalogue)


def head(title: Text, id_: str, says: str, kind: Kind) -> Html:
    """The heading of a spec in its languages, its id, and what kind of thing it is, with a link to all of the kind."""
    names = dict(title.by_language)
    first = names.pop("en", None) or str(title) or id_
    others = [
        paragraph(text(other), class_="subtitle", lang=language) for language, other in names.items() if other != first
    ]
    return lines(
        heading(first), *others, paragraph(joined([code(id_), link(f"../{kind}.html", text(says))], " · "), class_="id")
    )


def used(links: Links, names: list[str]) -> Section:
    shown = listing(links.indicators(names)) if names else paragraph(text("No indicator shown here uses it."))
    return Section("used-by", "Used by", shown)


def _path(catalogue: Catalogue, kind: Kind, name: str) -> str:
    found = catalogue.path(kind, name)
    assert found is not None
    return found


def _levels(catalogue: Catalogue, links: Links, name: str) -> Page:
    one = catalogue.catalog.levels[name]
    users = catalogue.users(lambda i: i.rating == name)
    unit = catalogue.indicators[users[0]].unit if users else ""
    better = {"higher": "Higher is better.", "lower": "Lower is better."}.get(one.better, "")
    said = joined([text(better), text("Where several sets stand, the first that fits is used.")])
    return Page(
        _path(catalogue, "levels", name),
        f"Cut scores: {one.title}",
        lines(head(one.title, name, "cut scores", "levels"), paragraph(said)),
        (
            Section("cut-scores", "Cut scores", ratings.level_table(one, unit)),
            Section("source", "Source", sources_table([("Cut scores", one.source)])),
            used(links, users),
        ),
    )


def _policy(catalogue: Catalogue, links: Links, name: str) -> Page:
    one = catalogue.catalog.policies[name]
    said = "What is shown of few students. What is hidden here is hidden in every result, file and report."
    return Page(
        _path(catalogue, "policies", name),
        f"Small numbers: {one.title}",
        lines(head(one.title, name, "policy on small numbers", "policies"), paragraph(text(said))),
        (
            Section("minimums", "Minimums", people.minimums(one)),
            Section("source", "Source", sources_table([("Policy", one.source)])),
            used(links, catalogue.users(lambda i: i.policy == name)),
        ),
    )


def _groups(catalogue: Catalogue, links: Links, name: str) -> Page:
    one = catalogue.catalog.groups[name]
    body = people.group_rows(one.groups)
    if one.column:
        body = paragraph(Html(f"Each value of {code(one.column)} is a group."))
    splits = [joined([code(group) for group in part], ", ") for part in one.partitions]
    return Page(
        _path(catalogue, "groups", name),
        f"Student groups: {one.title}",
        head(one.title, name, "student groups", "groups"),
        (
            Section("groups", "Groups", body),
            Section("partitions", "Groups that split all students", listing(splits)),
            Section("source", "Source", sources_table([("Groups", one.source)])),
            used(links, catalogue.users(lambda i: i.groups == name)),
        ),
    )


def _orgs(catalogue: Catalogue, links: Links, name: str) -> Page:
    one = catalogue.catalog.orgs[name]
    says = "Which school, district or network a row of a student counts for, and which rows count there. The orgs are those of"
    said = Html(f"{text(says)} {links.to('datasets', one.dataset)}.")
    return Page(
        _path(catalogue, "orgs", name),
        f"Orgs: {one.title}",
        lines(head(one.title, name, "org set", "orgs"), paragraph(said)),
        (
            Section("levels", "Levels", people.org_levels(one.levels)),
            used(links, catalogue.users(lambda i: i.orgs == name)),
        ),
    )


def _dataset(catalogue: Catalogue, links: Links, name: str) -> Page:
    one = catalogue.catalog.datasets[name]
    grain = joined([code(column) for column in one.grain], ", ")
    said = [paragraph(Html(f"One row for each: {grain}."))]
    if one.order:
        said.append(paragraph(Html(f"Order of a student's rows: {joined([code(c) for c in one.order], ', ')}.")))
    rows = [
        [
            code(column),
            _type(about, links),
            people.titles(about.title.by_language),
            text(about.rollup or ""),
            _missing(about),
        ]
        for column, about in one.columns.items()
    ]
    headings = [text(word) for word in ("Column", "Type", "What it holds", "Rows become one by", "Missing is")]
    return Page(
        _path(catalogue, "datasets", name),
        f"Data: {name}",
        lines(head(one.title, name, "dataset", "datasets"), people.described(one.description.by_language), *said),
        (
            Section("columns", "Columns", table(headings, rows, text(f"Columns of {name}"))),
            used(links, catalogue.users(lambda i: name in catalogue.datasets(i))),
        ),
    )


def _type(column: Column, links: Links) -> Html:
    if column.codes:
        return Html(f"code of {links.to('codes', column.codes, text(column.codes))}")
    return text(f"{column.type}({column.scale})" if column.type == "decimal" else column.type)


def _missing(column: Column) -> Html:
    if isinstance(column.missing, bool):
        return text("yes" if column.missing else "no")
    words = {"exclude": "", "error": "the run stops"}
    return text(words.get(str(column.missing), column.missing))


def _codes(catalogue: Catalogue) -> Page:
    sections = []
    for name in catalogue.ids["codes"]:
        one = catalogue.catalog.codes[name]
        order = paragraph(text("In this order they compare with < and between.")) if one.ordered else NOTHING
        rows = [[code(value), text(title)] for value, title in one.values]
        shown = table([text("Code"), text("Meaning")], rows, text(f"Codes of {name}"))
        sections.append(Section(name, name, lines(paragraph(people.titles(one.title.by_language)), order, shown)))
    for name, lookup in sorted(catalogue.catalog.lookups.items()):
        rows = [[code(key), text(f"{value:f}")] for key, value in lookup.values]
        shown = table([text(lookup.key), text("Value")], rows, text(f"Values of {name}"), numbers=[1])
        title = paragraph(people.titles(lookup.title.by_language))
        sections.append(Section(name, name, lines(title, shown, sources_table([("Values", lookup.source)]))))
    said = "Codes that columns hold, and constants for each code that rules look up."
    return Page("codes.html", "Codes", lines(heading("Codes"), paragraph(text(said))), tuple(sections))
