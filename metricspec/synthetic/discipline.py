"""Discipline: actions with durations in tenths of a day, so that totals just below one full day occur."""

from dataclasses import dataclass

import numpy as np

from .arrays import Floats, Ints
from .members import Members
from .parameters import DisciplineParameters
from .places import Places, level_of
from .stints import PRIMARY, Stints
from .students import FOSTER, HOMELESS, RACES, SED, SWD, Students

ACTIONS = ("100", "110", "200", "300")
OFFENSES = ("violence with injury", "violence without injury", "weapon", "drugs", "defiance", "other")
OFFENSE_SHARES = (0.14, 0.36, 0.03, 0.22, 0.15, 0.10)


@dataclass(frozen=True, slots=True)
class Discipline:
    """One entry an action, in order of student."""

    stint: Ints
    number: Ints  # of the student's actions in the year, from 1
    day: Ints
    action: Ints  # index into ACTIONS
    tenths: Ints  # duration in tenths of a day
    offense: Ints

    def full_days(self, action: str, stints: int, longest: Ints) -> Ints:
        """Whole days of one action by stint, the part of a day left over dropped."""
        mine = self.action == ACTIONS.index(action)
        total = np.bincount(self.stint[mine], weights=self.tenths[mine], minlength=stints)
        return np.minimum(total.astype(np.int64) // 10, longest)


def draw_discipline(
    stints: Stints,
    members: Members,
    students: Students,
    places: Places,
    p: DisciplineParameters,
    rng: np.random.Generator,
) -> Discipline:
    """Actions of the year, each in one of the student's primary stints."""
    primary = np.flatnonzero(stints.status == PRIMARY)
    length = stints.exit[primary] - stints.entry[primary] + 1
    enrolled = np.bincount(stints.member[primary], weights=length, minlength=members.count)
    rate = np.exp(_log_rate(members, students, places, p)) * enrolled / 180
    count = np.minimum(rng.poisson(rate), 12)
    member = np.repeat(np.arange(members.count), count)
    ends = np.cumsum(length)
    before = np.zeros(members.count, dtype=np.int64)
    np.add.at(before, stints.member[primary], length)
    before = np.cumsum(before) - before
    position = before[member] + (rng.random(member.size) * enrolled[member]).astype(np.int64)
    position.sort()  # members ascend, so sorting keeps them apart
    at = np.searchsorted(ends, position, side="right")
    day = stints.entry[primary[at]] + position - (ends[at] - length[at])
    number = np.arange(member.size) - np.repeat(np.cumsum(count) - count, count) + 1
    action = rng.choice(len(ACTIONS), member.size, p=p.action_share)
    return Discipline(
        primary[at],
        number,
        day,
        action,
        _tenths(action, p, rng),
        rng.choice(len(OFFENSES), member.size, p=OFFENSE_SHARES),
    )


def _log_rate(members: Members, students: Students, places: Places, p: DisciplineParameters) -> Floats:
    a = members.attributes
    race = np.zeros(len(RACES) + 1)
    for code, value in (
        ("AA", p.african_american),
        ("AI", p.american_indian),
        ("AS", p.asian),
        ("FI", p.filipino),
    ):
        race[RACES.index(code)] = value
    rate: Floats = (
        np.array(p.intercept)[level_of(members.grade)]
        + race[students.race[members.student]]
        + p.student_sd * students.behaviour[members.student]
        + places.schools.discipline_effect[members.school]
        + p.disability * a[:, SWD]
        + p.foster_youth * a[:, FOSTER]
        + p.homeless * a[:, HOMELESS]
        + p.economically_disadvantaged * a[:, SED]
    )
    return np.where(members.grade <= 2, rate - 1.2, rate)  # rare before grade 2


def _tenths(action: Ints, p: DisciplineParameters, rng: np.random.Generator) -> Ints:
    part = rng.integers(1, 10, action.size)
    out = rng.choice(np.array([10, 20, 30, 50]), action.size, p=(0.45, 0.25, 0.20, 0.10))
    inside = rng.choice(np.array([10, 20]), action.size, p=(0.8, 0.2))
    u = rng.random(action.size)
    tenths = np.select(
        [action == 0, action == 1, action == 2],
        [
            np.where(u < p.partial_day_share[0], part, out),
            np.where(u < p.partial_day_share[1], part, inside),
            50,
        ],
        0,
    )
    return tenths.astype(np.int64)
