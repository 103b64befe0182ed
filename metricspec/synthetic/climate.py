"""School climate items, answered by students of grades 4 to 12, by families of every grade, and by staff."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .arrays import Bools, Floats, Ints
from .columns import Columns, attribute_columns, coded, constant, integers, student_ids
from .parameters import ClimateParameters
from .places import level_of
from .students import ATTRIBUTES, GRADES
from .surveys import asked
from .year_facts import YearFacts


def climate_items(p: ClimateParameters) -> tuple[list[str], Ints]:
    """Names of all items and the construct of each."""
    names = [f"{prefix}_{number + 1}" for prefix in p.prefixes for number in range(p.items_each)]
    return names, np.repeat(np.arange(len(p.constructs)), p.items_each)


def student_climate(facts: YearFacts, members: Ints, rng: np.random.Generator) -> Columns:
    """Responses of students."""
    p = facts.parameters.climate
    members = members[facts.members.grade[members] >= 5]
    takes = rng.random(members.size) < p.student_response
    student = facts.members.student[members]
    outlook = p.student_sd * facts.students.outlook[student].mean(axis=1)
    return _responses(facts, members, takes, outlook, student_ids(student), "student", rng)


def family_climate(facts: YearFacts, members: Ints, rng: np.random.Generator) -> Columns:
    """Responses of one family member for a student; the id is the family's own."""
    p = facts.parameters.climate
    level = level_of(facts.members.grade[members])
    takes = rng.random(members.size) < np.array(p.family_response)[level]
    outlook = p.student_sd * rng.normal(size=members.size) + p.family_kinder
    ids = pc.binary_join_element_wise("F", student_ids(facts.members.student[members]), "")
    return _responses(facts, members, takes, outlook, ids, "family", rng)


def staff_climate(facts: YearFacts, members: Ints, rng: np.random.Generator) -> Columns:
    """Responses of staff: one for so many members, in whose grade they teach; they have no attributes of students."""
    p = facts.parameters.climate
    members = members[rng.random(members.size) < p.staff_for_each]
    takes = rng.random(members.size) < p.staff_response
    outlook = p.student_sd * rng.normal(size=members.size)
    ids = pc.binary_join_element_wise("T", student_ids(facts.members.student[members]), "")
    columns = _responses(facts, members, takes, outlook, ids, "staff", rng)
    count = len(columns["student_id"])
    nothing = attribute_columns(np.full(count, -1), np.zeros((count, len(ATTRIBUTES)), dtype=bool))
    return columns | nothing


def _responses(
    facts: YearFacts,
    members: Ints,
    takes: Bools,
    outlook: Floats,
    ids: pa.Array,
    respondent: str,
    rng: np.random.Generator,
) -> Columns:
    p = facts.parameters.climate
    names, construct = climate_items(p)
    stint = facts.last[members]
    school = facts.stints.school[stint]
    latent = outlook + p.school_sd / facts.parameters.surveys.school_sd * (
        facts.places.schools.survey_effect[school].mean(axis=1) * 2
    )
    value = latent[:, None] + np.array(p.construct_mean)[construct]
    value = value + p.noise_sd * rng.normal(size=value.shape)
    response = np.searchsorted(np.array(facts.parameters.surveys.cuts), value) + 1
    answered: Bools = rng.random(value.shape) >= facts.parameters.surveys.item_skipped
    answered &= takes[:, None]
    row, item = asked(answered, construct)
    keys = facts.keys(facts.members.student[members][row], school[row])
    return (
        keys
        | facts.attributes(stint[row])
        | {
            "student_id": ids.take(pa.array(row)),
            "grade": coded(facts.members.grade[members][row], GRADES),
            "respondent": constant(respondent, row.size),
            "construct": coded(construct[item], p.constructs),
            "item": coded(item, names),
            "response": integers(response[row, item], ~answered[row, item]),
        }
    )
