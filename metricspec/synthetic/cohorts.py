"""How classes end: outcomes after four years, and a year later for those who did not graduate."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import Bools, Floats, Ints
from .columns import Columns, attribute_columns, coded, constant, flags, student_ids
from .parameters import CohortParameters
from .places import Places
from .school_days import school_year_name
from .stints import LAST
from .students import SED, SWD, Students
from .year_facts import YearFacts

OUTCOMES = ("graduate", "dropout", "still_enrolled", "completer", "transfer_out", "deceased")
GRADUATE, DROPOUT, STILL, COMPLETER, TRANSFER, DECEASED = range(6)


@dataclass(frozen=True, slots=True)
class CohortState:
    """Carried from year to year, one entry a student."""

    ever: Bools  # attributes at any time in high school
    school: Ints  # last high school, -1 none
    outcome: Ints  # -1 not yet known
    returns: Bools  # comes back for a fifth year
    accountability: Ints  # district accountable for special education, -1 the one attended


@dataclass(frozen=True, slots=True)
class CohortRows:
    """Rows of one reporting year."""

    student: Ints
    cohort: Ints  # 0 four years, 1 five years
    outcome: Ints
    prepared: Bools
    a_g: Bools


def initial_cohorts(students: Students) -> CohortState:
    n = students.count
    return CohortState(
        np.zeros((n, 7), dtype=bool), np.full(n, -1), np.full(n, -1), np.zeros(n, dtype=bool), np.full(n, -1)
    )


def attend(state: CohortState, facts: YearFacts) -> CohortState:
    """Note attributes and last school of this year's students in grades 9 to 12."""
    high = facts.members.grade >= 10
    who = facts.members.student[high]
    last = facts.last[high]
    ever, school, accountability = state.ever.copy(), state.school.copy(), state.accountability.copy()
    ever[who] |= facts.members.attributes[high]
    school[who] = facts.stints.school[last]
    accountability[who] = facts.stints.accountability_district[last]
    return replace(state, ever=ever, school=school, accountability=accountability)


def close_year(
    state: CohortState, facts: YearFacts, p: CohortParameters, rng: np.random.Generator
) -> tuple[CohortState, CohortRows]:
    """Outcomes of the class of this year and fifth-year outcomes of the class before it."""
    nominal = facts.students.first_grade + facts.year
    four = np.flatnonzero((nominal == 13) & (state.school >= 0))
    five = np.flatnonzero((nominal == 14) & ((state.outcome == STILL) | (state.outcome == DROPOUT)))
    outcome = state.outcome.copy()
    outcome[four] = _after_four(state, facts, four, p, rng)
    finishes = state.returns[five] & (rng.random(five.size) < p.fifth_year_graduate)
    outcome[five] = np.where(finishes, GRADUATE, np.where(state.outcome[five] == STILL, DROPOUT, state.outcome[five]))
    returns = np.zeros_like(state.returns)
    returns[four] = (outcome[four] == STILL) & (rng.random(four.size) < p.fifth_year_returns)
    student = np.concatenate([four, five])
    ability = facts.students.ability[student].mean(axis=1)
    done = outcome[student] == GRADUATE
    rows = CohortRows(
        student,
        np.repeat([0, 1], [four.size, five.size]),
        outcome[student],
        prepared=done & _passes(p.prepared_intercept + p.ability * ability, rng),
        a_g=done & _passes(p.a_g_intercept + p.ability * ability, rng),
    )
    return replace(state, outcome=outcome, returns=returns), rows


def _passes(logit: Floats, rng: np.random.Generator) -> Bools:
    return np.asarray(rng.random(logit.size) < 1 / (1 + np.exp(-logit)))


def _after_four(
    state: CohortState, facts: YearFacts, four: Ints, p: CohortParameters, rng: np.random.Generator
) -> Ints:
    members, places = facts.members, facts.places
    present = np.zeros(facts.students.count, dtype=bool)
    present[members.student] = True
    stays = np.zeros(facts.students.count, dtype=bool)
    stays[members.student] = facts.stints.exit[facts.last] == LAST
    graduates = _passes(_graduation_logit(state, facts.students, places, four, p), rng)
    other = rng.choice(np.array([DROPOUT, STILL, COMPLETER]), four.size, p=p.not_graduate_share)
    u = rng.random(four.size)
    left = np.where(u < p.left_early_transfer, TRANSFER, DROPOUT)
    gone = np.where(u < p.left_earlier_transfer, TRANSFER, DROPOUT)
    outcome = np.where(graduates, GRADUATE, other)
    outcome = np.where(~stays[four], left, outcome)
    outcome = np.where(~present[four], gone, outcome)
    return np.where(rng.random(four.size) < p.deceased, DECEASED, outcome)


def _graduation_logit(
    state: CohortState, students: Students, places: Places, four: Ints, p: CohortParameters
) -> Floats:
    value: Floats = (
        p.graduate_intercept
        + p.graduate_ability * students.ability[four].mean(axis=1)
        + p.graduate_disadvantaged * state.ever[four, SED]
        + p.graduate_disability * state.ever[four, SWD]
        + p.graduate_alternative * places.schools.alternative[state.school[four]]
    )
    return value


def cohort_columns(facts: YearFacts, state: CohortState, rows: CohortRows, part: slice) -> Columns:
    """Rows at each student's last high school; attributes hold at any time in high school."""
    student, outcome, cohort = rows.student[part], rows.outcome[part], rows.cohort[part]
    year = facts.calendar.ending_year
    attributes = attribute_columns(facts.students.race[student], state.ever[student])
    return attributes | {
        "student_id": student_ids(student),
        "school_id": coded(state.school[student], facts.places.schools.ids),
        "school_year": constant(facts.calendar.school_year, student.size),
        "cohort_year": coded(cohort, (school_year_name(year), school_year_name(year - 1))),
        "cohort": coded(cohort, ("4", "5")),
        "outcome": coded(outcome, OUTCOMES),
        "graduated": flags(outcome == GRADUATE),
        "in_cohort": flags(outcome < TRANSFER),
        "accountability_district_id": coded(state.accountability[student], facts.places.district_ids),
        "prepared": flags(rows.prepared[part]),
        "a_g": flags(rows.a_g[part]),
    }
