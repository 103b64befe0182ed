"""What a run chart says, in plain sentences: under the chart, and instead of it."""

from __future__ import annotations

from dataclasses import dataclass

from metricspec_improvement.chart.series import Series


@dataclass(frozen=True)
class Labels:
    """How people call what is drawn; empty where they said nothing."""

    title: str = ""
    org: str = ""
    unit: str = ""
    change: str = ""


def number(series: Series, value: float | None) -> str:
    """A value with the decimal places that all of the series have."""
    return "" if value is None else f"{value:,.{series.digits}f}"


def counted(count: float, one: str, more: str = "") -> str:
    return f"{count:g} {one if count == 1 else more or f'{one}s'}"


def heading(series: Series, labels: Labels) -> str:
    group = "all students" if series.student_group == "ALL" else f"student group {series.student_group}"
    org = labels.org or f"{series.org_level} {series.org_id}"
    return f"{labels.title or series.indicator}: {org}, {group}, {series.school_year}"


def sentences(series: Series, labels: Labels) -> list[str]:
    """The signal first; then what came of a change, and what is hidden."""
    if series.centre is None:
        return [_without_centre(series)]
    found = [_centre(series, labels), _signal(series)]
    if series.changed:
        found.append(_after(series, labels))
    return [sentence for sentence in found if sentence]


def _without_centre(series: Series) -> str:
    if series.hidden:
        return (
            f"{counted(series.hidden, 'point is', 'points are')} hidden, so no median and no signal is told: either would tell "
            "something of what is hidden."
        )
    return f"There is no median: {series.notes}." if series.notes else "There is no median."


def _centre(series: Series, labels: Labels) -> str:
    of = counted(len(series.points), "point")
    if series.baseline < len(series.points):
        of = f"the first {series.baseline} of {of}"
        if series.changed:
            of = f"the {counted(series.baseline, 'point')} before {labels.change or 'the change'}"
    else:
        of = f"all {of}"
    return f"The median of {of} is {number(series, series.centre)}{_unit(labels)}."


def _unit(labels: Labels) -> str:
    return f" {labels.unit}" if labels.unit else ""


def _signal(series: Series) -> str:
    signal = series.facts.get("signal")
    if signal is None:
        return f"{series.notes.split(';')[0].capitalize()}." if series.notes else ""
    run, crossings = series.facts["longest_run"], series.facts["crossings"]
    most, least = series.facts["longest_run_limit"], series.facts["crossings_limit"]
    said = (
        f"the longest run on one side of the median is {counted(run, 'point')} (chance allows {most:g}) and the line is crossed "
        f"{counted(crossings, 'time')} (chance gives {least:g} or more)"
    )
    if "longest_trend" in series.facts:
        said += f"; at most {counted(series.facts['longest_trend'], 'point')} in a row rise or fall"
    if signal == 1:
        return f"Signal: the points vary otherwise than chance would; {said}."
    return f"No signal: the points vary as chance would; {said}."


def _after(series: Series, labels: Labels) -> str:
    change = labels.change or "the change"
    if "signal_after" not in series.facts:
        return ""
    above, below = series.facts["run_above"], series.facts["run_below"]
    side, run = ("above", above) if above >= below else ("below", below)
    said = f"{counted(run, 'point')} in a row {'lies' if run == 1 else 'lie'} {side} that median"
    if series.facts["signal_after"] == 1:
        return f"Signal of a shift: since {change}, {said}."
    return f"No shift is told: since {change}, at most {said}."


def description(series: Series, labels: Labels) -> str:
    """The chart for those who do not see it."""
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
    return " ".join([text, *sentences(series, labels)])
