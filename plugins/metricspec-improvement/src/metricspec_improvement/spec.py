"""The block of a run chart as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from metricspec.measure import Wrong

Every = Literal["day", "week", "month"]
MOST = {"day": 250, "week": 54, "month": 13}  # points of one school year
LABELS = 250  # the most where the periods are labels
FORMS = {"day": "2025-01-06", "week": "2025-01-06", "month": "2025-01"}


@dataclass(frozen=True)
class RunChartSpec:
    """`period` or `date` with `every`; `baseline` is a number of points, `change` the first period after a change."""

    numerator: str
    denominator: str | None = None
    percent_from: int | None = None
    period: str | None = None
    date: str | None = None
    every: Every | None = None
    baseline: int | None = None
    change: str | None = None
    points_from: int = 1
    points_minimum: int = 10
    after_run: int = 8
    trend: int | None = None

    @property
    def most(self) -> int:
        """The most points that a series can have."""
        return MOST[self.every] if self.every else LABELS


def parsed(block: Mapping[str, Any]) -> RunChartSpec:
    given = dict(block)
    for key in ("numerator", "denominator", "period", "date", "change"):
        if given.get(key) is not None:
            given[key] = str(given[key])
    return RunChartSpec(**given)


def wrong(spec: RunChartSpec) -> Sequence[Wrong]:
    """Keys that do not go together."""
    found = []
    if (spec.period is None) == (spec.date is None):
        path = ("period",) if spec.period is not None else ()
        found.append(
            Wrong(path, "the points are told apart by 'period' or by 'date', one of them", "write one of both")
        )
    if (spec.date is None) != (spec.every is None):
        given, other = ("date", "every") if spec.every is None else ("every", "date")
        found.append(
            Wrong((given,), f"'{given}' says nothing without '{other}'", "write both: date: date, every: week")
        )
    if spec.baseline is not None and spec.change is not None:
        message = "the baseline is what came before the change"
        found.append(Wrong(("baseline",), message, "write 'baseline' or 'change', not both"))
    if spec.percent_from is not None and spec.denominator is None:
        message = "a percent of what: there is no denominator"
        found.append(Wrong(("percent_from",), message, "write the denominator, such as days_expected"))
    return [*found, *_wrong_change(spec)]


def _wrong_change(spec: RunChartSpec) -> Sequence[Wrong]:
    """A change that is the label of no period would be held against them as text all the same, and the median be that of
    other points than the author means."""
    if spec.change is None or spec.every is None:
        return ()
    day = _day(spec.change)
    label = _label(day, spec.every) if day is not None else FORMS[spec.every]
    if day is not None and spec.change == label:
        return ()
    kind = {"day": "a day", "week": "a week, which is named by its Monday", "month": "a month"}[spec.every]
    such = "" if day is not None else "such as "
    return [Wrong(("change",), f"'{spec.change}' is not {kind}", f'write {such}change: "{label}"')]


def _day(text: str) -> date | None:
    """The day of a date or month as people write them, the first of a month; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2025-01") else text)
    except ValueError:
        return None


def _label(day: date, every: Every) -> str:
    if every == "week":
        day -= timedelta(days=day.weekday())
    return day.isoformat()[: len(FORMS[every])]
