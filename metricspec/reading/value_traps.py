"""Values that look right and are not: school years, dates, versions, yes and no."""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a block of keys",
    "array": "a list",
    "null": "nothing",
}

YES, NO = ("yes", "y", "on"), ("no", "n", "off")
# Words that some YAML readers take for something else than text.
YAML_WORDS = ("null", "true", "false", *YES, *NO)


class Trap(NamedTuple):
    code: str
    message: str
    hint: str


def school_year_trap(written: str) -> Trap:
    """What is wrong with a school year.

    >>> school_year_trap("2024-2025").hint
    'write 2024-25'
    >>> school_year_trap("2024-26").hint
    'write 2024-25 or 2025-26'
    """
    message = f"'{written}' is not a school year"
    long = re.fullmatch(r"(\d{4})\s*[-/–]\s*(\d{4})", written)
    short = re.fullmatch(r"(\d{2})\s*[-/–]\s*(\d{2})", written)
    other = re.fullmatch(r"(\d{4})\s*[-/–]\s*(\d{2})", written)
    if long and int(long[2]) == int(long[1]) + 1:
        return Trap("MS402", message, f"write {_year(int(long[1]))}")
    if short and (int(short[1]) + 1) % 100 == int(short[2]):
        return Trap("MS402", message, f"write {_year(2000 + int(short[1]))}")
    if other and (int(other[1]) + 1) % 100 == int(other[2]):
        return Trap("MS402", message, f"write {_year(int(other[1]))}")
    if other:
        start, end = int(other[1]), int(other[1]) // 100 * 100 + int(other[2])
        return Trap(
            "MS402",
            f"{message}: its years do not follow each other",
            f"write {_year(start)} or {_year(end - 1)}",
        )
    if re.fullmatch(r"\d{4}", written):
        year = int(written)
        return Trap("MS402", message, f"write {_year(year - 1)} (ending in {year}) or {_year(year)}")
    return Trap("MS402", message, "write it like 2024-25")


def date_trap(written: str) -> Trap:
    """What is wrong with a date."""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", written)
    if american:
        month, day, year = (int(part) for part in american.groups())
        return Trap("MS401", f"'{written}' is not a date here", f"write {year}-{month:02d}-{day:02d} (year-month-day)")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        return Trap("MS401", f"'{written}' is not in the calendar", "write year-month-day, such as 2026-11-22")
    return Trap("MS401", f"'{written}' is not a date", "write year-month-day, such as 2026-11-22")


def version_trap(written: str) -> Trap:
    """What is wrong with a version that YAML took for a number."""
    parts = [str(int(part)) if part.isdigit() else "0" for part in (*written.split("."), "0", "0")[:3]]
    hint = f'write version: "{".".join(parts)}"'
    return Trap("MS106", f"the version {written} is a number here, and 1.10 is the number 1.1", hint)


def type_trap(written: str, value: object, wanted: list[str]) -> Trap:
    """What is wrong with a value of another type than wanted."""
    what = " or ".join(TYPE_WORDS[name] for name in wanted)
    shown = f"'{written}'" if written else TYPE_WORDS[_type(value)]
    if "boolean" in wanted and written.lower() in (*YES, *NO):
        answer = "true" if written.lower() in YES else "false"
        return Trap("MS104", f"{shown} is text here", f"write {answer}")
    if value is None:
        return Trap("MS104", f"{what} is missing", "write a value after the ':' or remove the key")
    if "string" in wanted and isinstance(value, bool | int | float):
        return Trap(
            "MS104",
            f"{shown} is {TYPE_WORDS[_type(value)]} and should be text",
            f"write '{written}' in quotes",
        )
    if wanted == ["integer"] and isinstance(value, float):
        return Trap("MS104", f"{shown} is not a whole number", "write it without decimal places")
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(,\d{3})+|\d+(_\d+)+|\d+\s*%", written):
        plain = re.sub(r"[,_%\s]", "", written)
        return Trap("MS104", f"{shown} should be {what}", f"write {plain}")
    if isinstance(value, str) and {"number", "integer"} & set(wanted) and re.fullmatch(r"[-+\d.]+", written):
        return Trap("MS104", f"{shown} is text and should be {what}", "write it without quotes and leading zeros")
    if "array" in wanted and isinstance(value, str):
        return Trap("MS104", f"{shown} should be a list", "write '- ' before each item, or put it in [ ]")
    return Trap("MS104", f"{shown} should be {what}", "")


def _type(value: object) -> str:
    for name, kinds in (
        ("boolean", bool),
        ("integer", int),
        ("number", float),
        ("string", str),
        ("object", dict),
    ):
        if isinstance(value, kinds):
            return name
    return "null" if value is None else "array"


def _year(start: int) -> str:
    return f"{start:04d}-{(start + 1) % 100:02d}"
