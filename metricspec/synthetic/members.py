"""Who is enrolled in a year: grade, zone, autumn school and the attributes of the year."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Ints
from .parameters import StudentParameters
from .places import Places
from .students import FOSTER, HOMELESS, SED, SWD, Students


@dataclass(frozen=True, slots=True)
class Members:
    """One entry a student enrolled in the year, in student order."""

    student: Ints  # index into Students
    grade: Ints  # index into GRADES
    zone: Ints
    school: Ints  # school of the autumn
    attributes: Bools  # a column for each of ATTRIBUTES; the English learner columns come later
    fifth_year: Bools  # a second year in grade 12

    @property
    def count(self) -> int:
        return int(self.student.size)


def move_house(zone: Ints, places: Places, p: StudentParameters, rng: np.random.Generator) -> Ints:
    """A summer's moves to another zone anywhere in the network."""
    moves = rng.random(zone.size) < p.moves_zone_each_summer
    return np.where(moves, rng.integers(0, places.zones.district.size, zone.size), zone)


def enrol(
    students: Students,
    zone: Ints,
    returns: Bools,
    year: int,
    places: Places,
    p: StudentParameters,
    rng: np.random.Generator,
) -> Members:
    """The students of one year. `returns` marks those who come back for a fifth year of high school."""
    grade = students.first_grade + year
    here = (year >= students.first_year) & (year <= students.last_year) & (grade >= 0) & (grade <= 13)
    here &= (grade > 0) | students.starts_tk
    here &= (grade < 10) | ~_gone_after_grade_8(students, zone, places)
    fifth = returns & (grade == 14)
    student = np.flatnonzero(here | fifth)
    grade = np.minimum(grade[student], 13)
    zone = zone[student]
    school = _school(students, student, grade, zone, places, p)
    attributes = np.zeros((student.size, 7), dtype=bool)
    changes = rng.random(student.size) < p.poverty_changes_each_year
    insecure, exposed = students.insecure[student], students.foster_exposed[student]
    attributes[:, HOMELESS] = insecure & (rng.random(student.size) < p.homeless_if_insecure)
    attributes[:, FOSTER] = exposed & (rng.random(student.size) < p.foster_if_exposed)
    attributes[:, SED] = (students.disadvantaged[student] ^ changes) | attributes[:, HOMELESS] | attributes[:, FOSTER]
    attributes[:, SWD] = grade >= students.disability_from[student]
    return Members(student, grade, zone, school, attributes, fifth[student])


def _gone_after_grade_8(students: Students, zone: Ints, places: Places) -> Bools:
    elementary = np.array([kind == "ED" for kind in places.district_types])[places.zones.district[zone]]
    return (places.zones.high[zone] < 0) | (elementary & students.leaves_after_8)


def _school(students: Students, student: Ints, grade: Ints, zone: Ints, places: Places, p: StudentParameters) -> Ints:
    z = places.zones
    lower = np.where(grade <= 6, z.elementary[zone], z.middle[zone])
    lower = np.where(students.uses_charter[student] & (z.charter[zone] >= 0), z.charter[zone], lower)
    upper = np.where(
        students.uses_charter_high[student] & (z.charter_high[zone] >= 0), z.charter_high[zone], z.high[zone]
    )
    cut = np.array([np.inf] * 11 + list(p.alternative_school_cut))[grade]
    struggling = (students.alternative_score[student] > cut) & (z.alternative[zone] >= 0)
    upper = np.where(struggling, z.alternative[zone], upper)
    return np.where(grade <= 9, lower, upper)
