"""Which day, week or month a date lies in, as a label: in whole numbers, so that every engine writes it alike."""

from __future__ import annotations

from metricspec.measure import Inputs
from metricspec.sql.stage import Stage, Template

from metricspec_improvement.spec import Every

# Days are counted from a first of March, so that a leap day is the last of its year, in cycles of 400 years.
DAY = "date '2000-03-01'"
CYCLE = "146097e0"
TO_MONDAY = 2  # the first of March 2000 was a Wednesday


def days_stage(inputs: Inputs, every: Every) -> Stage:
    """A row for each day of the rows, with the label of its period."""
    monday = f"day - (day + {TO_MONDAY} - 7 * FLOOR((day + {TO_MONDAY}) / 7e0))"
    label = f"year || '-' || {_two('month')}" + ("" if every == "month" else f" || '-' || {_two('of_month')}")
    days = f"SELECT DISTINCT day, {monday if every == 'week' else 'day'} AS named FROM {inputs.rows} WHERE day IS NOT NULL"
    in_cycle = f"SELECT day, FLOOR(named / {CYCLE}) AS cycle, named - {CYCLE} * FLOOR(named / {CYCLE}) AS at FROM ({days}) AS d"
    years = f"""SELECT day, cycle, at,
        FLOOR((at - FLOOR(at / 1460e0) + FLOOR(at / 36524e0) - FLOOR(at / 146096e0)) / 365e0) AS years FROM ({in_cycle}) AS c"""
    of_year = f"""SELECT day, 2000 + 400 * cycle + years AS from_year,
        at - (365 * years + FLOOR(years / 4e0) - FLOOR(years / 100e0)) AS of_year FROM ({years}) AS y"""
    months = f"SELECT day, from_year, of_year, FLOOR((5 * of_year + 2) / 153e0) AS months FROM ({of_year}) AS o"
    parts = f"""SELECT day, CAST(CAST(from_year + CASE WHEN months >= 10 THEN 1 ELSE 0 END AS BIGINT) AS VARCHAR) AS year,
        CAST(CASE WHEN months >= 10 THEN months - 9 ELSE months + 3 END AS BIGINT) AS month,
        CAST(of_year - FLOOR((153 * months + 2) / 5e0) + 1 AS BIGINT) AS of_month FROM ({months}) AS m"""
    text = f"SELECT day, {label} AS period FROM ({parts}) AS p"
    says = f"The {every} of each day in the rows."
    return Stage(f"{inputs.prefix}days", says, Template(("run_chart_days", text), text), stored=True)


def _two(number: str) -> str:
    return f"CASE WHEN {number} < 10 THEN '0' ELSE '' END || CAST({number} AS VARCHAR)"
