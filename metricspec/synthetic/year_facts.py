"""What every theme needs to know of one school year."""

from dataclasses import dataclass

from .arrays import Ints
from .columns import Columns, attribute_columns, coded, constant, student_ids
from .members import Members
from .parameters import Parameters
from .places import Places
from .school_days import SchoolCalendar
from .stints import Stints
from .students import Students


@dataclass(frozen=True, slots=True)
class YearFacts:
    """One school year of the network."""

    seed: int
    year: int  # counted from the first
    is_last: bool
    calendar: SchoolCalendar
    parameters: Parameters
    places: Places
    students: Students
    members: Members
    stints: Stints
    last: Ints  # each member's last primary stint

    def student_of(self, stint: Ints) -> Ints:
        return self.members.student[self.stints.member[stint]]

    def keys(self, student: Ints, school: Ints) -> Columns:
        """Student, school and year columns."""
        return {
            "student_id": student_ids(student),
            "school_id": coded(school, self.places.schools.ids),
            "school_year": constant(self.calendar.school_year, student.size),
        }

    def attributes(self, stint: Ints) -> Columns:
        """The attribute columns of rows that belong to these stints."""
        return attribute_columns(self.students.race[self.student_of(stint)], self.stints.attributes[stint])
