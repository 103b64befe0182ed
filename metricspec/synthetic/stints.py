"""Enrolment stints of a year: whole years, late and early ones, moves, returns, gaps, second schools."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Ints
from .members import Members
from .parameters import Parameters, StintParameters
from .places import Places, another_school
from .school_days import DAYS
from .students import EL, FOSTER, HOMELESS, LTEL, RFEP, SED, SWD

PRIMARY, SECONDARY, SHORT_TERM = 0, 1, 2
STATUS = ("10", "20", "30")
WHOLE, LATE, EARLY, MOVE, RETURN, GAP, SHORT, EPISODE = range(8)
LAST = DAYS - 1


@dataclass(frozen=True, slots=True)
class Stints:
    """One entry a stint, in order of student and time; days are indexes into the calendar."""

    member: Ints
    sequence: Ints
    school: Ints
    entry: Ints
    exit: Ints
    status: Ints  # index into STATUS
    attributes: Bools
    accountability_district: Ints  # index, -1 none
    exempt: Bools
    nonpublic: Bools

    @property
    def count(self) -> int:
        return int(self.member.size)


@dataclass(frozen=True, slots=True)
class _Slots:
    """Up to four stints a member as columns: three primary in time order, one second school."""

    school: Ints
    entry: Ints
    exit: Ints
    status: Ints
    used: Bools


def draw_stints(
    members: Members, reclassified_day: Ints, places: Places, parameters: Parameters, rng: np.random.Generator
) -> Stints:
    """The stints of the year. `reclassified_day` is NEVER-large where no reclassification takes place."""
    kind = _kinds(members, parameters, rng)
    slots = _slots(members, kind, places, parameters.stints, rng)
    attributes = _attributes(members, slots, kind, reclassified_day, parameters.stints, rng)
    p, n = parameters.students, members.count
    disability, districts = members.attributes[:, SWD], len(places.district_ids)
    elsewhere = disability & (rng.random(n) < p.accountability_elsewhere_if_disability) & (districts > 1)
    other = places.schools.district[members.school] + rng.integers(1, max(districts, 2), n)
    other = np.where(elsewhere, other % districts, -1)
    nonpublic = disability & (rng.random(n) < p.nonpublic_if_disability)
    exempt = rng.random(n) < p.attendance_exempt
    row, column = np.nonzero(slots.used)
    return Stints(
        member=row,
        sequence=column + 1,
        school=slots.school[row, column],
        entry=slots.entry[row, column],
        exit=slots.exit[row, column],
        status=slots.status[row, column],
        attributes=attributes[row, column],
        accountability_district=other[row],
        exempt=exempt[row],
        nonpublic=nonpublic[row],
    )


def _kinds(members: Members, parameters: Parameters, rng: np.random.Generator) -> Ints:
    p = parameters.stints
    shares = np.array([p.late, p.early, p.move, p.returns, p.gap, p.short_term])
    mobile = members.attributes[:, HOMELESS] | members.attributes[:, FOSTER]
    cuts = np.cumsum(shares) * np.where(mobile, p.mobile_factor, 1.0)[:, None]
    kind = (rng.random(members.count)[:, None] > cuts).sum(axis=1) + 1
    kind = np.where(kind > SHORT, WHOLE, kind)
    ends = mobile & (kind == WHOLE) & (rng.random(members.count) < p.episode)
    return np.where(ends, EPISODE, kind)


def _slots(members: Members, kind: Ints, places: Places, p: StintParameters, rng: np.random.Generator) -> _Slots:
    n = members.count
    anywhere = rng.random(n) < p.another_district
    other = another_school(places, members.school, members.grade, anywhere, rng.random(n))
    kind = np.where((other == members.school) & np.isin(kind, (MOVE, RETURN, SHORT)), GAP, kind)
    first = rng.integers(12, 120, n)  # last day of the first stint
    pause = np.where(rng.random(n) < 0.6, 1, rng.integers(2, 12, n))
    second = np.minimum(first + pause, LAST - 12)
    third = np.minimum(second + rng.integers(10, 45, n), LAST - 5)
    school = np.stack([members.school, other, members.school, other], axis=1)
    entry = np.zeros((n, 4), dtype=np.int64)
    exit_ = np.full((n, 4), LAST)
    used = np.zeros((n, 4), dtype=bool)
    used[:, 0] = True
    entry[:, 0] = np.where(kind == LATE, rng.integers(5, 171, n), 0)
    two, three = np.isin(kind, (MOVE, GAP, EPISODE)), np.isin(kind, (RETURN, SHORT))
    exit_[:, 0] = np.where(kind == EARLY, rng.integers(3, 165, n), np.where(two | three, first, LAST))
    used[:, 1] = two | three
    school[:, 1] = np.where(np.isin(kind, (GAP, EPISODE)), members.school, other)
    gap = np.where(kind == GAP, np.minimum(first + rng.integers(8, 45, n), LAST - 5), second)
    entry[:, 1] = np.where(kind == EPISODE, first + 1, gap)
    exit_[:, 1] = np.where(three, third, LAST)
    used[:, 2] = three
    entry[:, 2] = third + 1
    high = members.grade >= 10
    used[:, 3] = (
        (kind == WHOLE)
        & (other != members.school)
        & (rng.random(n) < np.where(high, p.secondary_high_school, p.secondary))
    )
    entry[:, 3] = rng.integers(0, 60, n)
    exit_[:, 3] = entry[:, 3] + rng.integers(20, 100, n)
    status = np.zeros((n, 4), dtype=np.int64)
    status[:, 3] = SECONDARY
    status[:, 1] = np.where(kind == SHORT, SHORT_TERM, PRIMARY)
    return _Slots(school, entry, exit_, status, used)


def _attributes(
    members: Members,
    slots: _Slots,
    kind: Ints,
    reclassified_day: Ints,
    p: StintParameters,
    rng: np.random.Generator,
) -> Bools:
    """The year's attributes for each slot, with what differs between a student's stints."""
    n = members.count
    values = np.repeat(members.attributes[:, None, :], 4, axis=1)
    first_differs = (rng.random(n) < p.poverty_differs_between_stints) & slots.used[:, 1]
    values[:, 0, SED] ^= first_differs
    in_first = rng.random(n) < 0.6  # the episode lies in the first or in the second stint
    for column in (HOMELESS, FOSTER):
        values[:, 0, column] &= (kind != EPISODE) | in_first
        values[:, 1, column] &= (kind != EPISODE) | ~in_first
    values[:, :, SED] |= values[:, :, HOMELESS] | values[:, :, FOSTER]
    done = (reclassified_day[:, None] < slots.entry) & members.attributes[:, None, EL]
    values[:, :, EL] &= ~done
    values[:, :, LTEL] &= ~done
    values[:, :, RFEP] |= done
    return values


def chosen_stint(stints: Stints, members: Members, day: Ints) -> Ints:
    """Each member's primary stint on a day of the year, -1 if there is none."""
    on = (stints.status == PRIMARY) & (stints.entry <= day[stints.member]) & (day[stints.member] <= stints.exit)
    found = np.full(members.count, -1, dtype=np.int64)
    found[stints.member[on]] = np.flatnonzero(on)
    return found


def last_stint(stints: Stints, members: Members) -> Ints:
    """Each member's last primary stint."""
    found = np.full(members.count, -1, dtype=np.int64)
    primary = np.flatnonzero(stints.status == PRIMARY)
    found[stints.member[primary]] = primary  # rows are in time order: the last one stays
    return found
