"""The page of one indicator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metricspec.compiler.constants import scale_of
from metricspec.formula import Formula, FormulaMeasure
from metricspec.model import Indicator
from metricspec.reporting import words
from metricspec.reporting.unverified import unverified_parts
from metricspec.site import people, ratings, worked
from metricspec.site.catalogue import Catalogue, Links
from metricspec.site.markup import NOTHING, Html, code, joined, lines, link, listing, pairs, paragraph, table, tag, text
from metricspec.site.mathematics import formula_html
from metricspec.site.page import Page, Section, heading
from metricspec.site.sources import sources_table
from metricspec.site.statements import Statements


@dataclass(frozen=True)
class IndicatorPage:
    """What a page needs besides the indicator; `path` is where it lies."""

    catalogue: Catalogue
    statements: Statements
    indicator: Indicator
    path: str

    @property
    def links(self) -> Links:
        return Links(self.catalogue, "../" * self.path.count("/"))

    def page(self) -> Page:
        one = self.indicator
        about = str(one.description) or words.value_words(one)
        return Page(self.path, str(one.title), self._head(), tuple(self._sections()), " ".join(about.split()))

    def _head(self) -> Html:
        one = self.indicator
        titles = dict(one.title.by_language)
        shown = next((language for language, title in titles.items() if title == str(one.title)), "en")
        others = [
            paragraph(text(title), class_="subtitle", lang=language)
            for language, title in titles.items()
            if language != shown
        ]
        badges = [code(one.id), text(f"version {one.version}")]
        badges += [tag("strong", text(one.status), class_="badge")] if one.status != "active" else []
        parts = [heading(str(one.title), shown), *others, paragraph(joined(badges, " · "), class_="id")]
        if one.deprecation:
            parts.append(paragraph(text(f"It is {one.deprecation}."), class_="warning"))
        if unverified_parts(one, self.catalogue.catalog):
            note = Html(f"{people.unverified()} {text('Parts of it have not been compared with their source:')} ")
            parts.append(paragraph(Html(f'{note}<a href="#not-verified">{text("which")}</a>.'), class_="warning"))
        return lines(*parts, people.described(one.description.by_language), self._summary())

    def _summary(self) -> Html:
        one, links = self.indicator, self.links
        made_of = links.indicators(self.catalogue.registry.made_of(one))
        return pairs(
            [
                (text("Result"), text(words.value_words(one).removeprefix("The result is ").capitalize())),
                (text("In force"), text(self._in_force().removeprefix("in force").strip())),
                (text("Measure"), links.to("measure-types", one.measure_type)),
                (text("Made of"), listing(made_of) if made_of else NOTHING),
                (text("Data"), joined([links.to("datasets", name) for name in self.catalogue.datasets(one)], ", ")),
                (text("Frameworks"), self._frameworks()),
                (text("Used by"), listing(links.indicators(self._used_by()))),
            ]
        )

    def _in_force(self) -> str:
        return words.in_force_words(self.indicator, self.catalogue.catalog)

    def _frameworks(self) -> Html:
        found = self.catalogue.catalog.frameworks
        named = [name for name in self.catalogue.ids["frameworks"] if self.indicator.id in found[name].indicators]
        return joined([self.links.to("frameworks", name, text(found[name].title)) for name in named], ", ")

    def _used_by(self) -> list[str]:
        return self.catalogue.users(lambda other: self.indicator.id in self.catalogue.registry.made_of(other))

    def _sections(self) -> Iterator[Section]:
        one, catalog = self.indicator, self.catalogue.catalog
        yield Section("who-counts", "Who counts", people.waterfall(one, self.links))
        yield Section("how", "How it is computed", self._computed())
        yield Section("mathematics", "In mathematics", self._mathematics(), searched=False)
        yield Section("words", "The words in these rules", self._terms())
        yield Section("orgs", "Where a student counts", self._orgs())
        yield Section("groups", "Student groups", self._groups())
        yield Section("small-numbers", "When numbers are small", self._policy())
        yield Section("compared", "Compared with", listing(text(said) for said in words.compare_words(one.compare)))
        yield Section("cut-scores", "Cut scores", self._cut_scores())
        yield Section("sources", "Sources", self._sources())
        yield Section("not-verified", "Not verified", self._unverified())
        cases = [case for test in catalog.tests if test.indicator == one.id for case in test.cases]
        yield Section("examples", "Worked examples", self._examples(len(cases), worked.cases(cases, catalog)), False)
        yield Section("sql", "SQL", self.statements.html(one.id), searched=False)
        yield Section("try", "Try it", self.statements.commands(one.id))
        yield Section("version", "Version", self._version())
        yield Section("history", "History", self._history(), kept=False)

    def _computed(self) -> Html:
        said = self.catalogue.registry.measure_types[self.indicator.measure_type].sentence(self.indicator.measure)
        return paragraph(self.links.sentence(f"{said[0].upper()}{said[1:]}."), class_="measure")

    def _mathematics(self) -> Html:
        measure = self.catalogue.registry.measure_types[self.indicator.measure_type]
        if not isinstance(measure, FormulaMeasure):
            return NOTHING
        formula = measure.formula(self.indicator.measure)
        lines_, where = list(formula.lines), list(formula.where)
        if scale_of(self.indicator.unit) != 1:
            lines_.append(rf"\text{{published}} = \text{{round}}\left( {scale_of(self.indicator.unit)} \, v \right)")
            places = {0: "a whole number", 1: "one decimal place"}
            digits = places.get(self.indicator.digits, f"{self.indicator.digits} decimal places")
            where.append((r"\text{round}", f"to {digits}, half away from zero"))
        return formula_html(Formula(tuple(lines_), tuple(where)), self.links)

    def _terms(self) -> Html:
        project = self.catalogue.project
        terms = words.column_words(self.indicator, project.catalog, project.registry, project.expressions)
        rows = [[code(name), self.links.sentence(meaning)] for name, meaning in terms]
        parsed = words.expressions_of(self.indicator, project.catalog, project.registry, project.expressions)
        written = " ".join(expression.text for _, expression in parsed)
        for name, lookup in project.catalog.lookups.items():
            if f"lookup({name}," in written.replace(" ", ""):
                title = text(lookup.title) or code(name)
                rows.append(
                    [
                        code(name),
                        Html(
                            f"A value for each {text(lookup.key)}: {link(f'{self.links.up}codes.html#{name}', title)}"
                        ),
                    ]
                )
        return table([text("Word"), text("Meaning")], rows, text("Columns that the rules name")) if rows else NOTHING

    def _orgs(self) -> Html:
        if self.indicator.orgs is None:
            return NOTHING
        found = self.catalogue.catalog.orgs[self.indicator.orgs]
        where = paragraph(Html(f"The orgs are those of {self.links.to('orgs', found.id, text(found.title) or None)}."))
        counted = self.indicator.students is not None and self.indicator.row_keys is None
        once = paragraph(text(words.ONCE)) if counted else NOTHING
        return lines(where, people.org_levels(found.levels), once)

    def _groups(self) -> Html:
        found = self.catalogue.catalog.groups[self.indicator.groups]
        said = f"The groups are those of {self.links.to('groups', found.id, text(found.title) or None)}."
        if found.column:
            return paragraph(Html(f"{said} Each value of {code(found.column)} is a group."))
        return lines(paragraph(Html(said)), people.group_rows(found.groups))

    def _policy(self) -> Html:
        found = self.catalogue.catalog.policies[self.indicator.policy]
        said = paragraph(Html(f"The policy is {self.links.to('policies', found.id, text(found.title) or None)}."))
        return lines(said, people.minimums(found))

    def _cut_scores(self) -> Html:
        if self.indicator.rating is None:
            return NOTHING
        found = self.catalogue.catalog.levels[self.indicator.rating]
        name = self.links.to("levels", found.id, text(found.title) or None)
        said = paragraph(Html(f"They are those of {name}. Where several sets stand, the first that fits is used."))
        return lines(said, ratings.level_table(found, self.indicator.unit))

    def _sources(self) -> Html:
        one, catalog = self.indicator, self.catalogue.catalog
        found = [("Definition", one.source)]
        found += [("Cut scores", catalog.levels[one.rating].source)] if one.rating else []
        found += [("Small numbers", catalog.policies[one.policy].source), ("Groups", catalog.groups[one.groups].source)]
        return sources_table(found)

    def _unverified(self) -> Html:
        found = unverified_parts(self.indicator, self.catalogue.catalog)
        return listing(
            joined([tag("strong", text(f"{part.part[0].upper()}{part.part[1:]}.")), self.links.sentence(part.note)])
            for part in found
        )

    def _examples(self, number: int, shown: Html) -> Html:
        if not number:
            return NOTHING
        said = "Tests that lie beside the spec. The students in them are made up. Columns that are not shown have the usual value."
        return lines(paragraph(text(said)), shown)

    def _version(self) -> Html:
        one = self.indicator
        said = [f"{one.version}, {one.status}, {self._in_force()}."]
        said += [f"It is {one.deprecation}."] if one.deprecation else []
        said += [f"It replaces `{one.supersedes}`."] if one.supersedes else []
        said += [one.note] if one.note and not one.unverified else []
        return lines(*(paragraph(self.links.sentence(part)) for part in said), self._beside())

    def _beside(self) -> Html:
        """The versions that stand side by side, and what the plain id means."""
        several = self.catalogue.versions(self.indicator.id)
        if not several:
            return NOTHING
        plain = self.indicator.id.partition("@")[0]
        rows = [
            [
                self.links.to("indicators", one.id),
                text(one.version),
                text(one.status),
                text(words.in_force_words(one, self.catalogue.catalog)),
            ]
            for one in several
        ]
        said = f"Without @, `{plain}` means in each school year the newest version in use that has begun."
        headings = [text(word) for word in ("Id", "Version", "Status", "Years")]
        return lines(table(headings, rows, text("Versions side by side")), paragraph(self.links.sentence(said)))

    def _history(self) -> Html:
        entries = self.catalogue.history.get(self.indicator.id, ())
        rows = [
            [
                text(e.version),
                text(e.date),
                listing(self.links.sentence(change) for change in e.changes),
                code(e.revision[:10]),
            ]
            for e in entries
        ]
        headings = [text(word) for word in ("Version", "Date", "What changed", "Revision")]
        return table(headings, rows, text("Versions, newest first")) if rows else NOTHING
