"""What a run chart is called, and what is seen on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metricspec_improvement.chart.series import Series


@dataclass(frozen=True)
class Labels:
    """How people call what is drawn, and which direction is better (`higher`, `lower`); empty where nobody said."""

    title: str = ""
    org: str = ""
    group: str = ""
    unit: str = ""
    change: str = ""
    better: str = ""


def number(series: Series, value: float | None) -> str:
    """A value with the decimal places that all of the series have."""
    return "" if value is None else f"{value:,.{series.digits}f}"


def counted(count: float, one: str, more: str = "") -> str:
    return f"{count:g} {one if count == 1 else more or f'{one}s'}"


def heading(series: Series, labels: Labels) -> str:
    group = "all students" if series.student_group == "ALL" else f"student group {series.student_group}"
    org = labels.org or f"{series.org_level} {series.org_id}"
    return f"{labels.title or series.indicator}: {org}, {labels.group or group}, {series.school_year}"


def description(series: Series, said: Sequence[str]) -> str:
    """The chart for those who do not see it, with what is said of it."""
    shown = [point for point in series.points if point.value is not None]
    span = f"from {series.points[0].period} to {series.points[-1].period}" if series.points else ""
    text = f"A line of {counted(len(series.points), 'point')} {span}."
    if shown:
        low = min(shown, key=lambda point: point.value or 0)
        high = max(shown, key=lambda point: point.value or 0)
        text += (
            f" Lowest {number(series, low.value)} ({low.period}), highest {number(series, high.value)} ({high.period})."
        )
    if series.hidden:
        text += f" {counted(series.hidden, 'point is', 'points are')} hidden."
    return " ".join([text, *said])
