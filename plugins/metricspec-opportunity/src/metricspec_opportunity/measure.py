"""course_access: who attends a school that offers a course, and who takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from metricspec.formula import Formula
from metricspec.measure import Inputs, Statistic, Use, Variable
from metricspec.sql.parsing import EXPRESSION
from metricspec.sql.stage import Step

from metricspec_opportunity.stages import stages

Report = Literal["access", "enrollment"]


@dataclass(frozen=True)
class CourseAccessSpec:
    """`offered_from`: how many students of a school must take a course of the kind for the school to offer it; `least`: the
    fewest students with access, or without, that a value may tell."""

    taken: str
    counted: str | None = None
    offered_from: int = 1
    report: Report = "access"
    least: int = 11


class CourseAccess:
    """The opportunity to take a kind of course: the share of students whose school offers one (`report: access`), or the
    share who take one (`report: enrollment`).

    A school offers the kind of course in a year where at least `offered_from` students of the population take one there.
    So the population should be everyone who might: if grades 9 to 12 may take the course and it is access in grades 11
    and 12 that is wanted, the population is grades 9 to 12, and `counted` says `grade between '11' and '12'`. A course
    that stands in the catalog and that nobody takes is not offered by this. A student counts once a year, at the school
    of the last row. Students of whom `taken` is not known are left out, and make no school one that offers.

    At a school access is 0 or 100 percent, the same for every student group. At a district or network it is how the
    students of a group are spread over schools with and without: a difference between groups that is there before
    anyone chooses a course. What the groups do where the course is offered is the statistic `enrollment_where_offered`.
    The difference between groups is another indicator, of type `gap` or `disparity`, made of this one.

    Further statistics: `enrollment` (`access` with `report: enrollment`) and `enrollment_where_offered`, the students who
    take one of those whose school offers it.

    `n` counts the students of whom the value is a share. But 52 of 53 with access say that one student is at a school
    without: a number that the school's own row hides. So where some students, but fewer than `least`, have access or have
    none, there is no access value; nor where that is so of the students outside the group (those of `ALL` less the
    group's), as a difference tells it. `least` should be the smallest number that the policy shows. The further
    statistics have the smallest of these sides as their `n`, and hide with it.

    Interval: Wilson's score interval at 95 % for enrollment, with the standard error sqrt(p (1 - p) / n), as for a rate;
    it takes students for independent of one another. None for access: whole schools have it or not, so that the
    students are no independent draws, and all schools are known.

    Sources: U.S. Department of Education, Civil Rights Data Collection (courses offered, and students enrolled in at
    least one); National Academies 2019, Monitoring Educational Equity, chapter 5, domain F (availability of and
    enrollment in courses, told apart).

    Example: `{type: course_access, taken: ap_courses >= 1, counted: "grade between '11' and '12'", offered_from: 5}`
    """

    name = "course_access"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["taken"],
            "properties": {
                "taken": {**EXPRESSION, "description": "Whether the student takes a course of the kind."},
                "counted": {
                    **EXPRESSION,
                    "description": "Which students of the population the share is of (all where left out); the others "
                    "still tell what their school offers.",
                },
                "offered_from": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "How many students of a school must take one for the school to offer it (1 where left out).",
                    "x-effect": "past",
                },
                "least": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "The fewest students with access, or without, where there are both, for access to have a "
                    "value (11 where left out).",
                    "x-effect": "past",
                },
                "report": {
                    "enum": ["access", "enrollment"],
                    "description": "Which share is the indicator's value: students whose school offers a course of the kind "
                    "(access, where left out), or students who take one (enrollment).",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> CourseAccessSpec:
        return CourseAccessSpec(**block)

    def share(self, spec: CourseAccessSpec) -> bool:
        return True

    def expressions(self, spec: CourseAccessSpec) -> Sequence[Use]:
        uses = [Use(("taken",), spec.taken, "boolean")]
        return uses if spec.counted is None else [*uses, Use(("counted",), spec.counted, "boolean")]

    def sentence(self, spec: CourseAccessSpec) -> str:
        students = "students" if spec.counted is None else f"students with `{spec.counted}`"
        if spec.report == "enrollment":
            return f"the share of {students} for whom `{spec.taken}`"
        several = "a student" if spec.offered_from == 1 else f"{spec.offered_from} students or more"
        return f"the share of {students} at schools with {several} for whom `{spec.taken}`"

    def formula(self, spec: CourseAccessSpec) -> Formula:
        whom = (
            "the students counted" if spec.counted is None else f"the students counted of whom `{spec.counted}` is true"
        )
        taker = ("c_s", f"student *s* takes a course of the kind: `{spec.taken}`")
        if spec.report == "enrollment":
            line = r"v = \frac{\left|\{\, s \in S \;:\; c_s \,\}\right|}{\left|S\right|}"
            return Formula((line,), (("S", whom), taker))
        return Formula(
            (
                r"v = \frac{\left|\{\, s \in S \;:\; k_{i(s)} \ge m \,\}\right|}{\left|S\right|}",
                r"k_i = \left|\{\, s \in P_i \;:\; c_s \,\}\right|",
            ),
            (
                ("S", f"{whom}; no value where fewer than {spec.least}, but some, have access or have none"),
                ("k_i", "how many students of school *i* take a course of the kind"),
                ("i(s)", "the school of student *s*"),
                ("m", f"how many must, for the school to offer it: {spec.offered_from}"),
                ("P_i", "all students of the population at school *i*, counted or not"),
                taker,
            ),
        )

    def variables(self, spec: CourseAccessSpec) -> Sequence[Variable]:
        taken = Variable("taken", spec.taken)
        return [taken] if spec.counted is None else [taken, Variable("counted", spec.counted)]

    def row_keys(self, spec: CourseAccessSpec) -> Sequence[str]:
        return ()

    def years_before(self, spec: CourseAccessSpec) -> int:
        return 0

    def statistics(self, spec: CourseAccessSpec) -> Sequence[Statistic]:
        other = {
            "access": Statistic("enrollment", "share of students who take a course of the kind", 1, percent=True),
            "enrollment": Statistic("access", "share of students whose school offers one", 1, percent=True),
        }
        where = "share who take one, of the students whose school offers one"
        return (other[spec.report], Statistic("enrollment_where_offered", where, 1, percent=True))

    def stages(self, spec: CourseAccessSpec, inputs: Inputs) -> Sequence[Step]:
        some = spec.counted is not None
        return stages(inputs, offered_from=spec.offered_from, some=some, report=spec.report, least=spec.least)
