"""Frameworks: which indicators an authority uses, what each weighs, and which orgs it designates by which rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from metricspec.model.rules import Band
from metricspec.model.words import Dated, Source, Text
from metricspec.problems import Place

LOCAL = "local_indicator"  # the dataset of what orgs report on themselves


@dataclass(frozen=True)
class StandIn:
    """Years in which a status stands for a rating; a status that is not named is rated, and keeps its own name."""

    ratings: tuple[tuple[str, str], ...]
    dated: Dated = Dated()


@dataclass(frozen=True)
class Input:
    """An indicator by the framework's own name: `of` are indicators of the catalogue, the first with results is used.

    `levels` are bands of the value that name index levels; empty where the indicator's own status does. `groups` are the
    framework's student groups that the indicator knows by another code, which stands beside each; ALL is one of them where
    another group stands for all students.
    """

    name: str
    of: tuple[str, ...]
    title: Text = Text()
    stand_ins: tuple[StandIn, ...] = ()
    levels: tuple[Band, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
    dated: Dated = Dated()

    def code(self, group: str) -> str:
        """The indicator's own code of a student group."""
        return dict(self.groups).get(group, group)


@dataclass(frozen=True)
class Domain:
    """A part of the index; each metric's weight is relative to the others of the domain."""

    name: str
    weight: Decimal
    metrics: tuple[tuple[str, Decimal], ...]
    title: Text = Text()


@dataclass(frozen=True)
class Share:
    """A part of each metric's weight: that of one student group, or of the lowest of several."""

    name: str
    weight: Decimal
    group: str | None = None
    lowest_of: tuple[str, ...] = ()
    required: bool = False
    title: Text = Text()


@dataclass(frozen=True)
class LevelBand:
    """What a span of index levels is called, both ends included."""

    name: str
    first: int
    last: int
    title: Text = Text()


@dataclass(frozen=True)
class Index:
    """Points out of 100: weight x level / `levels`, added up, capped and rounded once."""

    org_level: str
    levels: int
    domains: tuple[Domain, ...]
    shares: tuple[Share, ...]
    least_n: int = 1
    digits: int = 0
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100)
    missing_metric: Literal["spread", "no_index"] = "spread"
    missing_domain: Literal["spread", "no_index"] = "spread"
    bands: tuple[LevelBand, ...] = ()
    dated: Dated = Dated()


@dataclass(frozen=True)
class Rated:
    """Every named indicator has one of its ratings."""

    ratings: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Counted:
    """So many of the indicators that are rated have one of the ratings (or index levels)."""

    indicators: tuple[str, ...]
    how_many: int | Literal["all", "all_but_one", "majority"]
    ratings: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    rated_at_least: int = 1


@dataclass(frozen=True)
class Pooled:
    """The rate of several years together, numerators and denominators added up, lies below or at a cut."""

    indicator: str
    years: int
    below: Decimal | None = None
    at_least: Decimal | None = None


@dataclass(frozen=True)
class Local:
    """The org reported one of these findings for a priority; `missing` is what no report at all means."""

    priority: str
    found: tuple[str, ...]
    missing: Literal["met", "unknown"]


@dataclass(frozen=True)
class Indexed:
    """The index lies below or at a cut, among the lowest percent of the orgs looked at, or rose by so many points."""

    below: Decimal | None = None
    at_least: Decimal | None = None
    lowest_percent: Decimal | None = None
    rose_by: Decimal | None = None


Rule = Rated | Counted | Pooled | Local | Indexed


@dataclass(frozen=True)
class Condition:
    """One way to meet a criterion: its rule, for some years and student groups (empty: all but `except_groups`)."""

    rule: Rule
    groups: tuple[str, ...] = ()
    except_groups: tuple[str, ...] = ()
    dated: Dated = Dated()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The framework's names of the indicators that it looks at itself."""
        if isinstance(self.rule, Rated):
            return tuple(name for name, _ in self.rule.ratings)
        if isinstance(self.rule, Counted):
            return self.rule.indicators
        return (self.rule.indicator,) if isinstance(self.rule, Pooled) else ()

    def holds_for(self, year: str, group: str) -> bool:
        return (
            year in self.dated.years and (not self.groups or group in self.groups) and group not in self.except_groups
        )


@dataclass(frozen=True)
class Criterion:
    """Met where any of its conditions holds."""

    name: str
    conditions: tuple[Condition, ...]
    title: Text = Text()


@dataclass(frozen=True)
class Designation:
    """Which orgs are designated: those that meet `at_least` different criteria, by one student group.

    `only` are attributes of the org; `entry` the years in which the rule is applied (in others the last answer stands);
    `exit` criteria end it.
    """

    name: str
    criteria: tuple[str, ...]
    org_level: str
    kind: Literal["support", "recognition"] = "support"
    groups: tuple[str, ...] = ("ALL",)
    at_least: int = 1
    consecutive_years: int = 1
    same_group: bool = True
    only: tuple[tuple[str, bool | str], ...] = ()
    entry: tuple[str, ...] = ()
    exit: tuple[str, ...] = ()
    title: Text = Text()
    dated: Dated = Dated()


@dataclass(frozen=True)
class Framework:
    id: str
    inputs: tuple[Input, ...]
    indexes: tuple[Index, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    designations: tuple[Designation, ...] = ()
    title: Text = Text()
    description: Text = Text()
    source: Source | None = None
    unverified: bool = False
    note: str = ""
    place: Place = Place()

    def input(self, name: str) -> Input:
        """An indicator by the framework's own name for it; the reader has checked that there is one."""
        return next(one for one in self.inputs if one.name == name)

    def criterion(self, name: str) -> Criterion:
        return next(one for one in self.criteria if one.name == name)

    def index_in(self, year: str) -> Index | None:
        """The index of a year: the first entry that it belongs to."""
        return next((one for one in self.indexes if year in one.dated.years), None)

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator of the catalogue that it may take results from, once."""
        return tuple(dict.fromkeys(id_ for one in self.inputs for id_ in one.of))
