"""The one verdict of a run chart, and what explains it.

Where the indicator has a change, the question is whether the points shifted after it, and the rule for the points after it
answers. The rules for all points, which know of no change, are then a remark and no second verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from metricspec_improvement.chart.chance import shifts, signals
from metricspec_improvement.chart.series import Series
from metricspec_improvement.chart.words import Labels, counted, number
from metricspec_improvement.tally import TOO_MANY

NO_WHY = "is a sign that something changed, and says neither why nor whether for the better"
NO_PROOF = "is no proof that nothing changed"
CROWDED = "No verdict: too many points lie on the median."


@dataclass(frozen=True)
class Verdict:
    """`verdict` is the answer in one sentence; `because` explains it; `apart` is of another question, or empty."""

    verdict: str
    because: tuple[str, ...] = ()
    apart: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.verdict, *self.because, self.apart)))


def verdict(series: Series, labels: Labels) -> Verdict:
    if series.centre is None:
        return Verdict(_without_centre(series))
    return _of_change(series, labels) if series.changed else _of_all(series, labels)


def _without_centre(series: Series) -> str:
    if series.hidden:
        return (
            f"No verdict: {counted(series.hidden, 'point is', 'points are')} hidden, so no median and no signal is told: either "
            "would tell something of what is hidden."
        )
    return f"No verdict: {series.notes or 'there is no median'}."


def _of_all(series: Series, labels: Labels) -> Verdict:
    median = _median(series, labels)
    if TOO_MANY in series.notes:
        return Verdict(CROWDED, (median, _off(series)))
    if "signal" not in series.facts:
        return Verdict(f"No verdict: {series.notes}.", (median,))
    rule = f"{_found(series)} Where nothing changes, chance alone gives a signal in {_chance_of_signal(series)} series of so many points. "
    if series.facts["signal"] == 1:
        said = "Signal: points that vary by chance alone mostly look otherwise."
        return Verdict(said, (median, f"{rule}A signal {NO_WHY}{_better(labels)}."))
    return Verdict(
        "No signal: points that vary by chance alone often look like this.", (median, f"{rule}No signal {NO_PROOF}.")
    )


def _of_change(series: Series, labels: Labels) -> Verdict:
    change, needed = labels.change or "the change", series.facts["shift_from"]
    median = _median(series, labels)
    if "signal_after" not in series.facts:
        if series.after >= needed and TOO_MANY in series.notes:
            return Verdict(CROWDED, (median, _off(series)))
        return Verdict(f"Too early to say: {_too_few(series, change)}", (median,), _apart(series))
    chance = _of_hundred(shifts(series.baseline, series.after, int(needed)))
    rule = (
        f"A shift is {needed:g} points or more in a row on one side of that median. Where nothing changes, chance alone gives a shift in "
        f"{chance} series of {counted(series.baseline, 'point')} before and {series.after:g} after. "
    )
    runs = {side: series.facts[f"run_{side}"] for side in ("above", "below")}
    if series.facts["signal_after"] == 1:
        sides = [f"{counted(run, 'point')} in a row lie {side}" for side, run in runs.items() if run >= needed]
        said = f"Shift after {change}: {' and '.join(sides)} the earlier median."
        return Verdict(said, (median, f"{rule}A shift {NO_WHY}{_better(labels)}."), _apart(series))
    most = counted(max(runs.values()), "point")
    said = f"No shift after {change}: at most {most} in a row {'lies' if most == '1 point' else 'lie'} on one side of the earlier median."
    return Verdict(said, (median, f"{rule}No shift {NO_PROOF}."), _apart(series))


def _too_few(series: Series, change: str) -> str:
    needed = series.facts["shift_from"]
    if series.after >= needed:
        return f"fewer than {needed:g} of the {series.after} points after {change} lie off the earlier median, and a shift is {needed:g} in a row."
    there = counted(series.after, "point") if series.after else "no point"
    return f"there {'is' if series.after < 2 else 'are'} {there} after {change}, and a shift is {needed:g} in a row."


def _off(series: Series) -> str:
    """Why there is no verdict where many points lie on the line."""
    facts = series.facts
    side = ", all on one side" if facts["useful_points"] and not facts["crossings"] else ""
    return (
        f"Of the {counted(facts['points'], 'point')} {facts['useful_points']:g} lie off it{side}. The rules are for points that fall on "
        "either side of it like coins."
    )


def _apart(series: Series) -> str:
    """What the rules for all points say, beside a verdict on a change."""
    start = "Apart from that, the rules for all points, which know of no change and ask whether anything changed at any time:"
    if TOO_MANY in series.notes:
        return f"{start} no verdict, too many points lie on the median."
    if "signal" not in series.facts:
        return f"{start} no verdict, too few points lie off the median, or too many."
    said = "a signal" if series.facts["signal"] == 1 else "no signal"
    return f"{start} {said}. {_found(series)} Chance alone gives a signal in {_chance_of_signal(series)} series of so many points."


def _median(series: Series, labels: Labels) -> str:
    of = counted(len(series.points), "point")
    carried = ""
    if series.changed:
        of = f"the {counted(series.baseline, 'point')} before {labels.change or 'the change'}"
    elif series.baseline < len(series.points):
        of = f"the first {series.baseline} of {of}"
    else:
        of = f"all {of}"
    if series.after:
        carried = f", and is carried on over the {counted(series.after, 'point')} after"
    unit = f" {labels.unit}" if labels.unit else ""
    return f"The median of {of} is {number(series, series.centre)}{unit}{carried}."


def _found(series: Series) -> str:
    """What the rules for all points go by."""
    facts = series.facts
    said = (
        f"The longest run on one side of the median is {counted(facts['longest_run'], 'point')} (chance mostly gives "
        f"{facts['longest_run_limit']:g} or fewer) and the line is crossed {counted(facts['crossings'], 'time')} (chance mostly gives "
        f"{facts['crossings_limit']:g} or more)"
    )
    if "trend_from" in facts:
        said += (
            f"; {counted(facts['longest_trend'], 'point')} in a row rise or fall ({facts['trend_from']:g} are a signal)"
        )
    return f"{said}."


def _chance_of_signal(series: Series) -> str:
    trend = series.facts.get("trend_from")
    return _of_hundred(signals(len(series.points), series.baseline, None if trend is None else int(trend)))


def _of_hundred(share: float) -> str:
    """A share of series in words that can stand before 'series'."""
    rounded = round(100 * share)
    if rounded < 1:
        return "fewer than 1 of 100"
    return f"about {rounded} of 100" if rounded < 100 else "nearly all"


def _better(labels: Labels) -> str:
    return f" ({labels.better} is better here)" if labels.better in ("higher", "lower") else ""
