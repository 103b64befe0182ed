"""School years: written `2024-25`, ordered by their ending year."""

from __future__ import annotations

import re

from metricspec.problems import UsageError

_PATTERN = re.compile(r"([0-9]{4})-([0-9]{2})")


def is_school_year(text: str) -> bool:
    """Whether `text` names two consecutive calendar years.

    >>> is_school_year("2024-25"), is_school_year("1999-00"), is_school_year("2024-26")
    (True, True, False)
    """
    match = _PATTERN.fullmatch(text)
    return match is not None and (int(match[1]) + 1) % 100 == int(match[2])


def demand_school_year(text: str | None) -> None:
    """Raises UsageError where somebody asks for a school year (None: for none) and does not write one."""
    if text is not None and not is_school_year(text):
        raise UsageError(f"'{text}' is not a school year: write it as 2024-25")


def ending_year(text: str) -> int:
    """The calendar year in which a school year ends.

    >>> ending_year("2024-25")
    2025
    """
    return int(text[:4]) + 1


def school_year(ending: int) -> str:
    """The school year that ends in a calendar year.

    >>> school_year(2000)
    '1999-00'
    """
    return f"{ending - 1:04d}-{ending % 100:02d}"


def previous(text: str) -> str:
    """The school year before.

    >>> previous("2024-25")
    '2023-24'
    """
    return school_year(ending_year(text) - 1)
