"""Student growth percentiles for metricspec: the measure type `sgp`, and an indicator that uses it."""

from __future__ import annotations

from pathlib import Path

from metricspec.hookspecs import hookimpl
from metricspec.measure import MeasureType

from metricspec_sgp.measure import StudentGrowthPercentile

__version__ = "0.2.0"
METRICSPEC_HOOKS = 2


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [StudentGrowthPercentile()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    return [Path(__file__).resolve().parent / "specs"]
