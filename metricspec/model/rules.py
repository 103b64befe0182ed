"""Rules that indicators refer to: orgs, groups, policies, cut scores."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from metricspec.model.words import Dated, Source, Text, Years
from metricspec.problems import Place

Membership = Literal["any_time_in_year", "any_time_in_cohort", "latest"]


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

    @property
    def everyone(self) -> str | None:
        """The group that everyone belongs to, where there is one."""
        return next((group.id for group in self.groups if group.where.strip().lower() == "true"), None)


@dataclass(frozen=True)
class Threshold:
    """A minimum n, for some years, groups and org levels (empty: all)."""

    n: int
    groups: tuple[str, ...] = ()
    org_levels: tuple[str, ...] = ()
    dated: Dated = Dated()

    def holds(self, year: str | None, org_level: str | None, group: str | None) -> bool:
        """Whether it is about a place; None is any."""
        return (
            (year is None or year in self.dated.years)
            and (org_level is None or not self.org_levels or org_level in self.org_levels)
            and (group is None or not self.groups or group in self.groups)
        )


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

    def least_shown(self, year: str | None = None, org_level: str | None = None, group: str | None = None) -> int:
        """The smallest number of students shown: of privacy and report the higher. What is None may be any.

        Of each list the last entry that matches holds, and where none does its greatest; where several places are
        meant, the greatest of all that match.
        """
        found = 1
        for entries in (self.privacy, self.report):
            matching = [e.n for e in entries if e.holds(year, org_level, group)]
            one_place = None not in (year, org_level, group)
            of_all = max((e.n for e in entries), default=1)
            found = max(found, of_all if not matching else matching[-1] if one_place else max(matching))
        return found


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
