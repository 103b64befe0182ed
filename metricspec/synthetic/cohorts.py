"""How classes end: outcomes after four years, and after five and six for those who had not graduated by then."""

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
    readiness: Bools  # prepared, a-g: of those who have graduated


@dataclass(frozen=True, slots=True)
class CohortRows:
    """Rows of one reporting year."""

    student: Ints
    cohort: Ints  # 0 four years, 1 five years, 2 six years
    outcome: Ints
    earlier: Bools  # had graduated before the last of those years
    prepared: Bools
    a_g: Bools


def initial_cohorts(students: Students) -> CohortState:
    n = students.count
    nobody = np.zeros(n, dtype=bool)
    return CohortState(
        np.zeros((n, 7), dtype=bool),
        np.full(n, -1),
        np.full(n, -1),
        nobody,
        np.full(n, -1),
        np.zeros((n, 2), dtype=bool),
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
    state: CohortState,
    facts: YearFacts,
    p: CohortParameters,
    rng: np.random.Generator,
    sixth: np.random.Generator,
) -> tuple[CohortState, CohortRows]:
    """Outcomes of the class of this year, and those of the two classes before it a year later; `sixth` is drawn from
    for the sixth year alone."""
    nominal = facts.students.first_grade + facts.year
    before = state.outcome
    four = np.flatnonzero((nominal == 13) & (state.school >= 0))
    five = np.flatnonzero((nominal == 14) & ((before == STILL) | (before == DROPOUT)))
    six = np.flatnonzero((nominal == 15) & ((before == DROPOUT) | (before == COMPLETER)))
    outcome = before.copy()
    outcome[four] = _after_four(state, facts, four, p, rng)
    finishes = state.returns[five] & (rng.random(five.size) < p.fifth_year_graduate)
    outcome[five] = np.where(finishes, GRADUATE, np.where(before[five] == STILL, DROPOUT, before[five]))
    outcome[six] = np.where(sixth.random(six.size) < p.sixth_year_graduate, GRADUATE, before[six])
    returns = np.zeros_like(state.returns)
    returns[four] = (outcome[four] == STILL) & (rng.random(four.size) < p.fifth_year_returns)
    readiness = state.readiness.copy()
    for student, draws in ((np.concatenate([four, five]), rng), (six, sixth)):
        readiness[student] = _readiness(facts, student, outcome[student] == GRADUATE, p, draws)
    later = [np.flatnonzero((nominal == grade) & (before >= 0)) for grade in (14, 15)]
    student = np.concatenate([four, *later])
    rows = CohortRows(
        student,
        np.repeat([0, 1, 2], [four.size, *(part.size for part in later)]),
        outcome[student],
        earlier=before[student] == GRADUATE,
        prepared=readiness[student, 0],
        a_g=readiness[student, 1],
    )
    return replace(state, outcome=outcome, returns=returns, readiness=readiness), rows


def _readiness(facts: YearFacts, student: Ints, done: Bools, p: CohortParameters, rng: np.random.Generator) -> Bools:
    """Prepared and a-g, of the graduates among some students."""
    ability = facts.students.ability[student].mean(axis=1)
    prepared = done & _passes(p.prepared_intercept + p.ability * ability, rng)
    return np.stack([prepared, done & _passes(p.a_g_intercept + p.ability * ability, rng)], axis=1)


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
        "cohort_year": coded(cohort, tuple(school_year_name(year - late) for late in range(3))),
        "cohort": coded(cohort, ("4", "5", "6")),
        "outcome": coded(outcome, OUTCOMES),
        "graduated": flags(outcome == GRADUATE),
        "graduated_earlier": flags(rows.earlier[part]),
        "in_cohort": flags(outcome < TRANSFER),
        "accountability_district_id": coded(state.accountability[student], facts.places.district_ids),
        "prepared": flags(rows.prepared[part]),
        "a_g": flags(rows.a_g[part]),
    }
