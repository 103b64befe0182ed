"""What the public can see of a framework's indicators: ratings and index levels, or that they cannot be said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from metricspec.frameworks.given import Given, Place, Row, released_rows
from metricspec.model import Band, Catalog, Indicator
from metricspec.model.framework import Framework, Input, StandIn


class Seen(NamedTuple):
    """A rating or level as the public sees it: None where there is none; `undecided` says why it cannot be said."""

    rating: str | None = None
    undecided: str = ""
    words: str = ""
    row: Row | None = None
    indicator: str = ""


@dataclass(frozen=True)
class Found:
    """Which indicator an input takes in a year, or why that is unknown; neither: it is no part of that year."""

    indicator: Indicator | None = None
    undecided: str = ""


class Released:
    """A Result as a framework reads it. Nothing hidden is ever in it."""

    def __init__(self, framework: Framework, catalog: Catalog, given: Given) -> None:
        self.framework, self.catalog = framework, catalog
        own = frozenset(framework.indicators)
        self.rows = {key: row for key, row in released_rows(given.result).items() if key[0] in own}
        self.ran = {key[0] for key in self.rows} if given.ran is None else given.ran
        self.there = {key[:3] for key in self.rows}
        self.years = tuple(sorted({key[1] for key in self.rows}))
        self.places = tuple(sorted({Place(*key[1:4]) for key in self.rows}))
        self._places = frozenset(self.places)
        self._of_org = frozenset((key[0], key[2], key[3]) for key in self.rows)
        self._ratings: dict[tuple[str, Place, str], Seen] = {}
        self._found: dict[tuple[str, str, str], Found] = {}

    def has(self, place: Place) -> bool:
        return place in self._places

    def ever(self, names: Iterable[str], place: Place) -> bool:
        """Whether an org has a row of one of some inputs in any year."""
        ids = [id_ for name in names for id_ in self.framework.input(name).of]
        return any((id_, place.level, place.org) in self._of_org for id_ in ids)

    def found(self, name: str, year: str, level: str) -> Found:
        """The indicator that an input takes its results from."""
        key = (name, year, level)
        if key not in self._found:
            self._found[key] = self._look(self.framework.input(name), year, level)
        return self._found[key]

    def _look(self, one: Input, year: str, level: str) -> Found:
        if year not in one.dated.years:
            return Found()
        ran = [id_ for id_ in one.of if id_ in self.ran]
        here = next((id_ for id_ in ran if (id_, year, level) in self.there), None)
        if here is not None:
            return Found(self.rules(here, year))
        dated = [id_ for id_ in ran or one.of if self.catalog.holding(id_, year)]
        if not dated:
            return Found()
        if not ran:
            return Found(undecided=f"{title(one)}: {' or '.join(dated)} was not computed")
        years = {key[1] for key in self.there if key[0] in dated}
        if years and year not in years:
            return Found(undecided=f"{title(one)}: there are no results for {year}")
        return Found(self.catalog.holding(dated[0], year))

    def rules(self, name: str, year: str) -> Indicator:
        """The version of an indicator whose rules a school year has; the newest where none says that it does.

        Raises KeyError where there is none.
        """
        return self.catalog.holding(name, year) or self.catalog.in_force(name)[-1]

    def row(self, indicator: Indicator, place: Place, group: str) -> Row | None:
        return self.rows.get((indicator.result_id, place.year, place.level, place.org, group))

    def rating(self, name: str, place: Place, group: str) -> Seen:
        """The rating of a student group; one too small to be rated has none, whatever is hidden about it."""
        key = (name, place, group)
        seen = self._ratings.get(key)
        if seen is None:
            seen = self._ratings[key] = self._rating(name, place, group)
        return seen

    def _rating(self, name: str, place: Place, group: str) -> Seen:
        one = self.framework.input(name)
        found = self.found(name, place.year, place.level)
        if found.indicator is None:
            return Seen(undecided=found.undecided)
        group = one.code(group)
        indicator, row = found.indicator, self.row(found.indicator, place, group)
        if row is None:
            return Seen()
        stand_in = next((entry for entry in one.stand_ins if place.year in entry.dated.years), None)
        if stand_in is not None:
            return self._stand_in(indicator, one, stand_in, row, place, group)
        if row.rating is not None:
            return Seen(row.rating, "", f"{title(one)} {row.rating}", row, indicator.result_id)
        sure = (
            self._below(indicator, row.suppressed, self._rated_from(indicator, place, group), place, group)
            or self._below(indicator, row.prior_suppressed, self._rated_from(indicator, place, group), place, group, ever=True)
        )  # fmt: skip
        hidden = row.suppressed or row.prior_suppressed
        return (
            Seen(row=row, indicator=indicator.result_id) if hidden is None or sure else _hidden(one, group, place, row)
        )

    def _stand_in(self, indicator: Indicator, one: Input, entry: StandIn, row: Row, place: Place, group: str) -> Seen:
        least = self._rated_from(indicator, place, group)
        if row.suppressed is not None:
            sure = self._below(indicator, row.suppressed, least, place, group)
            return Seen(row=row, indicator=indicator.result_id) if sure else _hidden(one, group, place, row)
        if row.status is None or (row.n is not None and row.n < least):
            return Seen(row=row, indicator=indicator.result_id)
        rating = dict(entry.ratings).get(row.status, row.status)
        words = f"{title(one)} {row.status}"
        return Seen(
            rating, "", words if rating == row.status else f"{words} (counts as {rating})", row, indicator.result_id
        )

    def level(self, name: str, place: Place, group: str, least: int) -> Seen:
        """The index level of a student group of `least` students or more, as a text of digits."""
        one = self.framework.input(name)
        found = self.found(name, place.year, place.level)
        if found.indicator is None:
            return Seen(undecided=found.undecided)
        group = one.code(group)
        row = self.row(found.indicator, place, group)
        if row is None:
            return Seen()
        if row.suppressed is not None:
            sure = self._below(found.indicator, row.suppressed, least, place, group)
            return Seen(row=row) if sure else _hidden(one, group, place, row)
        if row.n is not None and row.n < least:
            return Seen(row=row)
        level = banded(one.levels, row.value) if one.levels else row.status
        return Seen(level, "", f"{title(one)} level {level}" if level else "", row, found.indicator.result_id)

    def _rated_from(self, indicator: Indicator, place: Place, group: str) -> int:
        """The smallest number of students that is rated."""
        entries = self.catalog.policies[indicator.policy].rating
        matching = [one.n for one in entries if one.holds(place.year, place.level, group)]
        return matching[-1] if matching else 0

    def _below(
        self, indicator: Indicator, reason: str | None, least: int, place: Place, group: str, *, ever: bool = False
    ) -> bool:
        """Whether a hidden number is surely of fewer than `least` students, or of none at all.

        Hidden for too few students it is of fewer than the policy shows. Without a value (`input`) there is nothing to
        rate in what is computed here; what an authority published may lack it for a reason of its own.
        """
        if reason == "input":
            return indicator.students is not None
        shown = self.catalog.policies[indicator.policy].least_shown(None if ever else place.year, place.level, group)
        return reason == "primary" and shown <= least


def _hidden(one: Input, group: str, place: Place, row: Row) -> Seen:
    which = "result" if row.suppressed else "prior result"
    return Seen(undecided=f"{title(one)}: the {which} of {group} in {place.year} is hidden", row=row)


def title(one: Input) -> str:
    return str(one.title) or one.name.replace("_", " ")


def banded(bands: tuple[Band, ...], value: float | None) -> str | None:
    """The band that a rounded value lies in."""
    if value is None:
        return None
    exact = Decimal(repr(float(value)))
    return next((band.name for band in bands if within(band, exact)), None)


def within(band: Band, value: Decimal) -> bool:
    above = band.low is None or value > band.low or (band.low_closed and value == band.low)
    return above and (band.high is None or value < band.high or (band.high_closed and value == band.high))
