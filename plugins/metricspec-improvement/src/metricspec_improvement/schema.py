"""The closed schema of the block."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from metricspec.sql.parsing import LONGEST

_EXPRESSION = {"type": "string", "minLength": 1, "maxLength": LONGEST, "x-effect": "past", "x-expression": True}


def _count(least: int, says: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": 250, "description": says, "x-effect": "past"}


SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["numerator"],
        "x-unit": "required",
        "properties": {
            "numerator": {**_EXPRESSION, "description": "What is summed over the rows of a period; a condition counts 1 or 0."},
            "denominator": {
                **_EXPRESSION,
                "description": "What the sum is divided by, summed too. Left out, every row counts 1: a mean, or a rate of rows.",
            },
            "percent_from": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "description": "The value becomes the share of students whose numerator is at least this percent of their denominator in the period.",
                "x-effect": "past",
            },
            "period": {
                **_EXPRESSION,
                "description": "The label of a row's period; periods follow one another in the order of their labels as text, so write these alike, with digits and capital letters (01, 02 or 2024-T1). Instead of date.",
            },
            "date": {**_EXPRESSION, "description": "The date of a row. Instead of period."},
            "every": {
                "enum": ["day", "week", "month"],
                "description": "How long a period is: its label is the day, the Monday of the week (2024-09-02), or the month (2024-09).",
                "x-effect": "past",
            },
            "baseline": _count(1, "The median is that of the first so many points, and frozen."),
            "change": {
                "type": "string",
                "minLength": 1,
                "description": "The first period after a change: with every a day, the Monday of a week, or a month as 2025-01; the median is that of the points before it, and frozen.",
                "x-effect": "past",
            },
            "points_from": _count(1, "A period of fewer students than this is no point: it has no row and counts for no median."),
            "points_minimum": _count(2, "No signal is told of fewer points off the median than this (10 where left out)."),
            "after_run": _count(2, "So many points in a row on one side of the median after the change are a signal (8 where left out)."),
            "trend": _count(3, "Also a signal: so many points in a row that all rise, or all fall. Off where left out."),
        },
    }
)  # fmt: skip
