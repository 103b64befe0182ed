"""One school year after another: what students carry along and what is written of each year."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import Bools, Floats, Ints
from .assessment import assessment_columns, draw_assessments, general_valid
from .attendance import Attendance, days_of, draw_attendance
from .climate import family_climate, staff_climate, student_climate
from .cohorts import CohortState, attend, close_year, cohort_columns, initial_cohorts
from .courses import course_columns, first_stints
from .discipline import draw_discipline
from .english_learners import learner_columns, learner_members
from .language import LanguageState, LanguageYear, initial_language, language_year
from .members import enrol, move_house
from .parameters import Parameters
from .places import Places
from .school_days import SchoolCalendar, school_calendar
from .scores import ScoreState, before_first_year, initial_scores, remember, score_year
from .stint_tables import (
    attendance_columns,
    daily_columns,
    discipline_columns,
    enrollment_columns,
    org_columns,
    program_columns,
    sampled_days,
)
from .stints import chosen_stint, draw_stints, last_stint
from .streams import blocks, stream
from .students import Students
from .surveys import survey_columns
from .truth import effect_columns
from .writing import NetworkWriter
from .year_facts import YearFacts

BLOCK = 20_000  # students, or rows of narrow tables, handled at a time
SPRING_DAY = 156


@dataclass(frozen=True, slots=True)
class World:
    """What stays the same over the years."""

    seed: int
    years: int
    last_year: int
    parameters: Parameters
    places: Places
    students: Students
    effects: Floats
    daily: Bools
    items: Floats


@dataclass(frozen=True, slots=True)
class State:
    """What students carry from year to year."""

    zone: Ints
    language: LanguageState
    scores: ScoreState
    cohorts: CohortState


def first_state(world: World) -> State:
    return State(
        world.students.zone,
        initial_language(world.students, stream(world.seed, "language", year=100)),
        initial_scores(world.students),
        initial_cohorts(world.students),
    )


def _facts(world: World, state: State, year: int) -> tuple[YearFacts, LanguageYear, State]:
    """Who is where in the year."""
    seed, p, places = world.seed, world.parameters, world.places
    calendar: SchoolCalendar = school_calendar(world.last_year - world.years + 1 + year)
    rng = stream(seed, "members", year)
    zone = state.zone if year == 0 else move_house(state.zone, places, p.students, rng)
    members = enrol(world.students, zone, state.cohorts.returns, year, places, p.students, rng)
    language_state, language, members = language_year(
        state.language,
        members,
        world.students,
        places,
        year,
        calendar,
        p.language,
        stream(seed, "language", year),
    )
    stints = draw_stints(members, language.reclassified_day, places, p, stream(seed, "stints", year))
    facts = YearFacts(
        seed,
        year,
        year == world.years - 1,
        calendar,
        p,
        places,
        world.students,
        members,
        stints,
        last_stint(stints, members),
    )
    return facts, language, replace(state, zone=zone, language=language_state)


def write_year(world: World, state: State, year: int, writer: NetworkWriter) -> State:
    facts, language, state = _facts(world, state, year)
    writer.write("org", org_columns(world.places, facts.calendar.school_year))
    writer.write("org_program", program_columns(world.places, facts.calendar.school_year))
    _write_stints(world, facts, writer)
    scores = _write_scores(world, facts, language, state.scores, writer)
    _write_students(world, facts, writer)
    learners = learner_members(facts)
    for part in blocks(learners.size, BLOCK):
        writer.write("english_learner_status", learner_columns(facts, language, learners[part]))
    cohorts, rows = close_year(
        attend(state.cohorts, facts),
        facts,
        world.parameters.cohorts,
        stream(world.seed, "cohorts", year),
        stream(world.seed, "cohorts", year, 1),
    )
    for part in blocks(rows.student.size, BLOCK):
        writer.write("cohort_outcome", cohort_columns(facts, cohorts, rows, part))
    return replace(state, scores=scores, cohorts=cohorts)


def _write_stints(world: World, facts: YearFacts, writer: NetworkWriter) -> None:
    seed, p, year = world.seed, world.parameters, facts.year
    discipline = draw_discipline(
        facts.stints,
        facts.members,
        world.students,
        world.places,
        p.discipline,
        stream(seed, "discipline", year),
    )
    attendance = draw_attendance(
        facts.stints,
        facts.members,
        world.students,
        discipline,
        world.places,
        year,
        p.attendance,
        stream(seed, "attendance", year),
    )
    every = np.arange(facts.stints.count)
    for part in blocks(facts.stints.count, BLOCK):
        writer.write("attendance_stint", attendance_columns(facts, attendance, every[part]))
        writer.write("enrollment", enrollment_columns(facts, every[part]))
    actions = np.arange(discipline.stint.size)
    for part in blocks(actions.size, BLOCK):
        writer.write("discipline_action", discipline_columns(facts, discipline, actions[part]))
    if facts.is_last:
        _write_days(world, facts, attendance, writer)


def _write_days(world: World, facts: YearFacts, attendance: Attendance, writer: NetworkWriter) -> None:
    wanted = sampled_days(facts, world.daily)
    for number, part in enumerate(blocks(facts.stints.count, BLOCK)):
        chosen = np.zeros_like(wanted)
        chosen[part] = wanted[part]
        daily = days_of(
            facts.stints,
            chosen,
            attendance,
            world.parameters.attendance,
            stream(world.seed, "daily", facts.year, number),
        )
        writer.write("daily_attendance", daily_columns(facts, daily))


def _write_scores(
    world: World, facts: YearFacts, language: LanguageYear, state: ScoreState, writer: NetworkWriter
) -> ScoreState:
    p, year, members = world.parameters.scores, facts.year, facts.members
    rng = stream(world.seed, "scores", year)
    if year == 0:
        state = before_first_year(state, members, world.students, world.places, p, rng)
    spring = chosen_stint(facts.stints, members, np.full(members.count, SPRING_DAY))
    school = facts.stints.school[np.where(spring >= 0, spring, facts.last)]
    state, scores = score_year(state, members, world.students, school, year, world.places, world.effects, p, rng)
    results = draw_assessments(facts, scores, language, stream(world.seed, "assessment", year))
    for part in blocks(results.member.size, BLOCK):
        writer.write("assessment", assessment_columns(facts, scores, results, part))
    writer.write("truth/school_effect", effect_columns(facts, world.effects, school, scores.grade))
    return remember(state, members, year, scores, general_valid(results, members.count))


def _write_students(world: World, facts: YearFacts, writer: NetworkWriter) -> None:
    """Surveys and course grades of the last years."""
    p, left = world.parameters, world.years - facts.year
    every, first = np.arange(facts.members.count), first_stints(facts)
    for number, part in enumerate(blocks(every.size, BLOCK)):
        if left <= p.surveys.last_years:
            rng = stream(world.seed, "surveys", facts.year, number)
            writer.write("survey_response", survey_columns(facts, world.items, every[part], rng))
            rng = stream(world.seed, "climate", facts.year, number)
            writer.write("survey_response", student_climate(facts, every[part], rng))
            writer.write("survey_response", family_climate(facts, every[part], rng))
            rng = stream(world.seed, "staff", facts.year, number)
            writer.write("survey_response", staff_climate(facts, every[part], rng))
        if left <= p.courses.last_years:
            rng = stream(world.seed, "courses", facts.year, number)
            writer.write("course_grade", course_columns(facts, first, every[part], rng))
