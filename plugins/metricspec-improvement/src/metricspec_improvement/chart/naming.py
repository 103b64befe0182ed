"""What people call things: titles, units and names out of the project. Of the students' rows nothing is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metricspec_improvement.chart.series import Series
from metricspec_improvement.chart.words import Labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metricspec import Project
    from metricspec.model import Indicator


def named(given: Labels, series: Series, project: Project, names: Mapping[str, str]) -> Labels:
    """The labels with what the project knows where nothing was given; nothing of an indicator that the project does not
    have in the version of the results."""
    labels = replace(given, org=given.org or names.get(series.org_id, ""))
    indicator = _indicator(project, series)
    if indicator is None:
        return labels
    return replace(
        labels,
        title=given.title or str(indicator.title),
        unit=given.unit or indicator.unit,
        group=given.group or _group(project, indicator, series.student_group),
        better=indicator.better,
    )


def _indicator(project: Project, series: Series) -> Indicator | None:
    if project.catalog.find(series.indicator) is None:
        return None
    several = project.catalog.in_force(series.indicator)
    return next((one for one in several if one.version == series.version), None)


def _group(project: Project, indicator: Indicator, group: str) -> str:
    known = project.catalog.groups[indicator.groups].groups
    return next((str(one.title) for one in known if one.id == group), "")
