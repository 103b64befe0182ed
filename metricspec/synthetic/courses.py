"""Course grades of grades 6 to 12: five courses, two terms."""

import numpy as np

from .arrays import Ints
from .columns import Columns, coded, hundredths
from .stints import PRIMARY
from .students import GRADES, SED
from .year_facts import YearFacts

COURSES = ("ELA", "MATH", "SCI", "HSS", "OTHER")
TERMS = ("S1", "S2")
MARKS = ("F", "D", "C", "B", "A")


def first_stints(facts: YearFacts) -> Ints:
    """Each member's first primary stint."""
    primary = np.flatnonzero(facts.stints.status == PRIMARY)[::-1]
    found = np.full(facts.members.count, -1, dtype=np.int64)
    found[facts.stints.member[primary]] = primary
    return found


def course_columns(facts: YearFacts, first: Ints, members: Ints, rng: np.random.Generator) -> Columns:
    """Marks of these members: the first term where they began the year, the second where they ended it."""
    p = facts.parameters.courses
    members = members[facts.members.grade[members] >= 7]
    n = members.size
    stint = np.stack([first[members], facts.last[members]], axis=1)  # by term
    student = facts.members.student[members]
    weights = np.array([[1, 0], [0, 1], [0.3, 0.7], [0.7, 0.3], [0.5, 0.5]])
    ability = facts.students.ability[student] @ weights.T
    steady = (
        p.absence * facts.students.absence[student]
        + p.student_noise * rng.normal(size=n)
        + p.poverty * (facts.members.attributes[members, SED] - 0.6)
    )
    value = (p.ability * ability + steady[:, None])[:, None, :] + p.course_noise * rng.normal(size=(n, 2, len(COURSES)))
    value[:, :, -1] += 0.35  # electives are marked kindly
    mark = np.searchsorted(np.array(p.mark_cuts), value).ravel()
    rows = np.repeat(np.arange(n), 2 * len(COURSES))
    term = np.tile(np.repeat([0, 1], len(COURSES)), n)
    stint_row = stint[rows, term]
    return (
        facts.keys(student[rows], facts.stints.school[stint_row])
        | facts.attributes(stint_row)
        | {
            "grade": coded(facts.members.grade[members][rows], GRADES),
            "term": coded(term, TERMS),
            "course_subject": coded(np.tile(np.arange(len(COURSES)), 2 * n), COURSES),
            "mark": coded(mark, MARKS),
            "grade_points": hundredths(100 * mark),
            "credits": hundredths(np.where(mark > 0, round(100 * p.credits), 0)),
        }
    )
