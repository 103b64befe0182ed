"""Counts and shares of rows in words, never of so few that a student could be told from them."""

from __future__ import annotations

from metricspec.model import Column, Dataset

LEAST = 10  # the least number of rows that is told


def few(number: int) -> str:
    """
    >>> few(3), few(1200)
    ('fewer than 10', '1,200')
    """
    return f"fewer than {LEAST}" if number < LEAST else f"{number:,}"


def share(number: int, of: int, *, rows: bool = True) -> str:
    """
    >>> share(25, 100), share(3, 100), share(100, 100), share(1, 2000, rows=False)
    ('25 rows (25.0%)', 'fewer than 10 rows', 'all 100 rows', 'fewer than 10')
    """
    unit = " rows" if rows else ""
    if number == of and of >= LEAST:
        return f"all {of:,}{unit}"
    return f"{few(number)}{unit}" if number < LEAST else f"{number:,}{unit} ({100 * number / of:.1f}%)"


def missing_words(dataset: Dataset, column: Column) -> str:
    """What an empty cell of a column means; nothing where an empty cell is normal."""
    key = column.name in dataset.grain or column.name in dataset.keys.values()
    if column.name in dataset.order or (column.type == "string" and not key):
        return ""
    if column.missing in ("exclude", "error"):
        return "unknown"
    taken = {True: "yes", False: "no"}.get(column.missing) if isinstance(column.missing, bool) else column.missing
    return f"taken as {taken}"
