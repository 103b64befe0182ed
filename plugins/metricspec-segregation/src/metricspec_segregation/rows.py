"""What the steps of two and of several groups share: the rows they end in."""

from __future__ import annotations

from metricspec.measure import PLACED
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, comma


def positive(number: str) -> str:
    """An index that is 0 may come out as a hair below."""
    return f"CASE WHEN {number} < 0 THEN 0e0 ELSE {number} END"


def result(source: str, statistic: str, value: str) -> str:
    """Rows of the Tally out of `source`, which has `few`: the smallest number of any group at any school, whom a value tells of."""
    return f"""SELECT {comma(PLACED)}, {NO_TEXT} AS category, {statistic} AS statistic, {NO_NUMBER} AS numerator,
            few AS denominator, few AS n, {value} AS value, {NO_NUMBER} AS standard_error, {NO_NUMBER} AS low,
            {NO_NUMBER} AS high, {NO_TEXT} AS notes FROM {source}"""
