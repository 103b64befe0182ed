"""Survey responses of students in grades 4 to 12, item by item."""

import numpy as np

from .arrays import Bools, Floats, Ints
from .columns import Columns, coded, constant, integers
from .parameters import SurveyParameters
from .students import GRADES
from .year_facts import YearFacts


def items(p: SurveyParameters) -> tuple[list[str], Ints, Bools]:
    """Names of all items, the construct of each, and which are worded against the construct."""
    names = [
        f"{prefix}_{number + 1}"
        for prefix, count in zip(p.prefixes, p.constructs.values(), strict=True)
        for number in range(count)
    ]
    construct = np.repeat(np.arange(len(p.constructs)), list(p.constructs.values()))
    return names, construct, np.isin(names, p.reversed_items)


def asked(answered: Bools, construct: Ints) -> tuple[Ints, Ints]:
    """Person and item of each row: every answer, and of each construct the first item, so that who was asked and did
    not answer has a row too."""
    first = np.append(True, construct[1:] != construct[:-1])
    person, item = np.nonzero(answered | first)
    return person.astype(np.int64), item.astype(np.int64)


def item_places(p: SurveyParameters, rng: np.random.Generator) -> Floats:
    """How easy each item is to agree with; the same for every year and block."""
    return rng.normal(0, p.item_sd, sum(p.constructs.values()))


def survey_columns(facts: YearFacts, places_of_items: Floats, members: Ints, rng: np.random.Generator) -> Columns:
    """Responses of these members; who takes no part has empty ones."""
    p = facts.parameters.surveys
    names, construct, reverse = items(p)
    stint = facts.last[members]
    school = facts.stints.school[stint]
    habit = p.response + p.school_response_sd * facts.places.schools.survey_effect[school, 0] / p.school_sd
    takes = rng.random(members.size) < np.clip(habit, 0.3, 0.98)
    eligible = facts.members.grade[members] >= 5
    members, stint, school, takes = members[eligible], stint[eligible], school[eligible], takes[eligible]
    student, grade = facts.members.student[members], facts.members.grade[members]
    latent = (
        np.array(p.construct_mean)
        + p.student_sd * facts.students.outlook[student]
        + facts.places.schools.survey_effect[school]
        + p.middle_school_drop * (grade >= 7)[:, None]
    )
    value = latent[:, construct] + places_of_items
    value += p.noise_sd * rng.normal(size=value.shape)
    response = np.searchsorted(np.array(p.cuts), value) + 1
    response = np.where(reverse, 6 - response, response)
    answered = rng.random(value.shape) >= p.item_skipped
    half_way = rng.random(members.size) < p.stops_half_way
    answered &= ~half_way[:, None] | (np.arange(len(names)) < rng.integers(2, 14, members.size)[:, None])
    answered &= takes[:, None]
    row, item = asked(answered, construct)
    return (
        facts.keys(student[row], school[row])
        | facts.attributes(stint[row])
        | {
            "grade": coded(grade[row], GRADES),
            "respondent": constant("student", row.size),
            "construct": coded(construct[item], list(p.constructs)),
            "item": coded(item, names),
            "response": integers(response[row, item], ~answered[row, item]),
        }
    )
