"""One verdict, what explains it, and what is apart from it; directions and chances are told and not judged."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import run_rules

from metricspec_improvement.chart.series import Point, Series
from metricspec_improvement.chart.verdict import Verdict, verdict
from metricspec_improvement.chart.words import Labels
from metricspec_improvement.limits import crossings_limit, longest_run_limit
from metricspec_improvement.tally import TOO_MANY

BEFORE = [4.0, 6, 4, 6, 4, 6, 4, 6, 4, 6]  # about 5
CALLS = Labels(change="calls", unit="percent", better="lower")


def series(
    values: Sequence[float],
    base: int | None = None,
    *,
    changed: bool = False,
    notes: str = "",
    trend: int | None = None,
) -> Series:
    """With the facts that the rules on lists give."""
    found = run_rules.of(values, len(values) if base is None else base)
    facts: dict[str, float] = {
        "points": len(values), "baseline_points": len(values) if base is None else base, "useful_points": found.useful,
        "longest_run": found.longest_run, "crossings": found.crossings,
    }  # fmt: skip
    signal = run_rules.signal(found, trend=trend)
    if signal is not None:
        limits = {
            "longest_run_limit": longest_run_limit(found.useful),
            "crossings_limit": crossings_limit(found.useful),
        }
        facts |= {"signal": signal, **limits}
    if trend is not None:
        facts |= {"longest_trend": found.longest_trend, "trend_from": trend}
    if changed:
        facts |= {"run_above": found.run_above, "run_below": found.run_below, "shift_from": 8}
        shift = run_rules.shift(found)
        facts |= {} if shift is None else {"signal_after": shift}
    points = tuple(Point(f"{place:02}", value, 20) for place, value in enumerate(values, 1))
    return Series("ours.x", "1.0.0", "2024-25", "school", "A", "ALL", points, found.centre, notes, changed, facts)


def test_a_shift_without_a_signal_over_all_points() -> None:
    """Eight in a row below: the two things that were said beside each other are one verdict and a remark."""
    told = verdict(series([*BEFORE, 6, 4, 6, *[4.0] * 8, 6, 4, 6, 4, 6, 4], 10, changed=True), CALLS)
    assert told.verdict == "Shift after calls: 8 points in a row lie below the earlier median."
    assert (
        told.because[0]
        == "The median of the 10 points before calls is 5 percent, and is carried on over the 17 points after."
    )
    assert told.because[1].startswith(
        "A shift is 8 points or more in a row on one side of that median. Where nothing changes, chance alone gives a shift in about "
    )
    assert told.because[1].endswith(
        " of 100 series of 10 points before and 17 after. A shift is a sign that something changed, and says neither why nor whether for the "
        "better (lower is better here)."
    )
    assert (
        told.apart.startswith("Apart from that, the rules for all points, which know of no change")
        and ": no signal. " in told.apart
    )
    answers(told, "Shift")


def answers(told: Verdict, answer: str) -> None:
    """Only the first sentence answers."""
    first, *others = told.sentences
    assert first.startswith(answer)
    assert not [one for one in others if one.startswith(("Signal", "No signal", "Shift", "No shift"))]


def test_no_shift_with_a_signal_over_all_points() -> None:
    told = verdict(series([4.0] * 10 + [6.0] * 10 + [4, 6] * 5, 20, changed=True), CALLS)
    assert told.verdict == "No shift after calls: at most 1 point in a row lies on one side of the earlier median."
    assert told.because[1].endswith("No shift is no proof that nothing changed.") and "better" not in told.because[1]
    assert ": a signal. The longest run" in told.apart
    answers(told, "No shift")


def test_a_shift_to_both_sides() -> None:
    told = verdict(series([*BEFORE, *[7.0] * 9, *[3.0] * 8], 10, changed=True), Labels())
    assert (
        told.verdict
        == "Shift after the change: 9 points in a row lie above and 8 points in a row lie below the earlier median."
    )
    assert told.because[1].endswith("neither why nor whether for the better.")


@pytest.mark.parametrize(("after", "there"), [(0, "is no point"), (1, "is 1 point"), (7, "are 7 points")])
def test_too_early(after: int, there: str) -> None:
    """Fewer points than make a shift are no 'no'."""
    told = verdict(series([*BEFORE, *[4.0] * after], 10, changed=True), CALLS)
    assert told.verdict == f"Too early to say: there {there} after calls, and a shift is 8 in a row."
    assert len(told.because) == 1


def test_too_early_by_points_off_the_median() -> None:
    """Ten after, of which three lie on the line: the other seven cannot be eight in a row."""
    told = verdict(series([*BEFORE * 2, *[4.0] * 7, 5, 5, 5], 20, changed=True), CALLS)
    assert told.verdict == (
        "Too early to say: fewer than 8 of the 10 points after calls lie off the earlier median, and a shift is 8 in a row."
    )


def test_too_many_points_on_the_median() -> None:
    """Neither a shift nor a signal, and no chance of either, whatever the points after are."""
    zeros, notes = [*[0.0] * 8, 3, 4, *[5.0] * 10], f"no shift is told: {TOO_MANY} (apart from that, ...)"
    told = verdict(series(zeros, 10, changed=True, notes=notes), CALLS)
    assert told.verdict == "No verdict: too many points lie on the median." and told.apart == ""
    assert (
        told.because[1].startswith("Of the 20 points 12 lie off it, all on one side. ")
        and "chance" not in told.because[1]
    )
    both = verdict(series([4.0, 6] * 6 + [5.0] * 8, notes=f"no signal is told: {TOO_MANY}"), CALLS)
    assert both.verdict == told.verdict and both.because[1].startswith("Of the 20 points 12 lie off it. ")
    early = verdict(
        series([*BEFORE, 5, 5, 5, 5], 10, changed=True, notes=f"too few (apart from that, {TOO_MANY})"), CALLS
    )
    assert early.verdict.startswith("Too early") and early.apart.endswith(
        "no verdict, too many points lie on the median."
    )


def test_without_a_change() -> None:
    """Ten below, ten above: once crossed, where chance mostly gives six or more."""
    told = verdict(series([4.0] * 10 + [6.0] * 10), CALLS)
    assert told.verdict == "Signal: points that vary by chance alone mostly look otherwise."
    assert told.because[0] == "The median of all 20 points is 5 percent." and told.apart == ""
    assert told.because[1].startswith(
        "The longest run on one side of the median is 10 points (chance mostly gives 7 or fewer) and the line is crossed 1 time "
        "(chance mostly gives 6 or more). Where nothing changes, chance alone gives a signal in about "
    )
    assert told.because[1].endswith("neither why nor whether for the better (lower is better here).")
    calm = verdict(series(BEFORE * 2), CALLS)
    assert calm.verdict == "No signal: points that vary by chance alone often look like this."
    assert "better" not in calm.because[1]


def test_a_frozen_median_and_a_trend() -> None:
    told = verdict(series([*BEFORE, *BEFORE], 10, trend=5), CALLS)
    assert (
        told.because[0]
        == "The median of the first 10 of 20 points is 5 percent, and is carried on over the 10 points after."
    )
    assert "; 2 points in a row rise or fall (5 are a signal)." in told.because[1]


def test_no_verdict() -> None:
    few = verdict(series(BEFORE[:4], notes="no signal is told of fewer than 10 points off the centre line"), CALLS)
    assert few.verdict == "No verdict: no signal is told of fewer than 10 points off the centre line."
    none = verdict(series(BEFORE, 0, changed=True, notes="no point before 01"), CALLS)
    assert none.sentences == ("No verdict: no point before 01.",)
