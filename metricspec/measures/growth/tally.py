"""The rows of the Tally: a row for each statistic of an effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from metricspec.measure import Statistic
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import Design
from metricspec.sql.intervals import Z
from metricspec.sql.rounding import double_quotient
from metricspec.sql.stage import NO_NUMBER, Stage, lit


@dataclass(frozen=True)
class _Row:
    value: str
    error: str = NO_NUMBER
    low: str = NO_NUMBER
    high: str = NO_NUMBER


def statistics(spec: GrowthSpec) -> tuple[Statistic, ...]:
    """All but the one that the spec reports."""
    unit = "points of the outcome" if spec.standardize == "none" else "standard deviations of the outcome"
    found = [
        Statistic("percentile", "The place of the effect among those of schools, 0 to 100; 50 is the middle.", 0),
        Statistic(
            "index_level",
            "The tenth of the percentiles in which the effect lies, 1 to 10, of the percentile in whole numbers.",
            0,
        ),
        Statistic("mean_residual", f"The mean of actual less expected scores, in {unit}.", 3),
    ]
    if spec.shrinkage == "empirical_bayes":
        found.append(Statistic("empirical_bayes", "The mean residual drawn to the mean as far as it is uncertain.", 3))
    coverage = Statistic("coverage", "The share of scores of which all is known that the model needs.", 1, percent=True)
    return (*(one for one in found if one.name != spec.report), coverage)


def tally_stage(design: Design) -> Stage:
    rows = list(_rows(design.spec))
    text = "\nUNION ALL\n".join(_select(design, name, row) for name, row in rows)
    return design.stage(
        "tally", "Growth of each org, year and student group: the value reported, and its statistics.", text
    )


def _rows(spec: GrowthSpec) -> Iterator[tuple[str, _Row]]:
    # of the percentile as it is shown, so that the two never contradict each other
    whole = double_quotient("p.percentile")
    level = (
        f"CASE WHEN p.percentile IS NULL THEN NULL WHEN {whole} >= 100e0 THEN 10e0 ELSE FLOOR({whole} / 10e0) + 1e0 END"
    )
    yield "percentile", _Row("p.percentile", NO_NUMBER, "p.percentile_low", "p.percentile_high")
    yield "index_level", _Row(level)
    yield "mean_residual", _symmetric("p.mean", "p.error2")
    if spec.shrinkage == "empirical_bayes":
        yield "empirical_bayes", _symmetric("p.bayes", "p.post")
    yield "coverage", _Row("CAST(p.complete AS DOUBLE) / NULLIF(p.population, 0)")


def _symmetric(value: str, squared: str) -> _Row:
    error = f"CASE WHEN {squared} >= 0e0 THEN SQRT({squared}) END"
    return _Row(value, error, f"{value} - {Z} * {error}", f"{value} + {Z} * {error}")


def _select(design: Design, name: str, row: _Row) -> str:
    statistic = "CAST(NULL AS VARCHAR)" if name == design.spec.report else lit(name)
    covered = name == "coverage"
    above = "CAST(p.complete AS DOUBLE)" if covered else NO_NUMBER
    below = "p.population" if covered else "p.n"
    notes = "CAST(NULL AS VARCHAR)" if covered else "p.notes"
    return f"""SELECT p.school_year AS school_year, p.org_level AS org_level, p.org_id AS org_id,
        p.student_group AS student_group, p.category AS category, {statistic} AS statistic, {above} AS numerator,
        CAST({below} AS DOUBLE) AS denominator, CAST(p.n AS DOUBLE) AS n, {row.value} AS value,
        {row.error} AS standard_error, {row.low} AS low, {row.high} AS high, {notes} AS notes
        FROM {design.name("told")} AS p{" WHERE p.n > 0" if covered else ""}"""
