"""Scores on one vertical scale, made from known true school effects.

True scores are kept as distances from the mean of their grade; the equation is in ScoreParameters.
"""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .members import Members
from .parameters import LEVEL_3_MINIMUM, SUBJECTS, TESTED_GRADES, ScoreParameters
from .places import Places
from .students import EL, FOSTER, HOMELESS, SED, SWD, Students

NO_YEAR = -100


@dataclass(frozen=True, slots=True)
class ScoreState:
    """Carried from year to year, one row a student, one column a subject."""

    true: Floats  # distance from the mean of the grade last tested, NaN before the first
    observed: Floats  # last scale score, NaN none
    csem: Floats
    year: Ints  # when it was observed
    grade: Ints  # number of the grade it belongs to


@dataclass(frozen=True, slots=True)
class ScoreYear:
    """The year's scores of all members, one column a subject; NaN where there is none."""

    true: Floats
    observed: Floats  # before anyone is excused
    csem: Floats
    prior: Floats
    prior_csem: Floats
    grade: Ints  # grade number, 0 and below for kindergarten


def grade_number(grade: Ints) -> Ints:
    """Index of GRADES -> number of the grade (KN 0, TK -1)."""
    return grade - 1


def grade_means(p: ScoreParameters) -> Floats:
    """Mean scale score by subject and grade number; NaN for grades without a test."""
    means = np.full((len(SUBJECTS), 12), np.nan)
    for s, subject in enumerate(SUBJECTS):
        means[s, list(TESTED_GRADES)] = np.array(LEVEL_3_MINIMUM[subject]) + np.array(p.mean_above_level_3[s])
    return means


def initial_scores(students: Students) -> ScoreState:
    """Nobody has a score yet."""
    shape = (students.count, len(SUBJECTS))
    return ScoreState(
        np.full(shape, np.nan),
        np.full(shape, np.nan),
        np.full(shape, np.nan),
        np.full(students.count, NO_YEAR),
        np.zeros(students.count, dtype=np.int64),
    )


def first_true(members: Members, students: Students, places: Places, p: ScoreParameters) -> Floats:
    """True scores of students who have no earlier one."""
    a, who = members.attributes, members.student
    value: Floats = (
        p.first_sd * students.ability[who]
        + (
            p.first_neighbourhood * (places.zones.poverty[members.zone] - p.reference["economically_disadvantaged"])
            + p.first_economically_disadvantaged * (a[:, SED] - p.reference["economically_disadvantaged"])
            + p.first_english_learner * (a[:, EL] - p.reference["english_learner"])
            + p.first_disability * (a[:, SWD] - p.reference["disability"])
        )[:, None]
    )
    return value


def before_first_year(
    state: ScoreState,
    members: Members,
    students: Students,
    places: Places,
    p: ScoreParameters,
    rng: np.random.Generator,
) -> ScoreState:
    """Scores from before the first year, so that growth can be measured from the start."""
    number = grade_number(members.grade)
    known = number >= 4
    who, number = members.student[known], number[known]
    last = np.minimum(number - 1, 8)
    true = first_true(members, students, places, p)[known]
    observed, csem = observe(true, last, p, rng)
    kept = rng.random(who.size) < p.prior_known_before_first_year
    result = ScoreState(
        state.true.copy(), state.observed.copy(), state.csem.copy(), state.year.copy(), state.grade.copy()
    )
    result.true[who] = true
    result.observed[who[kept]], result.csem[who[kept]] = observed[kept], csem[kept]
    result.year[who[kept]], result.grade[who[kept]] = (last - number)[kept], last[kept]
    return result


def observe(true: Floats, number: Ints, p: ScoreParameters, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Scale scores with measurement error of the recorded size."""
    curved = p.csem_floor + p.csem_curve * (true / 100) ** 2
    csem: Floats = np.minimum(curved, p.csem_ceiling).round(1)
    means = grade_means(p)[:, np.clip(number, 0, 11)].T
    return np.rint(means + true + csem * rng.normal(size=true.shape)), csem


def score_year(
    state: ScoreState,
    members: Members,
    students: Students,
    school: Ints,
    year: int,
    places: Places,
    effects: Floats,
    p: ScoreParameters,
    rng: np.random.Generator,
) -> tuple[ScoreState, ScoreYear]:
    """True and observed scores of the year. `school` is where each member is in spring."""
    number = grade_number(members.grade)
    who = members.student
    tested = np.isin(number, TESTED_GRADES)
    earlier = np.where(np.isnan(state.true[who]), first_true(members, students, places, p), state.true[who])
    grown = _grow(earlier, members, school, number, tested, p)
    grown += effects[school, year, :, np.clip(number, 0, 11)]
    noise = rng.normal(size=(members.count, 1)) * np.sqrt(p.noise_correlation)
    noise = noise + rng.normal(size=(members.count, 2)) * np.sqrt(1 - p.noise_correlation)
    true = np.where((number > 3)[:, None], grown + p.noise_sd * noise, earlier)
    observed, csem = observe(true, number, p, rng)
    usable = _prior_usable(state, who, number, year)[:, None]
    result = ScoreYear(
        true=np.where(tested[:, None], true, np.nan),
        observed=np.where(tested[:, None], observed, np.nan),
        csem=np.where(tested[:, None], csem, np.nan),
        prior=np.where(usable, state.observed[who], np.nan),
        prior_csem=np.where(usable, state.csem[who], np.nan),
        grade=number,
    )
    kept = state.true.copy()
    kept[who[tested]] = true[tested]
    return ScoreState(kept, state.observed, state.csem, state.year, state.grade), result


def _prior_usable(state: ScoreState, who: Ints, number: Ints, year: int) -> Bools:
    """Last year's score in the grade below, or for grade 11 the grade-8 score of three years before."""
    ago, grade = year - state.year[who], state.grade[who]
    below: Bools = (number >= 4) & (number <= 8) & (ago == 1) & (grade == number - 1)
    eleventh: Bools = (number == 11) & (ago == 3) & (grade == 8)
    either: Bools = below | eleventh
    return either


def _grow(earlier: Floats, members: Members, school: Ints, number: Ints, tested: Bools, p: ScoreParameters) -> Floats:
    """The part of the equation that comes from students and their peers."""
    a, ref = members.attributes, p.reference
    other = earlier[:, ::-1]
    personal = (
        p.economically_disadvantaged * (a[:, SED] - ref["economically_disadvantaged"])
        + p.english_learner * (a[:, EL] - ref["english_learner"])
        + p.disability * (a[:, SWD] - ref["disability"])
        + p.homeless * (a[:, HOMELESS] - ref["homeless"])
        + p.foster_youth * (a[:, FOSTER] - ref["foster_youth"])
    )
    cell = school * 16 + np.clip(number, 0, 15)
    size = np.maximum(np.bincount(cell[tested], minlength=cell.max() + 1), 1)
    poverty = np.bincount(cell[tested], weights=a[tested, SED], minlength=size.size) / size
    peers = np.stack(
        [
            np.bincount(cell[tested], weights=earlier[tested, s], minlength=size.size) / size
            for s in range(len(SUBJECTS))
        ],
        axis=1,
    )
    value: Floats = (
        p.same * earlier
        + p.other * other
        + personal[:, None]
        + p.peer_same * peers[cell]
        + p.peer_other * peers[cell][:, ::-1]
        + (p.peer_poverty * (poverty[cell] - ref["economically_disadvantaged"]))[:, None]
    )
    return value


def remember(state: ScoreState, members: Members, year: int, scores: ScoreYear, valid: Bools) -> ScoreState:
    """Keep the year's valid scores as next year's priors; a student counts if either subject is valid."""
    rows = np.flatnonzero(valid.any(axis=1))
    who = members.student[rows]
    observed, csem = state.observed.copy(), state.csem.copy()
    when, grade = state.year.copy(), state.grade.copy()
    observed[who] = np.where(valid[rows], scores.observed[rows], np.nan)
    csem[who] = np.where(valid[rows], scores.csem[rows], np.nan)
    when[who], grade[who] = year, scores.grade[rows]
    return ScoreState(state.true, observed, csem, when, grade)
