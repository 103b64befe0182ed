"""What the network was made from, written beside it so that estimates can be judged."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import Floats, Ints
from .columns import Columns, coded, constant, numbers
from .effects import EFFECT_GRADES
from .parameters import LEVEL_2_MINIMUM, LEVEL_3_MINIMUM, LEVEL_4_MINIMUM, SUBJECTS, TESTED_GRADES, Parameters
from .scores import grade_means
from .students import GRADES
from .year_facts import YearFacts

HOW_SCORES_ARE_MADE = (
    "True scores are distances from the mean of grade and subject (mean_scale_score).",
    "Grade 3, and a student's first score: ability + group differences + neighbourhood; no school effect.",
    "Grades 4-8: same*own true score of the year before + other*the other subject's"
    " + sum of b*(attribute - reference) + peer_same*mean earlier true score of the peers in the same subject"
    " + peer_other*their mean in the other subject"
    " + peer_poverty*(disadvantaged share - reference) + true_effect + noise.",
    "Grade 11: the same, from the last true score of grade 8.",
    "Peers are all students of the school, grade and year; the school is the one attended in spring.",
    "scale_score = round(mean_scale_score + true score + csem*standard normal); csem is recorded with it.",
    "Alternate (CAA) rows carry the top score of the same level of the general test and are no priors.",
)


def effect_columns(facts: YearFacts, effects: Floats, school: Ints, number: Ints) -> Columns:
    """True effects of the schools and grades that have students in the year."""
    seen = np.isin(number, EFFECT_GRADES)
    cells = np.unique(np.stack([school[seen], number[seen]], axis=1), axis=0)
    rows = np.repeat(cells, len(SUBJECTS), axis=0)
    subject = np.tile(np.arange(len(SUBJECTS)), cells.shape[0])
    return {
        "school_id": coded(rows[:, 0], facts.places.schools.ids),
        "school_year": constant(facts.calendar.school_year, subject.size),
        "subject": coded(subject, SUBJECTS),
        "grade": coded(rows[:, 1] + 1, GRADES),
        "true_effect": numbers(effects[rows[:, 0], facts.year, subject, rows[:, 1]]),
    }


def write_parameters(folder: Path, parameters: Parameters, settings: dict[str, Any]) -> None:
    """truth/parameters.json."""
    means = grade_means(parameters.scores)
    document = {
        "settings": settings,
        "parameters": asdict(parameters),
        "how_scores_are_made": HOW_SCORES_ARE_MADE,
        "mean_scale_score": {
            subject: {f"{grade:02d}": means[s, grade] for grade in TESTED_GRADES} for s, subject in enumerate(SUBJECTS)
        },
        "level_minimums": {
            name: {
                subject: dict(zip([f"{grade:02d}" for grade in TESTED_GRADES], values[subject], strict=True))
                for subject in SUBJECTS
            }
            for name, values in (("2", LEVEL_2_MINIMUM), ("3", LEVEL_3_MINIMUM), ("4", LEVEL_4_MINIMUM))
        },
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (folder / "truth" / "parameters.json").write_text(text + "\n", encoding="utf-8")
