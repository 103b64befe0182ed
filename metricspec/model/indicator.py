"""Indicators and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from metricspec.model.words import Scalar, Source, Text, Years
from metricspec.problems import Place


@dataclass(frozen=True)
class Fact:
    """One value per student, org and year out of another dataset."""

    name: str
    dataset: str
    aggregate: Literal["sum", "count", "any", "latest", "max", "min"]
    value: str | None = None
    where: str | None = None
    at: Literal["org", "anywhere"] = "org"
    missing: Scalar = "exclude"


@dataclass(frozen=True)
class Compare:
    mode: Literal["previous", "latest_available", "none"]
    years: Years = Years()


@dataclass(frozen=True)
class Deprecated:
    """From which day on an indicator should not be used any more, and which one to use instead, if any."""

    since: date
    replacement: str | None = None


@dataclass(frozen=True)
class Indicator:
    """What one indicator means. `measure` is the frozen spec that the measure type `measure_type` parsed; `row_keys` the
    columns that tell a student's scores of a year apart, for measures that see all scores together (else None).

    Where several versions stand side by side, an `id` ends in `@` and its major number; `stands_for` is then the plain id
    under which results appear, in the years for which a plain id means this version.
    """

    id: str
    version: str
    title: Text
    measure_type: str
    measure: Any
    groups: str
    policy: str
    unit: Literal["percent", "points", "days", "count", "ratio"] = "percent"
    digits: int = 1
    better: str = "none"
    status: Literal["draft", "active", "deprecated"] = "active"
    source: Source | None = None
    effective: Years = Years()
    students: str | None = None
    stints: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    population: tuple[str, ...] = ()
    row_keys: tuple[str, ...] | None = None
    orgs: str | None = None
    rating: str | None = None
    compare: tuple[Compare, ...] = ()
    supersedes: str | None = None
    deprecated: Deprecated | None = None
    unverified: bool = False
    note: str = ""
    description: Text = Text()
    place: Place = Place()
    stands_for: str = ""

    @property
    def result_id(self) -> str:
        """What the Result calls it."""
        return self.stands_for or self.id

    @property
    def deprecation(self) -> str:
        """Since when it is out of use and what replaces it, in words; empty where it is in use."""
        if self.status != "deprecated":
            return ""
        told = self.deprecated
        since = f" since {told.since.isoformat()}" if told else ""
        return f"deprecated{since}; " + (
            f"use {told.replacement}" if told and told.replacement else "nothing replaces it"
        )

    @property
    def major(self) -> int:
        """The first number of the version: results of one major number are comparable."""
        return int(self.version.partition(".")[0])


@dataclass(frozen=True)
class TestCase:
    """Rows in, expected results out; `rows` by dataset."""

    name: str
    rows: Mapping[str, tuple[Mapping[str, Scalar], ...]]
    expect: tuple[Mapping[str, Scalar], ...]
    expect_absent: tuple[Mapping[str, Scalar], ...] = ()
    stage: Literal["tally", "released"] = "released"
    year: str | None = None
    tolerance: float = 1e-9
    place: Place = Place()
    expect_places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class IndicatorTest:
    indicator: str
    cases: tuple[TestCase, ...]
    place: Place = Place()
