"""The rows of the Tally: the score of the whole and of each part, and the statistics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metricspec.measure import Statistic
from metricspec.measures.survey_scale.design import Design
from metricspec.measures.survey_scale.spec import SurveyScaleSpec
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Stage, lit


@dataclass(frozen=True)
class _Row:
    value: str
    n: str = "n_0"
    above: str = NO_NUMBER
    below: str = ""
    error: str = NO_NUMBER
    low: str = NO_NUMBER
    high: str = NO_NUMBER
    category: str | None = None
    floored: bool = True


def statistics(spec: SurveyScaleSpec) -> tuple[Statistic, ...]:
    """All but the one that the spec reports."""
    percent = spec.score == "percent_favorable"
    found = [
        Statistic(
            "participation",
            "People who answered enough items, of those with a row for any item of the scale; a row without an answer "
            "says that somebody was asked.",
            1,
            percent=True,
        ),
        Statistic(
            "standard_deviation", "The standard deviation of people's own scores.", 1 if percent else 2, percent=percent
        ),
        Statistic("icc", "The share of the variance of people's scores that lies between schools, 0 to 1.", 3),
    ]
    if len(spec.items) > 1:
        about = "Cronbach's alpha: how closely the items go together, over people who answered all of them."
        found.append(Statistic("alpha", about, 2))
    if spec.standing_n is not None:
        about = "How many standard deviations the score lies above the average of the orgs of its level, weighted by people."
        found.append(Statistic("standing", about, 2))
    if spec.report != "score":
        found.append(Statistic("score", "The score itself.", 1 if percent else 2, percent=percent))
    return tuple(one for one in found if one.name != spec.report)


def tally_stage(design: Design) -> Stage:
    text = "\nUNION ALL\n".join(_select(design, name, row) for name, row in _rows(design))
    says = "The score of each org, year and student group, its parts, and what is said of the scale."
    return design.stage("tally", says, text)


def _rows(design: Design) -> Iterator[tuple[str, _Row]]:
    spec = design.spec
    for at, part in enumerate(design.parts):
        yield "score", _score(design, at, part.name)
    yield (
        "participation",
        _Row("n_0 / NULLIF(invited, 0e0)", above="n_0", below="invited", floored=False),
    )
    yield "standard_deviation", _Row("SQRT(variance)")
    yield "icc", _Row("icc")
    if len(spec.items) > 1:
        yield "alpha", _Row("alpha", n="complete")
    if spec.standing_n is not None:
        yield "standing", _Row("standing")


def _score(design: Design, at: int, category: str | None) -> _Row:
    low, high = f"value_{at} - half_{at}", f"value_{at} + half_{at}"
    if design.percent:
        low = f"CASE WHEN {low} < 0e0 THEN 0e0 ELSE {low} END"
        high = f"CASE WHEN {high} > 1e0 THEN 1e0 ELSE {high} END"
    return _Row(f"value_{at}", f"n_{at}", f"above_{at}", f"below_{at}", f"SQRT(error2_{at})", low, high, category)


def _select(design: Design, name: str, row: _Row) -> str:
    own = name == design.spec.report
    floored = row.floored and bool(design.spec.floors)

    def told(number: str) -> str:
        return f"CASE WHEN reached = 1 THEN {number} END" if floored and number != NO_NUMBER else number

    category = NO_TEXT if row.category is None else f"CAST({lit(row.category)} AS VARCHAR)"
    statistic = NO_TEXT if own else f"CAST({lit(name)} AS VARCHAR)"
    where = "" if own and row.category is None else f" WHERE {row.n} > 0e0"
    return f"""SELECT school_year, org_level, org_id, student_group, {category} AS category, {statistic} AS statistic,
        {told(row.above)} AS numerator, {told(row.below or row.n)} AS denominator, {row.n} AS n, {told(row.value)} AS value,
        {told(row.error)} AS standard_error, {told(row.low)} AS low, {told(row.high)} AS high,
        {"notes" if own and row.category is None else NO_TEXT} AS notes FROM {design.name("told")}{where}"""
