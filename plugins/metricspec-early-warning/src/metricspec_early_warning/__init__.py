"""Early warning for metricspec: the measure type `early_warning` and indicators of attendance, behavior and course performance."""

from __future__ import annotations

from pathlib import Path

from metricspec.hookspecs import hookimpl
from metricspec.measure import MeasureType

from metricspec_early_warning.measure import EarlyWarning

__version__ = "0.2.0"
METRICSPEC_HOOKS = 2


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [EarlyWarning()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    return [Path(__file__).resolve().parent / "specs"]
