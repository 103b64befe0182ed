"""The rows of the Tally: every point, the centre line with its remark, and what the signals are made of."""

from __future__ import annotations

from itertools import combinations

from metricspec.measure import PLACED, Statistic
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Stage, comma, lit, stage

from metricspec_improvement.limits import crowded_sql
from metricspec_improvement.spec import RunChartSpec

TOO_MANY = "too many points lie on the centre line"
CROWDED = crowded_sql("points", "useful", "crossings")


def statistics(spec: RunChartSpec) -> tuple[Statistic, ...]:
    found = {
        "points": "points of the series",
        "useful_points": "points off the centre line",
        "baseline_points": "points that the centre line is the median of",
        "longest_run": "the longest run of points on one side of the centre line",
        "longest_run_limit": "the longest run that chance mostly gives",
        "crossings": "how often the centre line is crossed",
        "crossings_limit": "the fewest crossings that chance mostly gives",
        "signal": "whether the series varies otherwise than chance alone mostly does (1) or not (0)",
    }
    if spec.trend is not None:
        found["longest_trend"] = "the longest row of points that all rise, or all fall"
        found["trend_from"] = "so many points that all rise, or all fall, are a signal"
    if spec.change is not None:
        found |= {
            "points_after": "points from the change on",
            "run_above": "the longest run above the centre line from the change on",
            "run_below": "the longest run below the centre line from the change on",
            "shift_from": "so many points in a row on one side of the centre line, from the change on, are a shift",
            "signal_after": f"whether {spec.after_run} points in a row lie on one side from the change on (1) or not (0)",
        }
    return tuple(Statistic(name, says, 0) for name, says in found.items())


def tally_stage(spec: RunChartSpec, prefix: str, points: str, series: str) -> Stage:
    """`n` and `denominator` of all but the points are the smallest of any point: what hides a point hides them."""
    rows = [
        _row(points, "period", NO_TEXT, "above", "below", "n", "value", NO_TEXT),
        _row(series, NO_TEXT, NO_TEXT, NO_NUMBER, "below", "n", "centre", _notes(spec)),
        *(_row(series, NO_TEXT, lit(name), NO_NUMBER, "below", "n", value, NO_TEXT) for name, value in _values(spec)),
    ]
    says = "A row for each point, for the centre line, and for what the signals are made of."
    return stage(f"{prefix}tally", says, "\nUNION ALL\n".join(rows))


def _row(source: str, category: str, statistic: str, above: str, below: str, n: str, value: str, notes: str) -> str:
    return f"""SELECT {comma(PLACED)}, {category} AS category, {statistic} AS statistic, {above} AS numerator,
        {below} AS denominator, {n} AS n, {value} AS value, {NO_NUMBER} AS standard_error, {NO_NUMBER} AS low,
        {NO_NUMBER} AS high, {notes} AS notes FROM {source}"""


def _values(spec: RunChartSpec) -> list[tuple[str, str]]:
    judged = f"CASE WHEN {_judged(spec)} THEN {{}} END"
    found = {
        "points": "points",
        "useful_points": "useful",
        "baseline_points": "base",
        "longest_run": "longest_run",
        "longest_run_limit": "longest_run_limit",
        "crossings": "crossings",
        "crossings_limit": "crossings_limit",
        "signal": judged.format(f"CASE WHEN {' OR '.join(_rules(spec))} THEN 1e0 ELSE 0e0 END"),
    }
    if spec.trend is not None:
        found |= {"longest_trend": "longest_trend", "trend_from": f"{spec.trend}e0"}
    if spec.change is not None:
        found |= {
            "points_after": "points - base",
            "run_above": "run_above",
            "run_below": "run_below",
            "shift_from": f"{spec.after_run}e0",
            "signal_after": f"CASE WHEN {_judged_after(spec)} THEN CASE WHEN {_after(spec)} THEN 1e0 ELSE 0e0 END END",
        }
    assert tuple(found) == tuple(one.name for one in statistics(spec))
    return list(found.items())


def _judged(spec: RunChartSpec) -> str:
    """Whether a signal is told, or that there is none."""
    return f"centre IS NOT NULL AND useful >= {spec.points_minimum} AND useful <= {spec.most} AND NOT {CROWDED}"


def _rules(spec: RunChartSpec) -> list[str]:
    trend = [f"longest_trend >= {spec.trend}"] if spec.trend is not None else []
    return ["longest_run > longest_run_limit", "crossings < crossings_limit", *trend]


def _judged_after(spec: RunChartSpec) -> str:
    """Whether a shift is told, or that there is none: there are points before the change, and enough off the line from it on to
    be a shift at all."""
    return f"base > 0 AND useful_after >= {spec.after_run} AND NOT {CROWDED}"


def _after(spec: RunChartSpec) -> str:
    return f"(run_above >= {spec.after_run} OR run_below >= {spec.after_run})"


def _notes(spec: RunChartSpec) -> str:
    """The verdict in words, as one statement; no figure of a point stands in it. With a change the verdict is of the points
    after it, and what the rules for all points say stands behind it in brackets."""
    if spec.change is None:
        text = _notes_of_all(spec)
    else:
        aside = lit(" (apart from that, over all points, "), _notes_of_all(spec), lit(")")
        text = f"{_notes_after(spec, spec.change)} || {' || '.join(aside)}"
        text = f"CASE WHEN base = 0 THEN {lit(f'no point before {spec.change}')} ELSE {text} END"
    return f"CAST({text} AS VARCHAR)"


def _notes_of_all(spec: RunChartSpec) -> str:
    says = ["a run longer than chance mostly gives", "fewer crossings than chance mostly gives"]
    says += [f"{spec.trend} points or more in a row that rise or fall"] if spec.trend is not None else []
    rules = list(zip(_rules(spec), says, strict=True))
    several = [some for size in range(len(rules), 0, -1) for some in combinations(rules, size)]
    signals = [
        f"WHEN {' AND '.join(rule for rule, _ in some)} THEN {lit('signal: ' + ', '.join(text for _, text in some))}"
        for some in several
    ]
    few = f"no signal is told of fewer than {spec.points_minimum} points off the centre line"
    many = f"no signal is told of more than {spec.most} points"
    return f"""CASE WHEN useful > {spec.most} THEN {lit(many)} WHEN points < {spec.points_minimum} THEN {lit(few)}
        WHEN {CROWDED} THEN {lit(f"no signal is told: {TOO_MANY}")} WHEN NOT ({_judged(spec)}) THEN {lit(few)}
        {" ".join(signals)} ELSE 'no signal' END"""


def _notes_after(spec: RunChartSpec, change: str) -> str:
    run = f"{spec.after_run} points or more in a row"
    row = f"shift from {change} on: {run} {{}} the centre line"
    above, below, both = (row.format(side) for side in ("above", "below", "above, and so many below,"))
    none = f"no shift from {change} on: no {spec.after_run} points in a row on one side of the centre line"
    few = f"no shift is told of fewer than {spec.after_run} points off the centre line from {change} on"
    return f"""CASE WHEN points - base < {spec.after_run} THEN {lit(few)}
        WHEN {CROWDED} THEN {lit(f"no shift is told: {TOO_MANY}")} WHEN NOT ({_judged_after(spec)}) THEN {lit(few)}
        WHEN run_above >= {spec.after_run} AND run_below >= {spec.after_run} THEN {lit(both)}
        WHEN run_above >= {spec.after_run} THEN {lit(above)} WHEN run_below >= {spec.after_run} THEN {lit(below)}
        ELSE {lit(none)} END"""
