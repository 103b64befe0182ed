"""Data as specs see them: code lists, datasets, and where a district keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from metricspec.model.words import NOTHING, Scalar, Source, Text
from metricspec.problems import Place

ColumnType = Literal["string", "integer", "decimal", "number", "boolean", "date", "code", "school_year"]
Rollup = Literal["sum", "any", "all", "latest", "first", "max", "min"]


@dataclass(frozen=True)
class Codes:
    """A code list; `values` keeps the written order, which is the order of comparison when `ordered`."""

    id: str
    values: tuple[tuple[str, str], ...]
    ordered: bool = False
    title: Text = Text()
    place: Place = Place()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.values)


@dataclass(frozen=True)
class Lookup:
    """A constant for each code of the list `key`."""

    id: str
    key: str
    values: tuple[tuple[str, Decimal], ...]
    title: Text = Text()
    source: Source | None = None
    place: Place = Place()


@dataclass(frozen=True)
class Column:
    """A column of a dataset. `missing` is "exclude", "error", or the value that an empty cell takes."""

    name: str
    type: ColumnType
    codes: str | None = None
    scale: int = 0
    rollup: Rollup | None = None
    missing: Scalar = "exclude"
    default: Scalar = None
    has_default: bool = False
    title: Text = Text()


@dataclass(frozen=True)
class Dataset:
    """A logical table. `keys` names the columns that play a role: student, school, year."""

    id: str
    columns: Mapping[str, Column]
    grain: tuple[str, ...]
    order: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    span: Literal["year", "cohort"] = "year"
    title: Text = Text()
    description: Text = Text()
    place: Place = Place()

    @property
    def total_order(self) -> tuple[str, ...]:
        """The order of a student's rows, made total by what else tells rows apart."""
        return (*self.order, *(name for name in self.grain if name not in self.order))


@dataclass(frozen=True)
class BoundColumn:
    """Where one logical column comes from: exactly one of the first three, or nothing at all (always missing).

    `format` says how the column writes a school year; a `date` lies in the year that began last on `first_day` (month-day).
    """

    column: str | None = None
    sql: str | None = None
    constant: Scalar = None
    format: Literal["ending_year", "starting_year", "date"] | None = None
    first_day: str = "07-01"

    @property
    def kept_nowhere(self) -> bool:
        """Whether the binding says that the district does not keep this column."""
        return self.column is None and self.sql is None and self.constant is None


@dataclass(frozen=True)
class BoundDataset:
    """Where a district keeps one dataset: one of file, table, sql; `codes` maps raw values to codes.

    `places` says where the binding speaks of a key (`table`, `where`) or of a column (`columns.grade`, `codes.grade`).
    """

    dataset: str
    file: str | None = None
    table: str | None = None
    sql: str | None = None
    columns: Mapping[str, BoundColumn] = field(default_factory=lambda: NOTHING)
    codes: Mapping[str, Mapping[str, Scalar]] = field(default_factory=lambda: NOTHING)
    where: str | None = None
    place: Place = Place()
    places: Mapping[str, Place] = field(default_factory=lambda: NOTHING)
    note: str = ""

    def at(self, *keys: str) -> Place:
        """Where the binding speaks of the first of some keys that it has, else of the dataset."""
        return next((self.places[key] for key in keys if key in self.places), self.place)


@dataclass(frozen=True)
class Binding:
    """Where a district keeps the datasets; `unverified` where nobody has compared all of it with its source."""

    id: str
    datasets: Mapping[str, BoundDataset]
    title: Text = Text()
    place: Place = Place()
    description: Text = Text()
    source: Source | None = None
    note: str = ""
    unverified: bool = False
