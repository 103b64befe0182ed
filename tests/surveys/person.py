"""One person's place by the model, number by number: what the SQL computes for all at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metricspec.measures.survey_scale.credit import Parameters, log_probabilities, nodes


def expected_theta(parameters: Parameters, answers: Sequence[int | None]) -> float:
    """EAP of one person from their answers in the order of the items, 0 the lowest; None is no answer."""
    above = below = 0.0
    for theta, weight in nodes(parameters):
        log = weight
        for item, answer in zip(parameters.items, answers, strict=True):
            log += 0.0 if answer is None else log_probabilities(item, theta)[answer]
        above += theta * math.exp(log)
        below += math.exp(log)
    return above / below
