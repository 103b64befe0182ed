"""Everything that was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from metricspec.model.data import Binding, Codes, Dataset, Lookup
from metricspec.model.framework import Framework
from metricspec.model.indicator import Indicator, IndicatorTest
from metricspec.model.rules import GroupSet, LevelTable, OrgSet, Policy
from metricspec.model.words import NOTHING
from metricspec.problems import Place
from metricspec.schoolyear import previous


@dataclass(frozen=True)
class NamedPlugin:
    """A plugin that a project loads: its package, and the range of versions that it takes, as PEP 440 writes one."""

    package: str
    versions: str
    place: Place = Place()


@dataclass(frozen=True)
class Project:
    """A project file: which binding (`place`: where it is named), which warehouse, spec folders besides the shipped ones, and
    which plugins."""

    id: str
    folder: str
    binding: str | None = None
    specs: tuple[str, ...] = ()
    warehouse: str | None = None
    place: Place = Place()
    plugins: tuple[NamedPlugin, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """Everything that was read, by kind and id. `indicators` has the newest version of each; `versions` all of those that
    stand side by side, by their plain id and oldest first, each as id@N."""

    codes: Mapping[str, Codes] = field(default_factory=lambda: NOTHING)
    lookups: Mapping[str, Lookup] = field(default_factory=lambda: NOTHING)
    datasets: Mapping[str, Dataset] = field(default_factory=lambda: NOTHING)
    orgs: Mapping[str, OrgSet] = field(default_factory=lambda: NOTHING)
    groups: Mapping[str, GroupSet] = field(default_factory=lambda: NOTHING)
    policies: Mapping[str, Policy] = field(default_factory=lambda: NOTHING)
    levels: Mapping[str, LevelTable] = field(default_factory=lambda: NOTHING)
    indicators: Mapping[str, Indicator] = field(default_factory=lambda: NOTHING)
    versions: Mapping[str, tuple[Indicator, ...]] = field(default_factory=lambda: NOTHING)
    frameworks: Mapping[str, Framework] = field(default_factory=lambda: NOTHING)
    bindings: Mapping[str, Binding] = field(default_factory=lambda: NOTHING)
    tests: tuple[IndicatorTest, ...] = ()

    def find(self, name: str) -> Indicator | None:
        """The indicator of an id, or of id@N: its version with the major number N. None where there is none."""
        plain, at, number = name.partition("@")
        newest = self.indicators.get(plain)
        if not at or newest is None:
            return newest
        several = self.versions.get(plain, ())
        if not several and str(newest.major) == number:
            return newest
        return next((one for one in several if one.id == name), None)

    def with_indicator(self, other: Indicator) -> Catalog:
        """The catalogue with an indicator in the place of that of its id (id@N: of that version alone)."""
        plain, at, _ = other.id.partition("@")
        if not at:
            return replace(self, indicators={**self.indicators, other.id: other})
        several = tuple(other if one.id == other.id else one for one in self.versions[plain])
        return replace(self, versions={**self.versions, plain: several})

    def holding(self, name: str, year: str) -> Indicator | None:
        """The version of a plain id whose rules a school year has; None in years without results, or without the id."""
        versions = self.in_force(name) if name in self.indicators else ()
        return next((one for one in versions if year in one.effective), None)

    def every_indicator(self) -> tuple[Indicator, ...]:
        """Each indicator once, those of older versions that still run too."""
        several = (self.indicators.values(), *self.versions.values())
        return tuple({one.place: one for found in several for one in found}.values())

    def in_force(self, name: str, years: Sequence[str] = ()) -> tuple[Indicator, ...]:
        """What a name means, oldest first: for each school year the newest version in use whose first year has come.
        Of id@N that version alone. With `years` only what applies in one of them (the last, where none does).

        Raises KeyError where there is none.
        """
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        several = [one for one in self.versions.get(name, ()) if one.status != "draft" and one.major <= found.major]
        if len(several) < 2:
            return (found,)
        limited = [_until(one, later, name) for one, later in pairwise(several)]
        every = (*limited, found)
        wanted = tuple(one for one in every if not years or any(year in one.effective for year in years))
        return wanted or every[-1:]


def _until(one: Indicator, later: Indicator, name: str) -> Indicator:
    """A version in the years before a later one begins."""
    assert later.effective.first is not None, "reading demands it"
    last = previous(later.effective.first)
    last = min(last, one.effective.last or last)
    return replace(one, id=f"{one.id} to {last}", effective=replace(one.effective, last=last), stands_for=name)
