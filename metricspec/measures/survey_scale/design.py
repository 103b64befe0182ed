"""What all stages of a survey scale know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from metricspec.measure import Inputs
from metricspec.measures.survey_scale.spec import Part, SurveyScaleSpec
from metricspec.sql.stage import Stage, Template

PERSON = ("student", "school_year", "school")


@dataclass(frozen=True)
class Design:
    spec: SurveyScaleSpec
    inputs: Inputs

    def name(self, stage: str) -> str:
        return self.inputs.prefix + stage

    def stage(self, name: str, says: str, text: str, *, stored: bool = False) -> Stage:
        return Stage(self.name(name), says, Template((name, text), text), stored=stored)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return self.spec.all_parts()

    @property
    def percent(self) -> bool:
        return self.spec.score == "percent_favorable"

    @property
    def pooled(self) -> bool:
        return self.spec.pool == "responses"

    def origin(self, at: int) -> str:
        """What a person's score of a part is taken from when it is summed, so that sums of squares keep their digits."""
        spec = self.spec
        if self.percent:
            return "0e0"
        if spec.parameters is not None:
            return double(spec.parameters.mean if spec.scale_mean is None else spec.scale_mean)
        return double(float(spec.middle) * (len(self.parts[at].items) if spec.score == "total" else 1))


def double(value: float) -> str:
    """A number in double precision."""
    return f"CAST({value:.17e} AS DOUBLE)"
