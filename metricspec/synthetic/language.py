"""English learners: level by level towards reclassification, year by year."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import Bools, Ints
from .members import Members
from .parameters import LanguageParameters
from .places import Places
from .school_days import SchoolCalendar
from .students import EL, LTEL, RFEP, Students

LEVELS = ("1", "2L", "2H", "3L", "3H", "4")
NO_DAY = 1_000
LONG_TERM_DAYS = 2557
NEWCOMER_DAYS = 365


@dataclass(frozen=True, slots=True)
class LanguageState:
    """Carried from year to year, one entry a student."""

    learner: Bools  # English learner now
    level: Ints  # last level reached, -1 none yet
    tested_level: Ints  # level of last year's test, -1 not tested
    reclassified_year: Ints  # year of reclassification, -100 never


@dataclass(frozen=True, slots=True)
class LanguageYear:
    """The year's facts, one entry a member."""

    at_start: Bools
    level: Ints  # -1 not tested
    prior_level: Ints
    reclassified: Bools
    reclassified_day: Ints  # day of the calendar, NO_DAY never
    newcomer: Bools


def initial_language(students: Students, rng: np.random.Generator) -> LanguageState:
    """Students older than kindergarten in the first year have some years of English behind them."""
    years_here = np.clip(students.first_grade - 1, 0, None)
    level = np.clip(np.rint(0.8 + 0.28 * years_here + rng.normal(0, 1.1, students.count)), 0, 5).astype(np.int64)
    known = students.learner & (years_here > 0)
    done = known & (rng.random(students.count) < np.clip(0.11 * (years_here - 3), 0, 0.72))
    reclassified = np.where(done, -rng.integers(1, 9, students.count), -100)
    kept = rng.random(students.count) < 0.93
    return LanguageState(
        learner=students.learner & ~done,
        level=np.where(students.learner, level, -1),
        tested_level=np.where(known & ~done & kept, level, -1),
        reclassified_year=reclassified,
    )


def language_year(
    state: LanguageState,
    members: Members,
    students: Students,
    places: Places,
    year: int,
    calendar: SchoolCalendar,
    p: LanguageParameters,
    rng: np.random.Generator,
) -> tuple[LanguageState, LanguageYear, Members]:
    """One year: new levels, reclassifications, and members with their learner columns filled in."""
    who, n = members.student, members.count
    learner = state.learner[who] & (members.grade >= 0)
    levels = _next_levels(state.level[who], members, places, p, rng)
    tested = learner & (members.grade >= 1) & (rng.random(n) < p.tested)
    old_enough = members.grade - 1 >= p.reclassified_from_grade
    chance = np.select([levels == 5, levels == 4], [p.reclassified_from_level_4, p.reclassified_from_level_3h], 0.0)
    reclassified = learner & tested & old_enough & (rng.random(n) < chance)
    day = np.where(reclassified, rng.integers(60, 160, n), NO_DAY)
    attributes = members.attributes.copy()
    since = students.learner_since[who]
    attributes[:, EL] = learner
    attributes[:, LTEL] = learner & (
        calendar.days[-1] - np.minimum(since, students.us_entry[who]) >= np.timedelta64(LONG_TERM_DAYS, "D")
    )
    ago = year - state.reclassified_year[who]
    attributes[:, RFEP] = (ago >= 1) & (ago <= 4)
    newcomer = learner & (calendar.days[150] - students.us_entry[who] < np.timedelta64(NEWCOMER_DAYS, "D"))
    arrived_now = students.us_entry[who] > calendar.days[0] + np.timedelta64(10, "D")
    facts = LanguageYear(
        at_start=learner & ~arrived_now,
        level=np.where(tested, levels, -1),
        prior_level=state.tested_level[who],
        reclassified=reclassified,
        reclassified_day=day,
        newcomer=newcomer,
    )
    return _carried(state, who, levels, facts, learner, year), facts, replace(members, attributes=attributes)


def _next_levels(
    level: Ints, members: Members, places: Places, p: LanguageParameters, rng: np.random.Generator
) -> Ints:
    """A step of -1, 0, +1 or +2; a school's effect shifts the draw."""
    u = rng.random(members.count) + places.schools.language_effect[members.school]
    step = np.searchsorted(np.cumsum(p.step_share)[:-1], u) - 1
    first = np.clip(np.rint(0.6 + rng.normal(0, 0.9, members.count)), 0, 5).astype(np.int64)
    return np.where(level < 0, first, np.clip(level + step, 0, 5))


def _carried(
    state: LanguageState, who: Ints, levels: Ints, facts: LanguageYear, learner: Bools, year: int
) -> LanguageState:
    now, level = state.learner.copy(), state.level.copy()
    tested, when = np.full_like(state.tested_level, -1), state.reclassified_year.copy()
    now[who] = learner & ~facts.reclassified
    level[who] = np.where(learner, levels, level[who])
    tested[who] = np.where(learner, facts.level, -1)
    when[who] = np.where(facts.reclassified, year, when[who])
    return LanguageState(now, level, tested, when)
