"""Whether an org is designated in a year: its criteria over years, entry and exit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metricspec.frameworks.answers import NO, Answer, all_of, any_of, unknown
from metricspec.frameworks.criteria import Case, Judge
from metricspec.frameworks.given import Given, Place
from metricspec.frameworks.index import Made
from metricspec.frameworks.released import Released
from metricspec.model.framework import Designation
from metricspec.schoolyear import previous

WORDS: Mapping[str, str] = {
    "charter": "it is a charter school",
    "alternative": "it is an alternative school",
    "title_i": "it is a Title I school",
    "org_type": "of which type it is",
}


@dataclass(frozen=True)
class Decision:
    """`about` is whether the designation is about the org at all; `groups` are those by which it holds."""

    answer: Answer
    groups: tuple[str, ...] = ()
    about: bool | None = True


@dataclass
class Designations:
    """Decides designations of one framework over a Result; remembers what it decided for earlier years."""

    released: Released
    given: Given
    indexes: Mapping[Place, Made]
    _decided: dict[tuple[str, Place], Decision] = field(default_factory=dict)
    _met: dict[tuple[str, Place, str], Answer] = field(default_factory=dict)
    _peers: dict[tuple[str, str], tuple[tuple[Place, ...], tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.judge = Judge(self.released, self.given, self.indexes, self.peers)

    def decide(self, one: Designation, place: Place) -> Decision:
        key = (one.name, place)
        if key not in self._decided:
            self._decided[key] = self._decide(one, place)
        return self._decided[key]

    def peers(self, one: Designation, year: str) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """The orgs that a designation is about in a year, and what must be known to tell them."""
        if (one.name, year) not in self._peers:
            there = [p for p in self.released.places if p.year == year and p.level == one.org_level]
            about = [(place, self.about(one, place)) for place in there]
            doubts = tuple(dict.fromkeys(text for _, answer in about for text in answer.undecided))
            self._peers[one.name, year] = (tuple(place for place, answer in about if answer.holds), doubts)
        return self._peers[one.name, year]

    def about(self, one: Designation, place: Place) -> Answer:
        """Whether the org has the attributes that the designation asks for."""
        known = self.given.orgs.get((place.org, place.year), {})
        found = []
        for name, wanted in one.only:
            value = known.get(name)
            words = f"whether {WORDS[name]} is not known" if name != "org_type" else f"{WORDS[name]} is not known"
            found.append(unknown(words) if value is None else Answer(value == wanted))
        return all_of(found)

    def _decide(self, one: Designation, place: Place) -> Decision:
        about = self.about(one, place)
        if about.holds is False:
            return Decision(NO, (), False)
        if one.exit and not self.released.ever(self._looked_at(one), place):
            return Decision(NO, (), about.holds)  # nobody ever counted, so nothing can stand from earlier years
        if one.entry and place.year not in one.entry:
            return self._standing(one, place, about)
        chosen, groups = self._chosen(one, place)
        if one.exit and chosen.holds is not True:
            before = self._earlier(one, place)
            stays = all_of([before.answer, self._exit(one, place).negated()])
            if stays.holds:
                groups = before.groups
            chosen = any_of([chosen, stays])
        answer = all_of([about, chosen])
        return Decision(answer, groups if answer.holds else (), about.holds)

    def _looked_at(self, one: Designation) -> tuple[str, ...]:
        """The inputs that a designation's criteria look at."""
        criteria = [self.released.framework.criterion(name) for name in (*one.criteria, *one.exit)]
        return tuple(name for c in criteria for condition in c.conditions for name in condition.inputs)

    def _standing(self, one: Designation, place: Place, about: Answer) -> Decision:
        """In a year in which none is chosen: what was decided before stands, unless a criterion of exit is met."""
        before = self._earlier(one, place)
        since = max((year for year in one.entry if year < place.year), default="")
        stays = all_of([before.answer, self._exit(one, place).negated()])
        why = tuple(f"since {since}: {text}" if not text.startswith("since ") else text for text in stays.why)
        answer = Answer(stays.holds, why, stays.undecided)
        return Decision(answer, before.groups if answer.holds else (), about.holds)

    def _earlier(self, one: Designation, place: Place) -> Decision:
        """What was decided the year before; an org that was not there then was not designated."""
        before = Place(previous(place.year), place.level, place.org)
        if before.year not in one.dated.years or (one.entry and before.year < one.entry[0]):
            return Decision(NO)
        if before.year < self.released.years[0]:
            needs = max((year for year in one.entry if year < place.year), default=before.year)
            return Decision(unknown(f"there are no results for {needs}"))
        if before.year in self.released.years and not self.released.has(before):
            return Decision(NO)
        return self.decide(one, before)

    def _exit(self, one: Designation, place: Place) -> Answer:
        if not one.exit:
            return NO
        return any_of(self.judge.count(one.exit, 1, Case(place, group, one)) for group in one.groups)

    def _chosen(self, one: Designation, place: Place) -> tuple[Answer, tuple[str, ...]]:
        """Whether enough criteria are met in each of the years on end, and by which student groups."""
        years = [place.year]
        while len(years) < one.consecutive_years:
            years.append(previous(years[-1]))
        places = [Place(year, place.level, place.org) for year in years]
        found = {group: [self._in_year(one, where, group) for where in places] for group in one.groups}
        if one.same_group:
            by_group = {group: all_of(answers) for group, answers in found.items()}
            return any_of(by_group.values()), tuple(group for group, answer in by_group.items() if answer.holds)
        in_years = [any_of(answers[at] for answers in found.values()) for at in range(len(places))]
        return all_of(in_years), tuple(group for group, answers in found.items() if answers[0].holds)

    def _in_year(self, one: Designation, place: Place, group: str) -> Answer:
        if not self.released.has(place):
            known = place.year in self.released.years
            return NO if known else unknown(f"there are no results for {place.year}")
        key = (one.name, place, group)
        if key not in self._met:
            self._met[key] = self.judge.count(one.criteria, one.at_least, Case(place, group, one))
        answer = self._met[key]
        if not answer.holds:
            return answer
        year = f"{place.year} " if one.consecutive_years > 1 else ""
        named = f"{year}{group}" if group != "ALL" else year.strip()
        return Answer(True, (f"{named}: {' and '.join(answer.why)}" if named else " and ".join(answer.why),))
