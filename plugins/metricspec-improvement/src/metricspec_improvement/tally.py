"""The rows of the Tally: every point, the centre line with its remark, and what the signals are made of."""

from __future__ import annotations

from metricspec.measure import PLACED, Statistic
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Stage, comma, lit, stage

from metricspec_improvement.spec import RunChartSpec


def statistics(spec: RunChartSpec) -> tuple[Statistic, ...]:
    found = {
        "points": "points of the series",
        "useful_points": "points off the centre line",
        "baseline_points": "points that the centre line is the median of",
        "longest_run": "the longest run of points on one side of the centre line",
        "longest_run_limit": "the longest run that chance allows",
        "crossings": "how often the centre line is crossed",
        "crossings_limit": "the fewest crossings that chance allows",
        "signal": "whether the series varies otherwise than chance would (1) or not (0)",
    }
    if spec.trend is not None:
        found["longest_trend"] = "the longest row of points that all rise, or all fall"
    if spec.change is not None:
        found |= {
            "points_after": "points from the change on",
            "run_above": "the longest run above the centre line from the change on",
            "run_below": "the longest run below the centre line from the change on",
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
        found["longest_trend"] = "longest_trend"
    if spec.change is not None:
        found |= {
            "points_after": "points - base",
            "run_above": "run_above",
            "run_below": "run_below",
            "signal_after": f"CASE WHEN base > 0 AND points > base THEN CASE WHEN {_after(spec)} THEN 1e0 ELSE 0e0 END END",
        }
    assert tuple(found) == tuple(one.name for one in statistics(spec))
    return list(found.items())


def _judged(spec: RunChartSpec) -> str:
    return f"centre IS NOT NULL AND useful >= {spec.points_minimum} AND useful <= {spec.most}"


def _rules(spec: RunChartSpec) -> list[str]:
    trend = [f"longest_trend >= {spec.trend}"] if spec.trend is not None else []
    return ["longest_run > longest_run_limit", "crossings < crossings_limit", *trend]


def _after(spec: RunChartSpec) -> str:
    return f"(run_above >= {spec.after_run} OR run_below >= {spec.after_run})"


def _notes(spec: RunChartSpec) -> str:
    """What the signals say, in words; no figure of a point stands in it."""
    rules = _rules(spec)
    says = ["a run longer than chance allows", "fewer crossings than chance allows"]
    says += [f"{spec.trend} points or more in a row that rise or fall"] if spec.trend is not None else []
    parts = " || ".join(
        f"CASE WHEN {rule} THEN {lit('; ' + text)} ELSE '' END" for rule, text in zip(rules, says, strict=True)
    )
    signal = f"CASE WHEN {' OR '.join(rules)} THEN 'signal' || {parts} ELSE 'no signal' END"
    few = f"no signal is told of fewer than {spec.points_minimum} points off the centre line"
    many = f"no signal is told of more than {spec.most} points"
    text = f"CASE WHEN useful > {spec.most} THEN {lit(many)} WHEN {_judged(spec)} THEN {signal} ELSE {lit(few)} END"
    if spec.change is not None:
        text += f" || {_notes_after(spec, spec.change)}"
        text = f"CASE WHEN base = 0 THEN {lit(f'no point before {spec.change}')} ELSE {text} END"
    return f"CAST({text} AS VARCHAR)"


def _notes_after(spec: RunChartSpec, change: str) -> str:
    row = f"; from {change} on {spec.after_run} points or more in a row {{}} the centre line"
    above, below = (row.format(side) for side in ("above", "below"))
    return f"""CASE WHEN points = base THEN {lit(f"; no point from {change} on")}
        WHEN run_above >= {spec.after_run} AND run_below >= {spec.after_run} THEN {lit(row.format("above, and so many below,"))}
        WHEN run_above >= {spec.after_run} THEN {lit(above)} WHEN run_below >= {spec.after_run} THEN {lit(below)}
        ELSE {lit(f"; from {change} on no shift")} END"""
