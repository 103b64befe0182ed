"""Yearly records of English learners."""

import numpy as np
import pyarrow as pa

from .arrays import Bools, Ints
from .columns import Columns, coded, dates, flags, integers
from .language import LEVELS, LanguageYear
from .students import EL, GRADES
from .year_facts import YearFacts

TESTS = ("SUMMATIVE", "ALTERNATE")


def learner_members(facts: YearFacts) -> Ints:
    """Members from kindergarten up who were English learners at some time of the year."""
    return np.flatnonzero(facts.members.attributes[:, EL] & (facts.members.grade >= 1))


def learner_columns(facts: YearFacts, language: LanguageYear, members: Ints) -> Columns:
    """One row a learner and year, at the school of the last stint; the learner flag is the year's."""
    stint, student = facts.last[members], facts.members.student[members]
    alternate = facts.students.alternate_assessment[student]
    attributes = facts.attributes(stint)
    attributes["english_learner"] = flags(facts.members.attributes[members, EL])
    return (
        facts.keys(student, facts.stints.school[stint])
        | attributes
        | {
            "grade": coded(facts.members.grade[members], GRADES),
            "test": coded(alternate.astype(np.int64), TESTS),
            "level": coded(_alternate_levels(language.level[members], alternate), LEVELS),
            "prior_level": coded(_alternate_levels(language.prior_level[members], alternate), LEVELS),
            "scale_score": _alternate_scores(student, facts.year, language.level[members], alternate),
            "prior_scale_score": _alternate_scores(student, facts.year - 1, language.prior_level[members], alternate),
            "tested": flags(language.level[members] >= 0),
            "reclassified": flags(language.reclassified[members]),
            "el_at_start": flags(language.at_start[members]),
            "entry_us_date": dates(facts.students.us_entry[student]),
            "el_date": dates(facts.students.learner_since[student]),
            "accountability_district_id": coded(facts.stints.accountability_district[stint], facts.places.district_ids),
        }
    )


def _alternate_levels(level: Ints, alternate: Bools) -> Ints:
    """The alternate test knows levels 1, 2 and 3: written as 1, 2L and 3L."""
    return np.where(alternate & (level >= 0), np.array([0, 0, 1, 1, 3, 3])[np.clip(level, 0, 5)], level)


def _alternate_scores(student: Ints, year: int, level: Ints, alternate: Bools) -> pa.Array:
    """Two-digit scores of the alternate test: higher by level, and spread by student and year, the same whenever asked."""
    spread = (student * 7_919 + year * 104_729) % 19
    return integers(28 + 9 * np.clip(level, 0, 5) + spread, missing=~alternate | (level < 0))
