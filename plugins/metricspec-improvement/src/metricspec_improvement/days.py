"""Which day, week or month a date lies in, as a label: in whole numbers, so that every engine writes it alike."""

from __future__ import annotations

from metricspec.measure import Inputs
from metricspec.sql.stage import Stage, stage

from metricspec_improvement.spec import Every

# Days are counted from a first of March, so that a leap day is the last of its year, in cycles of 400 years.
DAY = "date '2000-03-01'"
CYCLE = "146097e0"
TO_MONDAY = 2  # the first of March 2000 was a Wednesday


def days_stage(inputs: Inputs, every: Every) -> Stage:
    """A row for each day of the rows, with the label of its period."""
    monday = f"day - (day + {TO_MONDAY} - 7 * FLOOR((day + {TO_MONDAY}) / 7e0))"
    label = f"named_year || '-' || {_two('named_month')}" + (
        "" if every == "month" else f" || '-' || {_two('month_day')}"
    )
    days = (
        f"SELECT DISTINCT day, {monday if every == 'week' else 'day'} AS named FROM {inputs.rows} WHERE day IS NOT NULL"
    )
    in_cycle = f"""SELECT day, FLOOR(named / {CYCLE}) AS cycle_no, named - {CYCLE} * FLOOR(named / {CYCLE}) AS cycle_day
        FROM ({days}) AS d"""
    leaps = "FLOOR(cycle_day / 1460e0) - FLOOR(cycle_day / 36524e0) + FLOOR(cycle_day / 146096e0)"
    in_year = (
        f"""SELECT day, cycle_no, cycle_day, FLOOR((cycle_day - ({leaps})) / 365e0) AS year_no FROM ({in_cycle}) AS c"""
    )
    of_year = f"""SELECT day, 2000 + 400 * cycle_no + year_no AS from_year,
        cycle_day - (365 * year_no + FLOOR(year_no / 4e0) - FLOOR(year_no / 100e0)) AS year_day FROM ({in_year}) AS y"""
    in_month = f"SELECT day, from_year, year_day, FLOOR((5 * year_day + 2) / 153e0) AS month_no FROM ({of_year}) AS o"
    parts = f"""SELECT day, CAST(CAST(from_year + CASE WHEN month_no >= 10 THEN 1 ELSE 0 END AS BIGINT) AS VARCHAR) AS named_year,
        CAST(CASE WHEN month_no >= 10 THEN month_no - 9 ELSE month_no + 3 END AS BIGINT) AS named_month,
        CAST(year_day - FLOOR((153 * month_no + 2) / 5e0) + 1 AS BIGINT) AS month_day FROM ({in_month}) AS m"""
    text = f"SELECT day, {label} AS period FROM ({parts}) AS p"
    says = f"The {every} of each day in the rows."
    return stage(f"{inputs.prefix}days", says, text, stored=True)


def _two(number: str) -> str:
    return f"CASE WHEN {number} < 10 THEN '0' ELSE '' END || CAST({number} AS VARCHAR)"
