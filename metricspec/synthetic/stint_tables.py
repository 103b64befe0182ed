"""Tables of enrolment, attendance and discipline, and of the organisations themselves."""

import numpy as np

from .arrays import Bools, Ints
from .attendance import ABSENT, CODES, Attendance, DailyAttendance
from .columns import Columns, coded, constant, dates, flags, hundredths, row_ids
from .discipline import ACTIONS, OFFENSES, Discipline
from .places import NETWORK_ID, SCHOOL_TYPES, Places
from .stints import LAST, STATUS
from .students import GRADES
from .year_facts import YearFacts


def org_columns(places: Places, school_year: str) -> Columns:
    """Network, districts and schools of one year."""
    schools, districts = places.schools, len(places.district_ids)
    ids = [NETWORK_ID, *places.district_ids, *schools.ids]
    names = ["Example Network", *places.district_names, *schools.names]
    types = ["ED", "HD", "UD", *SCHOOL_TYPES]
    kind = np.array([2, *(types.index(kind) for kind in places.district_types), *(schools.level + 3)])
    level = np.repeat([2, 1, 0], [1, districts, len(schools.ids)])
    parent = np.concatenate([[-1], np.zeros(districts), schools.district + 1]).astype(np.int64)
    above = np.zeros(1 + districts, dtype=bool)
    every = np.arange(len(ids))
    return {
        "org_id": coded(every, ids),
        "school_year": constant(school_year, len(ids)),
        "org_level": coded(level, ("school", "district", "network")),
        "org_name": coded(every, names),
        "org_type": coded(kind, types),
        "charter": flags(np.concatenate([above, schools.charter])),
        "alternative": flags(np.concatenate([above, schools.alternative])),
        "parent_id": coded(parent, ids),
    }


def program_columns(places: Places, school_year: str) -> Columns:
    """Which schools of one year have Title I funds: four of five, by their number."""
    ids = places.schools.ids
    every = np.arange(len(ids))
    return {
        "org_id": coded(every, ids),
        "school_year": constant(school_year, len(ids)),
        "title_i": flags(every % 5 != 4),
    }


def enrollment_columns(facts: YearFacts, rows: Ints) -> Columns:
    """Enrolment of these stints. In the last year those who are still here have no exit date."""
    stints, days = facts.stints, facts.calendar.days
    student = facts.student_of(rows)
    exit_day = stints.exit[rows]
    columns = facts.keys(student, stints.school[rows]) | facts.attributes(rows)
    return columns | {
        "stint_id": row_ids(student, facts.calendar.ending_year, stints.sequence[rows]),
        "entry_date": dates(days[stints.entry[rows]]),
        "exit_date": dates(days[exit_day], missing=(exit_day == LAST) & facts.is_last),
        "grade": coded(facts.members.grade[stints.member[rows]], GRADES),
        "enrollment_status": coded(stints.status[rows], STATUS),
        "accountability_district_id": coded(stints.accountability_district[rows], facts.places.district_ids),
    }


def attendance_columns(facts: YearFacts, attendance: Attendance, rows: Ints) -> Columns:
    """Enrolment plus days by reason."""
    counts = {
        f"days_{name}": hundredths(100 * getattr(attendance, name)[rows].astype(np.int64))
        for name in (
            "expected",
            "attended",
            "absent",
            "excused",
            "unexcused",
            "suspended_out",
            "suspended_in",
            "independent_study_incomplete",
        )
    }
    return (
        enrollment_columns(facts, rows)
        | counts
        | {
            "attendance_exempt": flags(facts.stints.exempt[rows]),
            "nonpublic_school": flags(facts.stints.nonpublic[rows]),
        }
    )


def daily_columns(facts: YearFacts, daily: DailyAttendance) -> Columns:
    """A row a student, school and day."""
    count = daily.stint.size
    keys = facts.keys(facts.student_of(daily.stint), facts.stints.school[daily.stint])
    return (
        keys
        | facts.attributes(daily.stint)
        | {
            "date": dates(facts.calendar.days[daily.day]),
            "attendance_code": coded(daily.code, CODES),
            "days_absent": hundredths(100 * ABSENT[daily.code]),
            "days_expected": hundredths(np.full(count, 100)),
        }
    )


def discipline_columns(facts: YearFacts, discipline: Discipline, rows: Ints) -> Columns:
    """A row an action."""
    stint = discipline.stint[rows]
    student = facts.student_of(stint)
    return facts.keys(student, facts.stints.school[stint]) | {
        "action_id": row_ids(student, facts.calendar.ending_year, discipline.number[rows]),
        "action_date": dates(facts.calendar.days[discipline.day[rows]]),
        "action": coded(discipline.action[rows], ACTIONS),
        "duration_days": hundredths(10 * discipline.tenths[rows]),
        "offense": coded(discipline.offense[rows], OFFENSES),
    }


def sampled_days(facts: YearFacts, chosen_students: Bools) -> Bools:
    """Which stints get daily rows: all stints of the chosen students."""
    return chosen_students[facts.student_of(np.arange(facts.stints.count))]
