"""Run charts for metricspec: the measure type `run_chart`, an indicator that uses it, and the command `run-chart`."""

from __future__ import annotations

from pathlib import Path

from metricspec.hookspecs import hookimpl
from metricspec.measure import MeasureType

from metricspec_improvement.measure import RunChart

__version__ = "0.2.1"
METRICSPEC_HOOKS = 2


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [RunChart()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    return [Path(__file__).resolve().parent / "specs"]
