"""Rows of a file against those of a run: which differ, by how much, and nothing of what is hidden on either side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from metricspec.compiler.tail import NUMBERS, RESULT
from metricspec.frameworks.compose import FRAME
from metricspec.frameworks.compose import NUMBERS as FRAMEWORK_NUMBERS
from metricspec.records.files import ResultFile, cell

if TYPE_CHECKING:
    import pandas as pd

WITHIN = 1e-9  # relative to the larger of two numbers, or to 1
NAMES = ("framework", "indicator", "school_year", "org_level", "org_id", "group_set", "part", "name", "metric",
         "student_group", "category", "statistic", "kind")  # fmt: skip
NUMERIC = frozenset((*NUMBERS, *FRAMEWORK_NUMBERS))
BEFORE = tuple(name for name in RESULT if name.startswith("prior_") and name in NUMERIC)
HIDDEN = "hidden"
COUNTS = ("n", "denominator", "prior_n", "prior_denominator")
FIRST = ("value", "change", "prior_value", "n", "denominator", "numerator")  # told of before other columns
Row = Mapping[str, str]
Name = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Changed:
    """A row that differs: in its value, or else in the `column` that says most; `size` is by how much, None where it is no
    number on both sides."""

    name: Name
    column: str
    then: str
    now: str
    size: float | None


@dataclass(frozen=True)
class Compared:
    """`changed`: values before other columns, of each the largest first, and what is hidden last. `gone`: rows of the file that the run does not have; `new`: the other way round."""

    rows: int
    changed: tuple[Changed, ...] = ()
    gone: tuple[Name, ...] = ()
    new: tuple[Name, ...] = ()

    @property
    def same(self) -> bool:
        return not (self.changed or self.gone or self.new)


def compared(file: ResultFile, frame: pd.DataFrame, least: int = 1) -> Compared:
    """The file's rows beside those of a run, each by its name. Of two that count fewer than `least` students more or less
    nothing is told: side by side they would tell of these few."""
    columns = FRAME if "framework" in frame.columns else RESULT
    then = _named(dict(zip(file.columns, row, strict=True)) for row in file.rows)
    texts = ([cell(value) for value in row] for row in frame.astype(object).itertuples(index=False, name=None))
    now = _named(dict(zip(frame.columns, row, strict=True)) for row in texts)
    both = ((name, row, now[name]) for name, row in then.items() if name in now)
    changed = [found for name, old, new in both if (found := _changed(name, old, new, columns, least))]
    changed.sort(key=lambda one: (HIDDEN in (one.then, one.now), *_rank(one), one.name))
    gone, new = (tuple(sorted(one.keys() - other.keys())) for one, other in ((then, now), (now, then)))
    return Compared(len(file.rows), tuple(changed), gone, new)


def _named(rows: Iterator[Row]) -> dict[Name, Row]:
    """Rows by what names them; one that is there twice keeps both, so that a copied row is noticed."""
    found: dict[Name, Row] = {}
    for row in rows:
        name = tuple((key, row[key]) for key in NAMES if row.get(key))
        again = next(at for at in count(1) if (*name, *([("copy", str(at))] if at > 1 else [])) not in found)
        found[(*name, *([("copy", str(again))] if again > 1 else []))] = row
    return found


def _changed(name: Name, then: Row, now: Row, columns: tuple[str, ...], least: int) -> Changed | None:
    """What is told of a row: its value before other numbers, and numbers before words."""
    found = []
    few = any(0 < (_size(then.get(one, ""), now.get(one, "")) or 0) < least for one in COUNTS)
    for column in columns:
        if column == "version" or column in NAMES:
            continue
        old, new = then.get(column, ""), now.get(column, "")
        size = _size(old, new) if column in NUMERIC else None
        if (size is not None and size == 0) or old == new:
            continue
        shown = (_shown(column, then, old), _shown(column, now, new))
        shown = (HIDDEN, HIDDEN) if few or HIDDEN in shown else shown  # as diff: what one side hides stays hidden
        told = size if HIDDEN not in shown else None
        found.append(Changed(name, column, *shown, told))
    return min(found, key=lambda one: (one.column != "value", *_rank(one)), default=None)


def _rank(one: Changed) -> tuple[bool, int, float]:
    """Numbers before words; of numbers the value first, and of one column the largest difference."""
    column = FIRST.index(one.column) if one.column in FIRST else len(FIRST)
    return one.size is None, column, -(one.size or 0.0)


def _size(old: str, new: str) -> float | None:
    """How far two numbers lie apart; 0 where they are the same but for the last digits; None where one is no number."""
    try:
        one, other = float(old), float(new)
    except ValueError:
        return None
    apart = abs(one - other)
    return 0.0 if apart <= WITHIN * max(1.0, abs(one), abs(other)) else apart


def _shown(column: str, row: Row, text: str) -> str:
    """What may be told of a cell: of a hidden row nothing but the reason, even where somebody wrote a number into it."""
    if column in ("suppressed", "prior_suppressed"):
        return text
    before = row.get("prior_suppressed") and column in (*BEFORE, "change", "change_level", "rating")
    hidden = (row.get("suppressed") and column not in BEFORE) or before
    return HIDDEN if hidden else text
