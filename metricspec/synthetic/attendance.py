"""Days of attendance by reason, for stints and, where asked, day by day."""

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats, Ints
from .discipline import Discipline
from .members import Members
from .parameters import AttendanceParameters
from .places import Places
from .stints import Stints
from .students import FOSTER, HOMELESS, SED, SWD, Students

CODES = (
    "present",
    "excused",
    "unexcused",
    "suspended_out",
    "suspended_in",
    "independent_study",
    "independent_study_incomplete",
)
ABSENT = np.array([0, 1, 1, 1, 0, 0, 1])


@dataclass(frozen=True, slots=True)
class Attendance:
    """Days of each stint. expected = attended + excused + unexcused + both suspensions + incomplete."""

    expected: Ints
    attended: Ints
    absent: Ints
    excused: Ints
    unexcused: Ints
    suspended_out: Ints
    suspended_in: Ints
    independent_study_incomplete: Ints


@dataclass(frozen=True, slots=True)
class DailyAttendance:
    """One entry a stint and day, in order of stint and day."""

    stint: Ints
    day: Ints
    code: Ints  # index into CODES


def draw_attendance(
    stints: Stints,
    members: Members,
    students: Students,
    discipline: Discipline,
    places: Places,
    year: int,
    p: AttendanceParameters,
    rng: np.random.Generator,
) -> Attendance:
    """Totals of each stint."""
    expected = stints.exit - stints.entry + 1
    out = discipline.full_days("100", stints.count, expected // 2)
    inside = discipline.full_days("110", stints.count, expected // 2)
    chance = 1 / (1 + np.exp(-_logit(stints, members, students, places, year, p)))
    away = rng.binomial(expected - out - inside, chance)
    incomplete = rng.binomial(away, p.independent_study_incomplete_share)
    habit = 1 / (1 + np.exp(-students.absence[members.student[stints.member]]))
    unexcused = rng.binomial(away - incomplete, np.clip(2 * p.unexcused_share * habit, 0.05, 0.95))
    excused = away - incomplete - unexcused
    return Attendance(
        expected=expected,
        attended=expected - out - inside - away,
        absent=out + away,
        excused=excused,
        unexcused=unexcused,
        suspended_out=out,
        suspended_in=inside,
        independent_study_incomplete=incomplete,
    )


def _logit(
    stints: Stints, members: Members, students: Students, places: Places, year: int, p: AttendanceParameters
) -> Floats:
    a, grade = stints.attributes, members.grade[stints.member]
    value: Floats = (
        p.intercept
        + p.year_trend * year
        + p.student_sd * students.absence[members.student[stints.member]]
        + places.schools.attendance_effect[stints.school]
        + p.economically_disadvantaged * a[:, SED]
        + p.homeless * a[:, HOMELESS]
        + p.foster_youth * a[:, FOSTER]
        + p.disability * a[:, SWD]
        + p.kindergarten * (grade <= 1)
        + p.high_school * (grade >= 10)
        + p.alternative_school * places.schools.alternative[stints.school]
    )
    return value


def days_of(
    stints: Stints, chosen: Bools, attendance: Attendance, p: AttendanceParameters, rng: np.random.Generator
) -> DailyAttendance:
    """Spread the totals of the chosen stints over their days; the sums agree exactly."""
    stint = np.flatnonzero(chosen)
    length = attendance.expected[stint]
    row = np.repeat(np.arange(stint.size), length)
    start = np.cumsum(length) - length
    day = np.arange(row.size) - start[row] + stints.entry[stint][row]
    order = np.argsort(row + rng.random(row.size))  # the days of each stint, shuffled
    rank = np.arange(row.size) - start[row]
    study = rng.binomial(attendance.attended[stint], p.independent_study_share_of_present)
    counts = np.stack(
        [
            attendance.attended[stint] - study,
            attendance.excused[stint],
            attendance.unexcused[stint],
            attendance.suspended_out[stint],
            attendance.suspended_in[stint],
            study,
            attendance.independent_study_incomplete[stint],
        ],
        axis=1,
    )
    ends = np.cumsum(counts, axis=1)
    shuffled = np.zeros(row.size, dtype=np.int64)
    for column in range(len(CODES) - 1):
        shuffled += rank >= ends[row, column]
    code = np.empty_like(shuffled)
    code[order] = shuffled
    return DailyAttendance(stint[row], day, code)
