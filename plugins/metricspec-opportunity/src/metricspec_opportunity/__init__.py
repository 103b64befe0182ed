"""Opportunity to learn for metricspec: the measure type `course_access`, a dataset of courses, and indicators of them."""

from __future__ import annotations

from pathlib import Path

from metricspec.hookspecs import hookimpl
from metricspec.measure import MeasureType
from metricspec.offers import Check

from metricspec_opportunity.checks import CHECKS
from metricspec_opportunity.measure import CourseAccess

__version__ = "0.1.0"
METRICSPEC_HOOKS = 2


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    return [CourseAccess()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    return [Path(__file__).resolve().parent / "specs"]


@hookimpl
def metricspec_checks() -> list[Check]:
    return list(CHECKS)
