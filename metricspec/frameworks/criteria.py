"""Whether an org, or one of its student groups, meets a criterion: by what is released, or that it cannot be said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import singledispatchmethod
from typing import Any

from metricspec.frameworks.answers import NO, Answer, all_of, any_of, at_least, unknown
from metricspec.frameworks.given import Given, Place, Row
from metricspec.frameworks.index import Made
from metricspec.frameworks.released import Released, Seen, title
from metricspec.model.framework import Counted, Criterion, Designation, Indexed, Local, Pooled, Rated
from metricspec.schoolyear import ending_year, previous, school_year


@dataclass(frozen=True)
class Case:
    """Who is asked about: an org in a year, one of its student groups, for a designation."""

    place: Place
    group: str
    designation: Designation


@dataclass(frozen=True)
class Judge:
    """Answers criteria. `indexes` are those of every org and year; `peers` the orgs that a designation is about."""

    released: Released
    given: Given
    indexes: Mapping[Place, Made]
    peers: Callable[[Designation, str], tuple[tuple[Place, ...], tuple[str, ...]]]

    def criterion(self, criterion: Criterion, case: Case) -> Answer:
        """Met where one of its conditions holds."""
        fitting = [one for one in criterion.conditions if one.holds_for(case.place.year, case.group)]
        found = any_of(self._rule(one.rule, case) for one in fitting)
        if not found.holds or not str(criterion.title):
            return found
        return Answer(True, (f"{criterion.title} ({', '.join(found.why)})",))

    def count(self, names: tuple[str, ...], number: int, case: Case) -> Answer:
        """Whether so many different criteria are met."""
        framework = self.released.framework
        return at_least(number, [self.criterion(framework.criterion(name), case) for name in names])

    @singledispatchmethod
    def _rule(self, rule: Any, case: Case) -> Answer:
        raise TypeError(type(rule).__name__)

    @_rule.register
    def _rated(self, rule: Rated, case: Case) -> Answer:
        return all_of(
            _in(self.released.rating(name, case.place, case.group), ratings) for name, ratings in rule.ratings
        )

    @_rule.register
    def _counted(self, rule: Counted, case: Case) -> Answer:
        seen = [self._seen(rule, name, case) for name in rule.indicators]
        wanted = rule.ratings or tuple(str(level) for level in rule.levels)
        rated = [one for one in seen if one.rating is not None]
        yes = [one for one in rated if one.rating in wanted]
        open_ = [one for one in seen if one.undecided]
        outcomes = {
            _enough(rule, len(yes) + more, len(rated) + more + other)
            for more in range(len(open_) + 1)
            for other in range(len(open_) + 1 - more)
        }
        if len(outcomes) > 1:
            return unknown(*dict.fromkeys(one.undecided for one in open_))
        if not outcomes.pop():
            return NO
        return Answer(True, (f"{len(yes)} of {len(rated)}: {', '.join(one.words for one in yes)}",))

    def _seen(self, rule: Counted, name: str, case: Case) -> Seen:
        if rule.ratings:
            return self.released.rating(name, case.place, case.group)
        index = self.released.framework.index_in(case.place.year)
        return self.released.level(name, case.place, case.group, index.least_n if index else 1)

    @_rule.register
    def _pooled(self, rule: Pooled, case: Case) -> Answer:
        year, level, org = case.place
        above, below, reasons = Fraction(0), Fraction(0), []
        unit = "percent"
        for ago in range(rule.years):
            place = Place(school_year(ending_year(year) - ago), level, org)
            part = self._counts(rule.indicator, place, case.group)
            if isinstance(part, str):
                reasons.append(part)
                continue
            above, below, unit = above + part[0], below + part[1], part[2]
        if reasons:
            return unknown(*reasons)
        if not below:
            return NO
        rate = above / below * (100 if unit == "percent" else 1)
        cut = rule.below if rule.below is not None else rule.at_least
        assert cut is not None
        holds = rate < Fraction(cut) if rule.below is not None else rate >= Fraction(cut)
        name = title(self.released.framework.input(rule.indicator))
        than = "below" if rule.below is not None else "at least"
        shown = f"{_down(rate)}{' %' if unit == 'percent' else ''}"
        years = f" of {rule.years} years" if rule.years > 1 else ""
        return Answer(holds, (f"{name}{years} {shown}, {than} {cut}",) if holds else ())

    def _counts(self, name: str, place: Place, group: str) -> tuple[Fraction, Fraction, str] | str:
        """Numerator, denominator and unit of one year, nothing where nobody counted; or why they cannot be said."""
        one = self.released.framework.input(name)
        found = self.released.found(name, place.year, place.level)
        if found.indicator is None:
            return found.undecided or f"{title(one)}: there are no results for {place.year}"
        row: Row | None = self.released.row(found.indicator, place, one.code(group))
        if row is None:
            return Fraction(0), Fraction(0), found.indicator.unit
        if row.suppressed is not None:
            return f"{title(one)}: the result of {group} in {place.year} is hidden"
        if row.numerator is None or row.denominator is None:
            return f"{title(one)}: the counts of {place.year} are not published"
        return Fraction(row.numerator), Fraction(row.denominator), found.indicator.unit

    @_rule.register
    def _local(self, rule: Local, case: Case) -> Answer:
        key = (case.place.org, case.place.year, rule.priority)
        found = (self.given.local or {}).get(key)
        if found is None:
            return NO if rule.missing == "met" else unknown(f"nothing was reported on priority {rule.priority}")
        return Answer(True, (f"local indicator of priority {rule.priority}",)) if found in rule.found else NO

    @_rule.register
    def _indexed(self, rule: Indexed, case: Case) -> Answer:
        made = self.indexes.get(case.place)
        if made is None or made.value is None:
            return unknown(*made.undecided) if made is not None and made.undecided else NO
        value = made.value
        if rule.rose_by is not None:
            return self._rose(value, rule.rose_by, case.place)
        if rule.lowest_percent is not None:
            return self._lowest(value, rule.lowest_percent, case)
        cut = rule.below if rule.below is not None else rule.at_least
        assert cut is not None
        holds = value < Fraction(cut) if rule.below is not None else value >= Fraction(cut)
        than = "below" if rule.below is not None else "at least"
        return Answer(holds, (f"index {_plain(value)}, {than} {cut}",) if holds else ())

    def _rose(self, value: Fraction, by: Decimal, place: Place) -> Answer:
        before = Place(previous(place.year), place.level, place.org)
        if before.year not in self.released.years:
            return unknown(f"there are no results for {before.year}")
        made = self.indexes.get(before)
        if made is None or made.value is None:
            return unknown(*made.undecided) if made is not None and made.undecided else NO
        rise = value - made.value
        words = (f"index {_plain(value)} after {_plain(made.value)}",)
        return Answer(True, words) if rise >= Fraction(by) else NO

    def _lowest(self, value: Fraction, percent: Decimal, case: Case) -> Answer:
        """Among the lowest so many percent, rounded up; those with an equal index belong to them.

        Orgs whose index cannot be said may lie on either side: where that could decide, it cannot be said.
        """
        peers, doubts = self.peers(case.designation, case.place.year)
        if doubts:
            return unknown(*doubts)
        made = [self.indexes[place] for place in peers if place in self.indexes]
        values = [one.value for one in made if one.value is not None]
        lower, open_ = sum(one < value for one in values), sum(bool(one.undecided) for one in made)
        number = math.ceil((len(values) + open_) * Fraction(percent) / 100)
        if lower >= number:
            return NO
        if lower + open_ >= number:
            return unknown(f"the index of {open_} of the {len(made)} compared cannot be said")
        return Answer(True, (f"index {_plain(value)}, among the lowest {percent} % of {len(values) + open_}",))


def _in(seen: Seen, ratings: tuple[str, ...]) -> Answer:
    if seen.undecided:
        return unknown(seen.undecided)
    return Answer(True, (seen.words,)) if seen.rating in ratings else NO


def _enough(rule: Counted, yes: int, rated: int) -> bool:
    """Whether so many, of those rated, are what the rule asks for."""
    if rated < rule.rated_at_least or not yes:
        return False
    if rule.how_many == "all":
        return yes == rated
    if rule.how_many == "all_but_one":
        return yes == rated - 1
    return 2 * yes > rated if rule.how_many == "majority" else yes >= int(rule.how_many)


def _plain(value: Fraction) -> str:
    return f"{float(value):g}"


def _down(value: Fraction) -> str:
    """Two decimal places, cut off: 67.996 must not read 68.00 beside 'below 68'."""
    return f"{math.floor(value * 100) / 100:.2f}"
