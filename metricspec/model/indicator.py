"""Indicators and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class Indicator:
    """What one indicator means. `measure` is the frozen spec that the measure type `measure_type` parsed; `row_keys` the
    columns that tell a student's scores of a year apart, for measures that see all scores together (else None)."""

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
    unverified: bool = False
    note: str = ""
    description: Text = Text()
    place: Place = Place()


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
