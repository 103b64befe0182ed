"""Which parts of an indicator rest on memory or hearsay rather than on a source that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metricspec.model import Catalog, Dated, Indicator


@dataclass(frozen=True)
class Unverified:
    """One part, in words, and what its note says."""

    part: str
    note: str = ""


def unverified_parts(indicator: Indicator, catalog: Catalog) -> list[Unverified]:
    """Every part of an indicator, its policy and its cut scores that the specs mark as unverified."""
    found = [Unverified("the indicator's definition", indicator.note)] if indicator.unverified else []
    policy = catalog.policies[indicator.policy]
    for kind in ("privacy", "report", "rating", "small"):
        for entry in getattr(policy, kind):
            if entry.dated.unverified:
                found.append(Unverified(f"the {KINDS[kind]} ({entry.n})", entry.dated.note))
    if indicator.rating:
        for what, dated, when in _rules(catalog, indicator.rating):
            if dated.unverified:
                condition = f", where `{when}`" if when else ""
                found.append(Unverified(f"{what}{years_words(dated)}{condition}", dated.note))
    return list(dict.fromkeys(found))


KINDS = {
    "privacy": "smallest number of students shown",
    "report": "smallest number of students reported",
    "rating": "smallest number of students rated",
    "small": "number below which the rules for small numbers hold",
}


def _rules(catalog: Catalog, name: str) -> Iterator[tuple[str, Dated, str | None]]:
    levels = catalog.levels[name]
    for one in levels.status:
        yield "the cut scores of status", one.dated, one.when
    for one in levels.change:
        yield "the cut scores of change", one.dated, one.when
    for grid in levels.grids:
        yield "the colours", grid.dated, grid.when
    for override in levels.overrides:
        yield f"the rule for {override.rating}", override.dated, override.when


def years_words(dated: Dated) -> str:
    """
    >>> from metricspec.model import Dated, Years
    >>> years_words(Dated(Years("2017-18", None))), years_words(Dated())
    (' from 2017-18', '')
    """
    return between(dated.years.first, dated.years.last)


def between(first: str | None, last: str | None) -> str:
    if first and last:
        return f" in {first}" if first == last else f" from {first} to {last}"
    return f" from {first}" if first else f" until {last}" if last else ""
