"""What the steps of two and of several groups share: keys, whom a value tells of, and the rows they end in."""

from __future__ import annotations

from metricspec.sql.stage import Stage, Template, comma

KEYS = ("school_year", "org_level", "org_id", "student_group")
NO_TEXT, NO_NUMBER = "CAST(NULL AS VARCHAR)", "CAST(NULL AS DOUBLE)"
# Up to here an index tells of single schools: the indices, the sizes of groups and those of schools give as many
# equations as there are numbers, or one student changes an index of two decimals.
FEW_SCHOOLS = 4
SMALL_GROUP = 100


def stage(name: str, says: str, text: str, *, stored: bool = False) -> Stage:
    return Stage(name, says, Template((name, text), text), stored=stored)


def told(schools: str, smallest_group: str, smallest_part: str) -> str:
    """The number of students that a value tells of: of the smallest group, or of its smallest part at one school."""
    small = f"{schools} <= {FEW_SCHOOLS} OR {smallest_group} < {SMALL_GROUP}"
    return f"CASE WHEN {small} THEN {smallest_part} ELSE {smallest_group} END"


def positive(number: str) -> str:
    """An index that is 0 may come out as a hair below."""
    return f"CASE WHEN {number} < 0 THEN 0e0 ELSE {number} END"


def result(source: str, statistic: str, value: str) -> str:
    """Rows of the Tally out of `source`, which has `few`."""
    return f"""SELECT {comma(KEYS)}, {NO_TEXT} AS category, {statistic} AS statistic, {NO_NUMBER} AS numerator,
            few AS denominator, few AS n, {value} AS value, {NO_NUMBER} AS standard_error, {NO_NUMBER} AS low,
            {NO_NUMBER} AS high, {NO_TEXT} AS notes FROM {source}"""
