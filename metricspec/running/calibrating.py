"""Parameters of the partial credit model from the answers to a survey scale: read, fitted, written as YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.measure import Inputs
from metricspec.measures.survey_scale import SurveyScaleSpec
from metricspec.measures.survey_scale.answers import pattern_stages
from metricspec.measures.survey_scale.calibration import NOT_ANSWERED, Calibration, calibrate
from metricspec.model import Indicator
from metricspec.problems import UsageError
from metricspec.running.project import Project
from metricspec.running.quality import Count
from metricspec.schoolyear import demand_school_year
from metricspec.sql.stage import Step
from metricspec.warehouse import Progress, Warehouse

if TYPE_CHECKING:
    import pandas as pd

PEOPLE = 200  # fewer are refused
EACH = 5  # people who gave each answer to each item, at least: no step is known where nobody stands on both its sides


@dataclass(frozen=True)
class Calibrated:
    """`text` is the block `parameters:` of a spec. `said` tells of each choice made on the way."""

    calibration: Calibration
    text: str
    quality: tuple[Count, ...]
    said: tuple[str, ...]


def calibrated(
    project: Project,
    indicator: str,
    *,
    year: str | None = None,
    data: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
    warehouse: Warehouse | None = None,
) -> Calibrated:
    """Fit the parameters of an indicator's items to the people that count in it.

    Raises UsageError where the indicator is no survey scale, its answers are no whole numbers, or people are too few; SpecError
    where the data stop a run.
    """
    demand_school_year(year)
    found = project.indicator(indicator)
    spec = found.measure
    if not isinstance(spec, SurveyScaleSpec):
        raise UsageError(f"{indicator} is of measure type '{found.measure_type}': only survey scales are calibrated")
    if spec.low != int(spec.low) or spec.high != int(spec.high):
        raise UsageError(
            f"the answers of {indicator} go from {spec.low} to {spec.high}: partial credit is for whole ones"
        )

    def build(own: SurveyScaleSpec, inputs: Inputs) -> Sequence[Step]:
        return pattern_stages(replace(own, score="partial_credit"), inputs)

    with warehouse or project.connect() as engine:
        whole = project.prepare([indicator], engine, data)
        prepared = replace(whole, plan=whole.compiler.rows_plan(found, build))
        frame, quality = prepared.run(engine, progress)
    frame = frame[[one in found.effective and year in (None, one) for one in frame["school_year"]]]
    years = sorted({str(one) for one in frame["school_year"]})
    fitted = _fitted(spec, frame, f"{indicator}{f' in {year}' if year else ''}")
    return Calibrated(fitted, _written(found, fitted, years), quality, prepared.said)


def _fitted(spec: SurveyScaleSpec, frame: pd.DataFrame, what: str) -> Calibration:
    import numpy as np

    columns = [f"x_{at}" for at in range(1, len(spec.items) + 1)]
    frame = frame.groupby(columns, dropna=False)["people"].sum().reset_index()  # of all years, always in one order
    people = frame["people"].to_numpy(dtype=float)
    if people.sum() < PEOPLE:
        raise UsageError(f"{what} has too few people who answered: parameters are fitted from {PEOPLE} on")
    given = frame[columns].to_numpy(dtype=float) - float(spec.low)
    patterns = np.where(np.isnan(given), NOT_ANSWERED, given).astype(np.int64)
    answers = int(spec.high) - int(spec.low) + 1
    for at, item in enumerate(spec.items):
        rare = [
            str(answer + int(spec.low)) for answer in range(answers) if people[patterns[:, at] == answer].sum() < EACH
        ]
        if rare:
            raise UsageError(
                f"fewer than {EACH} people answered {' or '.join(rare)} to '{item}'"
                f"{' (after reversing)' if item in spec.reverse else ''}: its steps cannot be fitted"
            )
    found = calibrate(spec.items, patterns, people, answers)
    if not found.settled:
        raise UsageError(f"no parameters of {what} were found: the answers do not tell the items apart")
    return found


def _written(indicator: Indicator, fitted: Calibration, years: Sequence[str]) -> str:
    """The block, with places to six decimals: errors of estimation are far larger."""
    lines = ["parameters:", "  population: {mean: 0, sd: 1}", "  items:"]
    for item in fitted.parameters.items:
        steps = ", ".join(f"{step:.6f}" for step in item.steps)
        lines.append(f"    {item.name}: {{discrimination: {item.discrimination:.6f}, steps: [{steps}]}}")
    span = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    lines += [
        "  note: >-",
        f"    Fitted by metricspec calibrate to the answers of {fitted.people:,} people to {indicator.id} {indicator.version},",
        f"    {span}, by marginal maximum likelihood. Log-likelihood {fitted.log_likelihood:.2f}.",
    ]
    return "\n".join(lines) + "\n"
