"""What the pages are made of: the specs that are shown, who uses whom, and where each page lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

from metricspec.model import Catalog, Indicator
from metricspec.registry import Registry
from metricspec.running.project import Project
from metricspec.site.markup import Html, code, link, sentence, text

Kind = Literal["indicators", "levels", "policies", "groups", "orgs", "datasets", "frameworks", "measure-types", "codes"]
KINDS: Mapping[Kind, str] = {
    "frameworks": "Frameworks",
    "levels": "Cut scores",
    "policies": "Small numbers",
    "groups": "Student groups",
    "orgs": "Orgs",
    "datasets": "Data",
    "measure-types": "Measure types",
}


class Entry(Protocol):
    """One version in the history of an indicator."""

    @property
    def version(self) -> str: ...
    @property
    def date(self) -> object: ...
    @property
    def revision(self) -> str: ...
    @property
    def changes(self) -> Sequence[str]: ...


History = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True)
class Catalogue:
    """What is shown: `chosen` indicators (empty: all) with everything that they refer to, and their SQL in `dialects`."""

    project: Project
    dialects: tuple[str, ...]
    chosen: tuple[str, ...] = ()
    history: History = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        return self.project.catalog

    @property
    def registry(self) -> Registry:
        return self.project.registry

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Those shown, by id: the chosen ones in all their versions, and those that they are made of."""
        waiting, found = list(self.chosen or self.catalog.indicators), dict[str, Indicator]()
        while waiting:
            name = self.named(waiting.pop())
            if name not in found:
                found[name] = self.project.indicator(name)
                waiting += self.registry.made_of(found[name])
                waiting += [one.id for one in self.versions(name)]
        return dict(sorted(found.items()))

    def named(self, name: str) -> str:
        """The id under which an indicator is shown: the plain one for the newest of several versions."""
        plain, at, number = name.partition("@")
        newest = self.catalog.find(plain)
        return plain if at and newest is not None and str(newest.major) == number else name

    def versions(self, name: str) -> tuple[Indicator, ...]:
        """All versions that stand side by side with one, itself among them, oldest first; none where it stands alone."""
        return self.catalog.versions.get(name.partition("@")[0], ())

    @cached_property
    def ids(self) -> Mapping[Kind, tuple[str, ...]]:
        """The ids of every kind that have a page; those of code lists have a part of one page."""
        shown, catalog = list(self.indicators.values()), self.catalog
        if not self.chosen:
            everything: dict[Kind, Iterable[str]] = {
                "levels": catalog.levels,
                "policies": catalog.policies,
                "groups": catalog.groups,
                "orgs": catalog.orgs,
                "datasets": catalog.datasets,
                "frameworks": catalog.frameworks,
                "codes": catalog.codes,
            }
        else:
            datasets = {name for one in shown for name in self.datasets(one)}
            used = {c.codes for name in datasets for c in catalog.datasets[name].columns.values() if c.codes}
            everything = {
                "levels": {one.rating for one in shown if one.rating},
                "policies": {one.policy for one in shown},
                "groups": {one.groups for one in shown},
                "orgs": {one.orgs for one in shown if one.orgs},
                "datasets": datasets,
                "frameworks": (),
                "codes": used,
            }
        everything["indicators"] = self.indicators
        everything["measure-types"] = (
            {one.measure_type for one in shown} if self.chosen else self.registry.measure_types
        )
        return {kind: tuple(sorted(names)) for kind, names in everything.items()}

    def path(self, kind: Kind, name: str) -> str | None:
        """Where the page of a spec lies; None where it has none here. The one place that says so."""
        name = self.named(name) if kind == "indicators" else name
        if name not in self.ids[kind]:
            return None
        if kind == "codes":
            return f"codes.html#{name}"
        return f"{kind}/{name.replace('@', '-v')}.html"

    def datasets(self, indicator: Indicator) -> tuple[str, ...]:
        """The datasets that an indicator reads itself: facts first, then students."""
        rows = self.registry.rows_of(indicator)
        if rows is not None:
            return (rows,)
        found = [fact.dataset for fact in indicator.facts]
        found += [indicator.students] if indicator.students else []
        found += [self.catalog.orgs[indicator.orgs].dataset] if indicator.orgs else []
        return tuple(dict.fromkeys(found))

    def users(self, holds: Callable[[Indicator], bool]) -> list[str]:
        """The shown indicators for which something holds."""
        return [name for name, one in self.indicators.items() if holds(one)]


@dataclass(frozen=True)
class Links:
    """Links out of one page: `up` leads from it to the root."""

    catalogue: Catalogue
    up: str

    def to(self, kind: Kind, name: str, inside: Html | None = None) -> Html:
        """A link to the page of a spec, or only its words where it has none here."""
        path = self.catalogue.path(kind, name)
        words = inside if inside is not None else code(name)
        return link(self.up + path, words) if path else words

    def indicators(self, names: Iterable[str]) -> list[Html]:
        """Each with its title."""
        titles = {name: self.catalogue.project.indicator(name).title for name in names}
        return [Html(f"{self.to('indicators', name, text(title))} {code(name)}") for name, title in titles.items()]

    def sentence(self, words: str) -> Html:
        """A sentence in which the id of an indicator between backquotes leads to its page."""
        found = sentence(words)
        for name in sorted(set(words.split("`")[1::2]) & set(self.catalogue.indicators)):
            found = Html(found.replace(code(name), self.to("indicators", name)))
        return found
