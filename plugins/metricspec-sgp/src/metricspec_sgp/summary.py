"""From counts of growth percentiles to the rows of the Tally: median, mean, shares, intervals and notes."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import PLACED
from metricspec.sql.intervals import NORMAL
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Stage, comma, lit, stage

KEYS = (*PLACED, "category")


def summary_stages(prefix: str, counts: str, *, report: str, by_cell: bool) -> Sequence[Stage]:
    """`counts` has a row for each org_level, org_id, school, school_year, student_group, sgp and fit (and cell)."""
    total, ranked, numbers, tally = (f"{prefix}{name}" for name in ("total", "ranked", "numbers", "tally"))
    return (
        stage(
            total, "Students with each growth percentile, at every org and for every group.", _total(counts, by_cell)
        ),
        stage(ranked, "The same, with the students up to each percentile.", _ranked(total)),
        stage(numbers, "Sums, medians and ranks of each org and group.", _numbers(ranked), stored=True),
        stage(tally, "A row for each statistic.", _tally(numbers, report)),
    )


def _total(counts: str, by_cell: bool) -> str:
    by = comma(PLACED)
    text = f"""SELECT {by}, {NO_TEXT} AS category, sgp, fit, SUM(students) AS students
        FROM {counts} GROUP BY {by}, sgp, fit"""
    if by_cell:
        text += f"""\nUNION ALL
        SELECT {by}, cell AS category, sgp, fit, SUM(students) AS students
        FROM {counts} WHERE cell IS NOT NULL GROUP BY {by}, cell, sgp, fit"""
    return text


def _ranked(total: str) -> str:
    scored = "CASE WHEN sgp > 0 THEN students ELSE 0 END"
    by = comma(KEYS)
    return f"""SELECT {by}, sgp, fit, students,
            CASE WHEN sgp > 0 THEN students ELSE 0 END AS scored,
            SUM({scored}) OVER (PARTITION BY {by} ORDER BY sgp ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS upto,
            CAST(SUM({scored}) OVER (PARTITION BY {by}) AS DOUBLE) AS n
        FROM {total}"""


def _numbers(ranked: str) -> str:
    """The two middle percentiles are those of rank ceil(n/2) and floor(n/2) + 1; outer ranks as Campbell and Gardner."""
    outer = f"FLOOR(n / 2e0 - {NORMAL / 2!r} * SQRT(n))"
    lowest = "MIN(CASE WHEN sgp > 0 AND {} THEN sgp END)"
    unfitted = "CASE WHEN fit <> 'fitted' AND fit <> 'incomplete' THEN fit END"
    return f"""SELECT {comma(KEYS)}, CAST(SUM(students) AS DOUBLE) AS population, MAX(n) AS n,
            CAST(SUM(scored * sgp) AS DOUBLE) AS total, CAST(SUM(scored * sgp * sgp) AS DOUBLE) AS squares,
            CAST(SUM(CASE WHEN sgp >= 50 THEN scored ELSE 0 END) AS DOUBLE) AS upper_half,
            ({lowest.format("2 * upto >= n")} + {lowest.format("2 * upto >= n + 1")}) / 2e0 AS middle,
            {lowest.format(f"{outer} >= 1 AND upto >= {outer}")} AS low,
            {lowest.format(f"{outer} >= 1 AND upto >= n + 1 - {outer}")} AS high,
            MIN({unfitted}) AS unfitted, COUNT(DISTINCT {unfitted}) AS unfitted_cells
        FROM {ranked} GROUP BY {comma(KEYS)}"""


def _tally(numbers: str, report: str) -> str:
    mean, error = "total / NULLIF(n, 0)", "SQRT(CASE WHEN variance > 0 THEN variance ELSE 0e0 END / NULLIF(n, 0))"
    rows = {
        "median": (NO_NUMBER, "n", "n", "middle", NO_NUMBER, "low", "high"),
        "mean": ("total", "n", "n", mean, error, f"{mean} - {NORMAL!r} * {error}", f"{mean} + {NORMAL!r} * {error}"),
        "at_least_50": ("upper_half", "n", "n", "upper_half / NULLIF(n, 0)", *_NONE),
        # hidden together with the value: where few have a percentile, the share would tell how many
        "coverage": (
            "n",
            "population",
            "CASE WHEN n > 0 THEN n ELSE population END",
            "n / NULLIF(population, 0)",
            *_NONE,
        ),
    }
    own, other = (report, "mean" if report == "median" else "median")
    named = {own: NO_TEXT, other: lit(f"{other}_sgp")}
    notes = """CASE WHEN unfitted_cells > 1
            THEN 'no growth percentiles for ' || unfitted || '; and for ' || CAST(unfitted_cells - 1 AS VARCHAR) || ' more'
            WHEN unfitted_cells = 1 THEN 'no growth percentiles for ' || unfitted END"""
    deviation = "CASE WHEN n > 1 THEN (squares - total * (total / n)) / (n - 1e0) END"
    columns = ("numerator", "denominator", "n", "value", "standard_error", "low", "high")
    return "\nUNION ALL\n".join(
        f"""SELECT {comma(KEYS)}, {named.get(statistic, lit(statistic))} AS statistic,
        {comma(f"{text} AS {name}" for name, text in zip(columns, texts, strict=True))}, notes
        FROM (SELECT {comma(KEYS)}, population, n, total, upper_half, middle, low, high, {deviation} AS variance,
            {notes} AS notes FROM {numbers}) AS s"""
        for statistic, texts in rows.items()
    )


_NONE = (NO_NUMBER,) * 3
