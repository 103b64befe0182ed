"""Everything that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metricspec.model.data import Binding, Codes, Dataset, Lookup
from metricspec.model.framework import Framework
from metricspec.model.indicator import Indicator, IndicatorTest
from metricspec.model.rules import GroupSet, LevelTable, OrgSet, Policy
from metricspec.model.words import NOTHING
from metricspec.problems import Place


@dataclass(frozen=True)
class NamedPlugin:
    """A plugin that a project loads: its package, and the range of versions that it takes, as PEP 440 writes one."""

    package: str
    versions: str
    place: Place = Place()


@dataclass(frozen=True)
class Project:
    """A project file: which binding, which warehouse, spec folders besides the shipped ones, and which plugins."""

    id: str
    folder: str
    binding: str | None = None
    specs: tuple[str, ...] = ()
    warehouse: str | None = None
    place: Place = Place()
    plugins: tuple[NamedPlugin, ...] = ()


@dataclass(frozen=True)
class Catalog:
    """Everything that was read, by kind and id."""

    codes: Mapping[str, Codes] = field(default_factory=lambda: NOTHING)
    lookups: Mapping[str, Lookup] = field(default_factory=lambda: NOTHING)
    datasets: Mapping[str, Dataset] = field(default_factory=lambda: NOTHING)
    orgs: Mapping[str, OrgSet] = field(default_factory=lambda: NOTHING)
    groups: Mapping[str, GroupSet] = field(default_factory=lambda: NOTHING)
    policies: Mapping[str, Policy] = field(default_factory=lambda: NOTHING)
    levels: Mapping[str, LevelTable] = field(default_factory=lambda: NOTHING)
    indicators: Mapping[str, Indicator] = field(default_factory=lambda: NOTHING)
    frameworks: Mapping[str, Framework] = field(default_factory=lambda: NOTHING)
    bindings: Mapping[str, Binding] = field(default_factory=lambda: NOTHING)
    tests: tuple[IndicatorTest, ...] = ()
