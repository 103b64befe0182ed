"""What is said of the counts of one dataset, with where the binding speaks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metricspec.compiler.quality import Check
from metricspec.model import BoundDataset, Column, Dataset
from metricspec.problems import Place, Problem
from metricspec.running.live_words import LEAST, few, missing_words, share
from metricspec.schoolyear import is_school_year

Weight = Literal["error", "warning", "note"]
WEIGHTS: tuple[Weight, ...] = ("error", "warning", "note")
ORIGIN = ("where", "table", "file", "sql")


@dataclass(frozen=True)
class Finding:
    """One thing found; a note is worth knowing and no problem."""

    weight: Weight
    problem: Problem


def rows_of(counts: Mapping[Check, int]) -> int:
    return next(number for check, number in counts.items() if check.what == "rows")


@dataclass(frozen=True)
class Findings:
    """Makes findings of one dataset; `values` tells the unknown values of a column, as the end of a sentence."""

    dataset: Dataset
    bound: BoundDataset
    values: Callable[[Column], str]

    def one(self, weight: Weight, code: str, message: str, *keys: str, hint: str = "") -> Finding:
        """A finding; `keys` are where the binding may speak of it, in the order of preference."""
        place = self.bound.at(*keys) if weight != "note" else Place()
        severity: Literal["error", "warning"] = "error" if weight == "error" else "warning"
        return Finding(weight, Problem(code, f"{self.dataset.id}: {message}", place, hint, severity))

    def counted(self, counts: Mapping[Check, int]) -> Iterator[Finding]:
        """The findings of one scan."""
        of, empty = rows_of(counts), list[str]()
        if not of:
            yield self.one("warning", "MS518", "it has no rows", *ORIGIN, hint="check the binding's where")
            return
        for check, number in counts.items():
            column = self.dataset.columns.get(check.column)
            if not number:
                continue
            if check.what == "duplicate":
                yield self._twice(number, of)
            elif check.what == "unmatched_org":
                message = (
                    f"{check.column}: {share(number, of)} are of a school and year that org lacks, and count nowhere"
                )
                hint = "complete org, or write its ids in the same form"
                yield self.one("warning", "MS517", message, f"columns.{check.column}", hint=hint)
            elif check.what == "unreadable" and column is not None:
                yield self._unreadable(column, number, of)
            elif check.what == "missing" and column is not None:
                unread = 0 if column.codes else counts.get(Check(check.dataset, check.column, "unreadable"), 0)
                if number > unread or column.missing == "error":
                    yield from self._missing(column, number, of, empty)
        if empty:
            yield self.one("note", "", f"empty cells: {'; '.join(empty)}")

    def _twice(self, number: int, of: int) -> Finding:
        weight: Weight = "warning" if "student" in self.dataset.keys else "error"  # the error stops a run
        message = f"{share(number, of)} are there twice: one row for each {', '.join(self.dataset.grain)}"
        hint = "mend the data, or take the rows that count with where:"
        return self.one(weight, "MS512", message, *ORIGIN, hint=hint)

    def _unreadable(self, column: Column, number: int, of: int) -> Finding:
        keys = (f"codes.{column.name}", f"columns.{column.name}")
        if column.codes:
            message = f"{column.name}: {share(number, of)} hold no code of {column.codes}{self.values(column)}"
            return self.one("warning", "MS516", message, *keys, hint="map them under codes: (null is unknown)")
        message = f"{column.name}: {share(number, of)} cannot be read as {column.type}{self.values(column)}"
        hint = "read it with sql:, or map it under codes: where it is a flag"
        return self.one("warning", "MS515", message, *keys, hint=hint)

    def _missing(self, column: Column, number: int, of: int, empty: list[str]) -> Iterator[Finding]:
        keys = (f"columns.{column.name}", f"codes.{column.name}")
        if column.missing == "error":
            message = f"{column.name}: {share(number, of)} have none that can be read, and it must not be missing"
            hint = "runs that read it stop: check its column and codes"
            yield self.one("error", "MS510", message, *keys, hint=hint)
        elif number == of and column.name not in self.dataset.order:
            message = f"{column.name} is empty in all rows"
            yield self.one("warning", "MS518", message, *keys, hint="if it is not kept, say so: {none: true}")
        elif missing_words(self.dataset, column):
            empty.append(f"{column.name} {share(number, of, rows=False)}, {missing_words(self.dataset, column)}")

    def years(self, name: str, found: Sequence[tuple[str, int]], shown: int) -> list[Finding]:
        """School years that are none."""
        wrong = [(year, number) for year, number in found if not is_school_year(year)]
        if not wrong:
            return []
        often = ", ".join(f"'{year}'" for year, number in wrong[:shown] if number >= LEAST)
        rows = few(sum(number for _, number in wrong))
        message = f"{name}: {rows} rows hold no school year{': ' + often if often else ''}"
        hint = "write 2024-25, or say how it is written: {column: , format: ending_year}"
        return [self.one("error", "MS519", message, f"columns.{name}", hint=hint)]

    def stopped(self, name: str, said: str) -> Finding:
        """Where the engine stops at a value instead of reading it as missing."""
        message = f"{name}: the engine stopped at a value that does not fit ({said})"
        return self.one("error", "MS515", message, f"columns.{name}", hint="mend the values, or read them with sql:")
