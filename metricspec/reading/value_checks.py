"""Whether a value written in YAML fits a column of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from metricspec.model import Codes, Column, Scalar
from metricspec.problems import Problem
from metricspec.reading.document import Document
from metricspec.reading.suggest import hint
from metricspec.reading.value_traps import date_trap, school_year_trap, type_trap
from metricspec.schoolyear import is_school_year

_JSON_TYPE = {"integer": "integer", "decimal": "number", "number": "number", "boolean": "boolean"}
_PYTHON_TYPE: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "decimal": (int, float),
    "number": (int, float),
    "boolean": (bool,),
}


def value_problem(
    document: Document, column: Column, value: Scalar, codes: Codes | None, *path: str | int
) -> Iterator[Problem]:
    """The problem of a value that a column cannot hold; an empty value fits every column."""
    if value is None or _plainly_fits(column, value, codes):
        return
    place, written = document.at(*path), document.written(*path)
    if column.type in _PYTHON_TYPE:
        fits = isinstance(value, _PYTHON_TYPE[column.type]) and (column.type == "boolean") == isinstance(value, bool)
        if not fits:
            trap = type_trap(written, value, [_JSON_TYPE[column.type]])
            yield Problem("MS602", f"{column.name}: {trap.message}", place, trap.hint)
        elif column.type == "decimal" and len(written.partition(".")[2].rstrip("0")) > column.scale:
            message = f"{column.name}: {written} has more than {column.scale} decimal places"
            yield Problem("MS602", message, place, "the dataset's scale says how many are kept")
    elif codes is not None:
        if value not in codes.names:
            yield Problem(
                "MS603",
                f"{column.name}: '{written}' is not a code of {codes.id}",
                place,
                _code_hint(written, codes),
            )
    elif column.type == "school_year" and not (isinstance(value, str) and is_school_year(value)):
        trap = school_year_trap(written)
        yield Problem(trap.code, trap.message, place, trap.hint)
    elif column.type == "date" and not (isinstance(value, str) and _is_date(value)):
        trap = date_trap(written)
        yield Problem(trap.code, trap.message, place, trap.hint)
    elif not isinstance(value, str):
        trap = type_trap(written, value, ["string"])
        yield Problem("MS602", f"{column.name}: {trap.message}", place, trap.hint)


def _plainly_fits(column: Column, value: Scalar, codes: Codes | None) -> bool:
    """What nearly all values do, told without looking for their place."""
    if column.type in ("integer", "decimal", "number"):
        return type(value) is int
    if column.type == "boolean":
        return isinstance(value, bool)
    if codes is not None:
        return value in codes.names
    return column.type == "string" and isinstance(value, str)


def _code_hint(written: str, codes: Codes) -> str:
    """A number for a code, or a code without its leading zero, is what happens most."""
    if written in codes.names:
        return f"write '{written}' in quotes"
    padded = f"0{written}"
    if padded in codes.names:
        return f"write '{padded}' in quotes"
    return hint(written, codes.names, f"codes of {codes.id}", limit=16)


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
