"""The Tally: what every measure yields, one row per indicator, org, year and student group."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from metricspec.compiler.years import in_years
from metricspec.measure import Estimate
from metricspec.model import Indicator
from metricspec.sql.stage import Stage, Template, lit, q, slot

NUMBERS = ("numerator", "denominator", "n", "value", "standard_error", "low", "high")
PRIOR = ("prior_numerator", "prior_denominator", "prior_n", "prior_value", "change")
COLUMNS = (
    "indicator", "school_year", "org_level", "org_id", "student_group", "category", "statistic",
    *NUMBERS, *PRIOR, "certified", "notes",
)  # fmt: skip


def estimate_part(
    indicator: Indicator, estimate: Estimate, moments: Mapping[str, str], source: str, at: int
) -> tuple[str, dict[str, str]]:
    """One indicator's rows of the Tally out of the groups' moments; the indicator's id is a slot."""
    pattern = re.compile(r"'[^']*'|\b(" + "|".join(sorted(moments, key=len, reverse=True)) + r")\b")

    def sql(text: str) -> str:
        return pattern.sub(lambda match: q(moments[match[1]]) if match[1] else match[0], text)

    values = {
        name: f"CAST({sql(getattr(estimate, name))} AS DOUBLE)"
        if getattr(estimate, name) != "NULL"
        else "CAST(NULL AS DOUBLE)"
        for name in NUMBERS
    }
    numbers = ", ".join(f"{value} AS {name}" for name, value in values.items())
    prior = ", ".join(f"CAST(NULL AS DOUBLE) AS {name}" for name in PRIOR)
    notes = f"CAST({sql(estimate.notes)} AS VARCHAR)"
    conditions = [f"(({values['n']}) > 0 OR ({values['denominator']}) > 0)"]
    conditions += in_years(indicator.effective)
    category = f"CAST({'NULL' if estimate.category is None else lit(estimate.category)} AS VARCHAR)"
    statistic = f"CAST({'NULL' if estimate.statistic is None else lit(estimate.statistic)} AS VARCHAR)"
    name = f"id{at}"
    text = f"""SELECT {slot(name)} AS indicator, school_year, org_level, org_id, student_group,
        {category} AS category, {statistic} AS statistic, {numbers}, {prior},
        1 AS certified, {notes} AS notes
        FROM {source} WHERE {" AND ".join(conditions)}"""
    return text, {name: lit(indicator.id)}


def rows_part(indicator: Indicator, rows: Mapping[str, str], source: str, columns: Sequence[str], scale: int) -> str:
    """One indicator's rows of the Tally out of a dataset that already has them."""

    def number(name: str) -> str:
        given = rows.get(name)
        if given is None or given not in columns:
            return f"CAST(NULL AS DOUBLE) AS {name}"
        value = f"CAST({given} AS DOUBLE)"
        if name in ("value", "prior_value", "change") and scale != 1:
            value += f" / {scale}e0"
        above, below = (rows.get(name.replace("value", part)) for part in ("numerator", "denominator"))
        if name.endswith("value") and above in columns and below in columns:
            value = f"COALESCE(CAST({above} AS DOUBLE) / NULLIF(CAST({below} AS DOUBLE), 0), {value})"
        return f"{value} AS {name}"

    numbers = ", ".join(number(name) for name in (*NUMBERS, *PRIOR))
    conditions = [f"({rows['where']})"] if rows.get("where") else []
    conditions += in_years(indicator.effective)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rounded = rows.get("numerator") in columns and rows.get("value") in columns
    notes = (
        f"CASE WHEN {rows['numerator']} IS NULL AND {rows['value']} IS NOT NULL THEN 'precision: published' END"
        if rounded
        else "CAST(NULL AS VARCHAR)"
    )
    certified = "COALESCE(certified, 1)" if "certified" in columns else "1"
    return f"""SELECT {lit(indicator.id)} AS indicator, school_year, org_level, org_id, student_group,
        CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS statistic, {numbers},
        {certified} AS certified, {notes} AS notes
        FROM {source}{where}"""


def tally_stage(parts: Sequence[str], slots: Mapping[str, str]) -> Stage:
    text = "\nUNION ALL\n".join(parts)
    says = "The Tally: counts, value and interval of each indicator, org, year and group, before comparing and hiding."
    return Stage("tally", says, Template(("tally", text), text), dict(slots))
