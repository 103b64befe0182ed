"""Everything that was read, before what is broken is left out: what the checks look things up in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from metricspec.measure import MeasureType
from metricspec.model import Catalog, Indicator
from metricspec.problems import Problem
from metricspec.reading.document import Document
from metricspec.reading.suggest import hint
from metricspec.registry import Registry

# The kinds of documents that others refer to: what to call them, and where the catalogue keeps them.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "codes": "code list",
        "lookup": "lookup",
        "dataset": "dataset",
        "orgs": "org set",
        "group_set": "group set",
        "policy": "policy",
        "levels": "level table",
        "indicator": "indicator",
        "framework": "framework",
        "binding": "binding",
    }
)
SHELVES: Mapping[str, str] = MappingProxyType(
    {
        "codes": "codes",
        "lookup": "lookups",
        "dataset": "datasets",
        "orgs": "orgs",
        "group_set": "groups",
        "policy": "policies",
        "levels": "levels",
        "indicator": "indicators",
        "framework": "frameworks",
        "binding": "bindings",
    }
)


@dataclass(frozen=True)
class Corpus:
    """`catalog` holds what could be built; `documents` also what is broken, so that it is known to exist."""

    catalog: Catalog
    documents: Mapping[tuple[str, str], Document]
    tests: tuple[Document, ...]
    registry: Registry

    @property
    def measure_types(self) -> Mapping[str, MeasureType]:
        return self.registry.measure_types

    def takes_rows(self, indicator: Indicator) -> bool:
        """Whether the rows of a dataset are the indicator's results already, so that no students are counted; of one made
        of others, the first one's."""
        return self.registry.rows_of(self._first(indicator)) is not None

    def _first(self, indicator: Indicator) -> Indicator:
        """The first indicator that one is made of, through others; one that counts for itself is its own first."""
        seen: set[str] = set()
        while (others := self.registry.made_of(indicator)) and others[0] not in seen:
            seen.add(others[0])
            if (other := self.catalog.find(others[0])) is None:
                break
            indicator = other
        return indicator

    def dataset_of(self, indicator: Indicator) -> str:
        """The dataset that an indicator's groups, and the plain rows of its tests, belong to: of one made of others,
        the first one's."""
        indicator = self._first(indicator)
        return self.registry.rows_of(indicator) or indicator.students or ""

    @cached_property
    def _versions(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for kind, name in self.documents:
            plain, at, _ = name.partition("@")
            if kind == "indicator" and at:
                found[plain] = (*found.get(plain, ()), name)
        return found

    def older_than(self, indicator: Indicator) -> tuple[str, ...]:
        """The older versions beside an indicator, without which it does not say what held in each year."""
        others = self._versions.get(indicator.id, ())
        return tuple(name for name in others if int(name.partition("@")[2]) < indicator.major)

    def in_force(self, name: str) -> tuple[Indicator, ...]:
        """The versions that a plain id means, oldest first, as far as they could be built: no drafts beside them."""
        newest = self.catalog.indicators.get(name)
        if newest is None:
            return ()
        older = (self.catalog.indicators.get(version) for version in self.older_than(newest))
        used = (one for one in older if one is not None and one.status != "draft")
        return (*sorted(used, key=lambda one: one.major), newest)

    def of_kind(self, kind: str) -> Iterator[Document]:
        """The documents of a kind that could be built."""
        built = getattr(self.catalog, SHELVES[kind])
        return (d for (of, id_), d in self.documents.items() if of == kind and id_ in built)

    def ids(self, kind: str) -> tuple[str, ...]:
        return tuple(sorted(id_ for of, id_ in self.documents if of == kind))

    def all_built(self, kind: str) -> bool:
        """Whether nothing of a kind is broken, so that what is not there does not exist."""
        return len(getattr(self.catalog, SHELVES[kind])) == len(self.ids(kind))

    def unknown(self, document: Document, kind: str, id_: str, *path: str | int) -> Iterator[Problem]:
        """The problem of a reference at `path`, where no document of that kind and id exists."""
        plain, at, _ = id_.partition("@")
        if kind == "indicator" and at and document.kind != "test":
            message = f"'{id_}' is one version of an indicator, and specs name indicators without one"
            about = f"write {plain}: in each school year it means the rules of that year"
            yield document.problem("MS201", message, *path, hint=about)
        elif (kind, id_) not in self.documents:
            known = hint(id_, self.ids(kind), f"{NAMES[kind]}s there are")
            yield document.problem("MS201", f"there is no {NAMES[kind]} '{id_}'", *path, hint=known)


def unknown_name(
    document: Document, what: str, name: str, known: tuple[str, ...], *path: str | int, warn: bool = False
) -> Iterator[Problem]:
    """The problem of a name at `path` that is not among the names of the thing it refers to."""
    if name not in known:
        yield document.problem(
            "MS202", f"there is no {what} '{name}'", *path, hint=hint(name, known, "there are"), warn=warn
        )
