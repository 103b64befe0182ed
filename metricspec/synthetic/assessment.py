"""Assessment records: who is tested, continuity of enrolment, achievement levels, alternate tests."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .columns import Columns, coded, dates, flags, integers, numbers, row_ids
from .language import LanguageYear
from .parameters import LEVEL_2_MINIMUM, LEVEL_3_MINIMUM, LEVEL_4_MINIMUM, SUBJECTS, TESTED_GRADES
from .scores import ScoreYear
from .stints import PRIMARY, Stints, chosen_stint
from .students import GRADES, HOMELESS, SWD
from .year_facts import YearFacts

TESTS = ("SB", "CAA")
WINDOW = (143, 170)  # days of the calendar on which tests are taken
GAP_DAYS = 30  # longest gap, in calendar days, in continuous enrolment


@dataclass(frozen=True, slots=True)
class Assessments:
    """One entry a member who should be tested; columns are subjects."""

    member: Ints
    stint: Ints
    day: Ints
    alternate: Bools
    tested: Bools
    valid: Bools
    enrolled_in_window: Bools
    continuous_school: Bools
    continuous_district: Bools
    medical: Bools
    newcomer: Bools
    waiver: Bools
    scale: Floats
    level: Ints


def draw_assessments(
    facts: YearFacts, scores: ScoreYear, language: LanguageYear, rng: np.random.Generator
) -> Assessments:
    """Records of all members in a tested grade who are enrolled on their test day."""
    p, n = facts.parameters.assessment, facts.members.count
    day = rng.integers(*WINDOW, n)
    stint = chosen_stint(facts.stints, facts.members, day)
    member = np.flatnonzero(np.isin(scores.grade, TESTED_GRADES) & (stint >= 0))
    stint, day, n = stint[member], day[member], member.size
    medical = rng.random(n) < p.medical_exemption
    extra = facts.places.schools.untested_more[facts.stints.school[stint]]
    waiver = rng.random(n) < p.parent_waiver + extra / 2
    newcomer = language.newcomer[member]
    tested = _tested(facts, member, stint, medical | waiver, newcomer, rng)
    alternate = facts.students.alternate_assessment[facts.members.student[member]]
    alternate &= facts.members.attributes[member, SWD]
    valid = tested & (rng.random(tested.shape) >= p.invalid_score)
    scale, level = _levels(scores, member, alternate)
    gap = facts.calendar.days[facts.stints.entry]
    return Assessments(
        member=member,
        stint=stint,
        day=day,
        alternate=alternate,
        tested=tested,
        valid=valid,
        enrolled_in_window=(rng.random(n) >= p.arrived_in_grace_period) & (gap[stint] <= facts.calendar.days[140]),
        continuous_school=continuous(facts, facts.stints.school)[stint],
        continuous_district=continuous(facts, facts.places.schools.district[facts.stints.school])[stint],
        medical=medical,
        newcomer=newcomer,
        waiver=waiver,
        scale=scale,
        level=level,
    )


def _tested(
    facts: YearFacts, member: Ints, stint: Ints, excused: Bools, newcomer: Bools, rng: np.random.Generator
) -> Bools:
    p, n = facts.parameters.assessment, member.size
    a = facts.stints.attributes[stint]
    absent = rng.random(n) < (
        p.not_tested
        + p.not_tested_disability * a[:, SWD]
        + p.not_tested_homeless * a[:, HOMELESS]
        + facts.places.schools.untested_more[facts.stints.school[stint]] / 2
    )
    one = rng.random((n, len(SUBJECTS))) < p.not_tested_one_subject
    tested = ~(absent | excused)[:, None] & ~one
    tested[:, 0] &= ~newcomer | (rng.random(n) < 0.1)  # newcomers need not take the language test
    return tested


def continuous(facts: YearFacts, place: Ints) -> Bools:
    """Which stints continue an enrolment at the place (school or district) that began by the census day."""
    stints, days = facts.stints, facts.calendar.days
    covered = (stints.entry <= facts.calendar.census) & (stints.exit >= 0)
    for _ in range(2):  # at most three stints follow each other
        for lag in (1, 2):
            covered[lag:] |= _follows(stints, days, place, covered, lag)
    return covered


def _follows(stints: Stints, days: np.ndarray, place: Ints, covered: Bools, lag: int) -> Bools:
    before, after = slice(None, -lag), slice(lag, None)
    pause = (days[stints.entry[after]] - days[stints.exit[before]]).astype(np.int64) - 1
    return np.asarray(
        (stints.member[before] == stints.member[after])
        & (place[before] == place[after])
        & covered[before]
        & (pause <= GAP_DAYS)
        & (stints.status[after] == PRIMARY)
    )


def _levels(scores: ScoreYear, member: Ints, alternate: Bools) -> tuple[Floats, Ints]:
    """Achievement levels; an alternate result stands at the top of the same level of the general test."""
    position = np.searchsorted(np.array(TESTED_GRADES), scores.grade[member])
    scale, level = scores.observed[member].copy(), np.zeros((member.size, len(SUBJECTS)), dtype=np.int64)
    for s, subject in enumerate(SUBJECTS):
        cuts = np.array([LEVEL_2_MINIMUM[subject], LEVEL_3_MINIMUM[subject], LEVEL_4_MINIMUM[subject]])[:, position].T
        easier = scale[:, s] + np.where(alternate, 60, 0)
        level[:, s] = 1 + (easier[:, None] >= cuts).sum(axis=1)
        level[alternate, s] = np.minimum(level[alternate, s], 3)
        scale[alternate, s] = cuts[alternate, level[alternate, s] - 1] - 1
    return scale, level


def general_valid(results: Assessments, members: int) -> Bools:
    """Members by subject with a valid score on the general test: next year's priors."""
    valid = np.zeros((members, len(SUBJECTS)), dtype=bool)
    valid[results.member] = results.valid & ~results.alternate[:, None]
    return valid


def assessment_columns(facts: YearFacts, scores: ScoreYear, results: Assessments, rows: slice) -> Columns:
    """Two rows a record, ELA then mathematics."""
    member = np.repeat(results.member[rows], 2)
    stint = np.repeat(results.stint[rows], 2)
    subject = np.arange(member.size) % 2
    valid = results.valid[rows].ravel()
    alternate = np.repeat(results.alternate[rows], 2)
    student = facts.members.student[member]
    one = {
        name: flags(np.repeat(getattr(results, field)[rows], 2))
        for name, field in (
            ("enrolled_in_window", "enrolled_in_window"),
            ("continuous_school", "continuous_school"),
            ("continuous_district", "continuous_district"),
            ("medical_exemption", "medical"),
            ("newcomer", "newcomer"),
            ("parent_waiver", "waiver"),
        )
    }
    prior, prior_csem = scores.prior[member], scores.prior_csem[member]
    every = np.arange(member.size)
    csem = np.where(valid & ~alternate, scores.csem[member, subject], np.nan)
    return (
        facts.keys(student, facts.stints.school[stint])
        | facts.attributes(stint)
        | one
        | {
            "result_id": row_ids(student, facts.calendar.ending_year, subject + 1),
            "test_date": dates(facts.calendar.days[np.repeat(results.day[rows], 2)]),
            "subject": coded(subject, SUBJECTS),
            "grade": coded(facts.members.grade[member], GRADES),
            "test": coded(alternate.astype(np.int64), TESTS),
            "scale_score": integers(results.scale[rows].ravel().astype(np.int64), missing=~valid),
            "achievement_level": integers(results.level[rows].ravel(), missing=~valid),
            "csem": numbers(csem),
            "tested": flags(results.tested[rows].ravel()),
            "valid_score": flags(valid),
            "prior_same": numbers(prior[every, subject]),
            "prior_same_csem": numbers(prior_csem[every, subject]),
            "prior_other": numbers(prior[every, 1 - subject]),
            "prior_other_csem": numbers(prior_csem[every, 1 - subject]),
            "accountability_district_id": coded(facts.stints.accountability_district[stint], facts.places.district_ids),
        }
    )
