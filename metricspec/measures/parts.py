"""What measures made of other indicators' results share: the rows they take, and the columns that they end in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metricspec.measure import PLACED, Counted
from metricspec.sql.stage import NO_NUMBER, NO_TEXT, Stage, comma, stage

_COLUMNS = {
    **dict.fromkeys(("category", "statistic"), NO_TEXT),
    **dict.fromkeys(("numerator", "denominator", "n", "value", "standard_error", "low", "high"), NO_NUMBER),
    "notes": NO_TEXT,
}


def indicator_key(says: str, **more: Any) -> dict[str, Any]:
    """The schema of a key that names another indicator."""
    return {"type": "string", "description": says, "x-effect": "past", "x-reference": "indicator", **more}


def own_rows(counted: Counted) -> str:
    """An indicator's own values, neither parts of a whole nor further statistics. `few`: how many people a row tells
    of, the smaller of n and denominator."""
    few = smaller("denominator", "n")
    return f"""SELECT {comma(PLACED)}, numerator, denominator, n, value, standard_error, low, high, notes, {few} AS few
        FROM {counted.stage} WHERE statistic IS NULL AND category IS NULL AND value IS NOT NULL"""


def smaller(one: str, other: str) -> str:
    """The smaller of two counts, the known one where the other is unknown. No count is -1: NULLIF says that it may be
    NULL, which DataFusion rules out of such a CASE, and then refuses its own rows."""
    return f"NULLIF(CASE WHEN {one} < {other} THEN {one} ELSE COALESCE({other}, {one}) END, -1)"


def result_stage(name: str, says: str, source: str, given: Mapping[str, str]) -> Stage:
    """Rows of results out of `source`: SQL for some columns, the others empty."""
    keys = comma(given.get(key, key) + (f" AS {key}" if key in given else "") for key in PLACED)
    items = comma(f"{given.get(column, nothing)} AS {column}" for column, nothing in _COLUMNS.items())
    return stage(name, says, f"SELECT {keys}, {items} FROM {source}")
