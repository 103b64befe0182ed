"""The nouns of metricspec: frozen values, standard library only. What each means is in docs/reference/language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from metricspec.problems import Place

ColumnType = Literal["string", "integer", "decimal", "number", "boolean", "date", "code", "school_year"]
Rollup = Literal["sum", "any", "all", "latest", "first", "max", "min"]
Membership = Literal["any_time_in_year", "any_time_in_cohort", "latest"]
Scalar = str | int | float | bool | None
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Text:
    """A title or description by language; `str()` gives English, or the first language there is."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = dict(self.by_language)
        return words.get("en") or next(iter(words.values()), "")


@dataclass(frozen=True)
class Source:
    """Who published a rule, where, and the day it was read."""

    publisher: str = ""
    document: str = ""
    read: date | None = None
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Years:
    """School years from..to, both inclusive and open where None, without those in `excluded`."""

    first: str | None = None
    last: str | None = None
    excluded: tuple[str, ...] = ()

    def __contains__(self, year: object) -> bool:
        return (
            isinstance(year, str)
            and (self.first is None or year >= self.first)
            and (self.last is None or year <= self.last)
            and year not in self.excluded
        )


@dataclass(frozen=True)
class Dated:
    """What every dated rule carries besides its value."""

    years: Years = Years()
    source: Source | None = None
    unverified: bool = False
    note: str = ""


@dataclass(frozen=True)
class Codes:
    """A code list; `values` keeps the written order, which is the order of comparison when `ordered`."""

    id: str
    values: tuple[tuple[str, str], ...]
    ordered: bool = False
    title: Text = Text()
    place: Place = Place()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.values)


@dataclass(frozen=True)
class Lookup:
    """A constant for each code of the list `key`."""

    id: str
    key: str
    values: tuple[tuple[str, Decimal], ...]
    title: Text = Text()
    source: Source | None = None
    place: Place = Place()


@dataclass(frozen=True)
class Column:
    """A column of a dataset. `missing` is "exclude", "error", or the value that an empty cell takes."""

    name: str
    type: ColumnType
    codes: str | None = None
    scale: int = 0
    rollup: Rollup | None = None
    missing: Scalar = "exclude"
    default: Scalar = None
    has_default: bool = False
    title: Text = Text()


@dataclass(frozen=True)
class Dataset:
    """A logical table. `keys` names the columns that play a role: student, school, year."""

    id: str
    columns: Mapping[str, Column]
    grain: tuple[str, ...]
    order: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    span: Literal["year", "cohort"] = "year"
    title: Text = Text()
    description: Text = Text()
    place: Place = Place()


@dataclass(frozen=True)
class BoundColumn:
    """Where one logical column comes from: exactly one of the first three, or nothing at all (always missing)."""

    column: str | None = None
    sql: str | None = None
    constant: Scalar = None
    format: Literal["ending_year", "starting_year"] | None = None


@dataclass(frozen=True)
class BoundDataset:
    """Where a district keeps one dataset: one of file, table, sql; `codes` maps raw values to codes."""

    dataset: str
    file: str | None = None
    table: str | None = None
    sql: str | None = None
    columns: Mapping[str, BoundColumn] = field(default_factory=lambda: NOTHING)
    codes: Mapping[str, Mapping[str, Scalar]] = field(default_factory=lambda: NOTHING)
    where: str | None = None
    place: Place = Place()


@dataclass(frozen=True)
class Binding:
    id: str
    datasets: Mapping[str, BoundDataset]
    title: Text = Text()
    place: Place = Place()


@dataclass(frozen=True)
class OrgLevel:
    """A level of the org tree: the key that names an org, and which of a student's rows count there."""

    name: str
    key: str
    stints: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrgSet:
    id: str
    dataset: str
    levels: tuple[OrgLevel, ...]
    title: Text = Text()
    place: Place = Place()


@dataclass(frozen=True)
class Group:
    """A student group: a condition on a student's rows and how one row's answer becomes membership."""

    id: str
    where: str
    membership: Membership = "any_time_in_year"
    years: Years = Years()
    title: Text = Text()


@dataclass(frozen=True)
class GroupSet:
    """Student groups by condition, or (`column`) one group for each value of a column."""

    id: str
    groups: tuple[Group, ...] = ()
    column: str | None = None
    partitions: tuple[tuple[str, ...], ...] = ()
    title: Text = Text()
    source: Source | None = None
    place: Place = Place()


@dataclass(frozen=True)
class Threshold:
    """A minimum n, for some years, groups and org levels (empty: all)."""

    n: int
    groups: tuple[str, ...] = ()
    org_levels: tuple[str, ...] = ()
    dated: Dated = Dated()


@dataclass(frozen=True)
class Policy:
    """Minimum n to publish (privacy), to report, to rate, and below which small-n rules hold; later entries win."""

    id: str
    privacy: tuple[Threshold, ...]
    report: tuple[Threshold, ...] = ()
    rating: tuple[Threshold, ...] = ()
    small: tuple[Threshold, ...] = ()
    of: Literal["students", "denominator"] = "students"
    title: Text = Text()
    source: Source | None = None
    place: Place = Place()


@dataclass(frozen=True)
class Band:
    """An interval of rounded values; None is open."""

    name: str
    low: Decimal | None = None
    low_closed: bool = True
    high: Decimal | None = None
    high_closed: bool = True


@dataclass(frozen=True)
class BandSet:
    bands: tuple[Band, ...]
    when: str | None = None
    dated: Dated = Dated()


@dataclass(frozen=True)
class Grid:
    """Status (rows) by change (columns) gives the rating; None where the cell does not apply."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | None, ...]], ...]
    when: str | None = None
    dated: Dated = Dated()


@dataclass(frozen=True)
class Override:
    """A rating set by rule rather than by the grid, unless the rating already is one of `unless`."""

    when: str
    rating: str
    unless: tuple[str, ...] = ()
    dated: Dated = Dated()


@dataclass(frozen=True)
class LevelTable:
    """Cut scores: in each list the first entry whose years and condition match is used."""

    id: str
    digits: int
    status: tuple[BandSet, ...]
    change: tuple[BandSet, ...] = ()
    grids: tuple[Grid, ...] = ()
    overrides: tuple[Override, ...] = ()
    better: str = "none"
    title: Text = Text()
    source: Source | None = None
    place: Place = Place()


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
    """What one indicator means. `measure` is the frozen spec that the measure type `measure_type` parsed."""

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


@dataclass(frozen=True)
class Project:
    """A project file: which binding, and spec folders besides the shipped ones."""

    id: str
    folder: str
    binding: str | None = None
    specs: tuple[str, ...] = ()
    place: Place = Place()


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
    bindings: Mapping[str, Binding] = field(default_factory=lambda: NOTHING)
    tests: tuple[IndicatorTest, ...] = ()
