"""What a measure type is: the plugin point. A measure type is one class, registered by the hook of the same name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

Aggregate = Literal["count", "sum", "sum_squares"]
Wanted = Literal["boolean", "number"]


@dataclass(frozen=True)
class Use:
    """An expression of a measure block: `path` leads to it inside the block, `wanted` is the type it must have."""

    path: tuple[str | int, ...]
    text: str
    wanted: Wanted


@dataclass(frozen=True)
class Moment:
    """A sum over the students counted, of those for whom `where` holds (all, where None).

    count: students with every named expression known; sum, sum_squares: of `value`. Moments add, so they are taken
    once for each combination of student groups and summed to groups afterwards.
    """

    name: str
    aggregate: Aggregate
    value: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class Estimate:
    """SQL over the moments' names, as numbers in double precision, for the columns of a Tally.

    `exact` names the moments that numerator and denominator are made of: where all of them are whole numbers or
    decimals of known scale, the published value is rounded in integers and not from `value`.
    """

    numerator: str
    denominator: str
    n: str
    value: str
    standard_error: str = "NULL"
    low: str = "NULL"
    high: str = "NULL"
    notes: str = "NULL"
    exact: tuple[str, ...] = ()


class MeasureType(Protocol):
    """Common to all measure types.

    `name` is what a spec writes under `measure: type:`. `schema` is the closed JSON Schema of the block (without
    `type`); every key is described and carries `x-effect`: past, future or label. The class docstring is its
    reference page. `parse` turns a block that the schema accepted into a frozen value.
    """

    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> Mapping[str, Any]: ...
    def parse(self, block: Mapping[str, Any]) -> Any: ...
    def expressions(self, spec: Any) -> Sequence[Use]: ...
    def sentence(self, spec: Any) -> str: ...


@runtime_checkable
class MomentMeasure(MeasureType, Protocol):
    """A measure of sums over students: the compiler takes its moments in one scan shared by all indicators."""

    def moments(self, spec: Any) -> Sequence[Moment]: ...
    def estimate(self, spec: Any) -> Estimate: ...


@runtime_checkable
class RowMeasure(MeasureType, Protocol):
    """A measure whose dataset already has one row per org, group and year: its rows become the Tally."""

    def dataset(self, spec: Any) -> str: ...
    def rows(self, spec: Any) -> Mapping[str, str]:
        """SQL over the dataset's columns for the Tally columns it fills, and `where` for the rows it takes."""
        ...
