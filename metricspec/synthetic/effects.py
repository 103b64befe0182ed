"""True school effects on scores, known because they are drawn: school, subject, grade and year."""

import numpy as np

from .arrays import Floats
from .parameters import SUBJECTS, ScoreParameters
from .places import Places
from .streams import stream

EFFECT_GRADES = (4, 5, 6, 7, 8, 11)


def draw_effects(seed: int, years: int, places: Places, p: ScoreParameters) -> Floats:
    """Effects by school, year, subject and grade number (0 to 11; 0 where no growth is measured).

    A lasting part of the school, a lasting part of the subject there, one of the grade there,
    and what changes from year to year. None of it depends on who attends.
    """
    rng = stream(seed, "effects", year=1)
    schools = len(places.schools.ids)
    shape = (schools, years, len(SUBJECTS), 12)
    school = rng.normal(0, p.effect_school_sd, (schools, 1, 1, 1))
    subject = rng.normal(0, p.effect_subject_sd, (schools, 1, len(SUBJECTS), 1))
    grade = rng.normal(0, p.effect_grade_sd, (schools, 1, len(SUBJECTS), 12))
    year = rng.normal(0, p.effect_year_sd, shape)
    measured = np.isin(np.arange(12), EFFECT_GRADES)
    effects: Floats = np.where(measured, school + subject + grade + year, 0.0)
    return effects
