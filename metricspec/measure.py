"""What a measure type is: the plugin point. A measure type is one class, registered by the hook of the same name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from metricspec.sql.dialects import Solve
from metricspec.sql.intervals import wilson
from metricspec.sql.stage import Step

Aggregate = Literal["count", "sum", "sum_squares"]
# What tells an org and student group of a year in a Tally.
PLACED = ("school_year", "org_level", "org_id", "student_group")
# quantity: a number, or a condition counted as 1 or 0; label: anything.
Wanted = Literal["boolean", "number", "quantity", "label"]


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
    """SQL over the moments' names, as numbers in double precision, for the columns of a Tally. A rule for some rows only
    may read org_level and student_group too.

    `exact` names the moments that numerator and denominator are made of: where all of them are whole numbers or
    decimals of known scale, the published value is rounded in integers and not from `value`. `category` names the part of
    a whole that the row is of, for measures with several. `statistic` names one of the measure's `statistics`: a further
    number, and not the indicator's own.
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
    category: str | None = None
    statistic: str | None = None


def share(
    part: str,
    whole: str,
    *,
    n: str = "",
    exact: tuple[str, ...] = (),
    category: str | None = None,
    statistic: str | None = None,
) -> Estimate:
    """Of two numbers of students, the one as a share of the other: Wilson's interval at 95 %, and the standard error
    sqrt(p (1 - p) / n). `n` are those who must be enough for the row to be shown (the whole, where left out), `exact` the
    moments that part and whole are made of (themselves, where left out)."""
    low, high = wilson(part, whole)
    value = f"{part} / NULLIF({whole}, 0)"
    return Estimate(
        numerator=part,
        denominator=whole,
        n=n or whole,
        value=value,
        standard_error=f"SQRT(({value}) * (1e0 - ({value})) / NULLIF({whole}, 0))",
        low=low,
        high=high,
        exact=exact or (part, whole),
        category=category,
        statistic=statistic,
    )


@dataclass(frozen=True)
class Variable:
    """A column of the rows that a staged measure is given: `text` is an expression of the spec over a student's row.

    number: in double precision, a condition as 1 or 0, NULL where unknown; label: as text.
    """

    name: str
    text: str
    kind: Literal["number", "label"] = "number"


@dataclass(frozen=True)
class Statistic:
    """A further number for each org and group, beside the indicator's own: `name` stands in the Tally's `statistic`.

    `digits` is how it is rounded; with `percent` the Tally holds a share and the Result a hundred times that.
    """

    name: str
    says: str
    digits: int
    percent: bool = False


# What `row_keys` of a staged measure is where each row of the dataset counts as it stands, and none are combined.
EVERY_ROW = ("*",)
Sums = Callable[[str, str, Sequence[str], Mapping[str, str]], Sequence[Step]]


@dataclass(frozen=True)
class Inputs:
    """What a staged measure builds on.

    `rows` is a stage with one row for each score (student, year and the measure's own keys) of the population:
    student, school, school_year, `at_<level>` for each of `levels` (the org where the score counts, NULL where it
    counts at none), what tells the student groups, and the measure's variables by name. `carried` are the columns that
    a stage must have besides its own to be a source of `sums`. Names of stages begin with `prefix`.

    `sums(name, source, keys, sums)` gives stages, the last named `prefix` + name, with a row for each org_level,
    org_id, school, school_year, student_group and the keys; `sums` maps a column to COUNT or SUM over the source's
    rows. Rows stay apart by school inside an org, so that errors can be clustered.

    `solve` says which form of a linear solve suits the dialect: rows (long), columns (wide) or rows of lists.

    Where all scores of a school count at the same orgs, `schools` is a stage that tells each school and school_year its
    `at_<level>`, and `bare` one of the rows without them, those of unknown schools included; else both are empty.
    """

    rows: str
    prefix: str
    levels: tuple[str, ...]
    carried: tuple[str, ...]
    solve: Solve
    sums: Sums
    bare: str = ""
    schools: str = ""


@dataclass(frozen=True)
class Wrong:
    """What the schema cannot say: keys of a measure block that do not go together. `path` leads to it in the block."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


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
    """A measure of sums over students: the compiler takes its moments in one scan shared by all indicators. Most have one
    estimate of them; one that shows parts of a whole has one for each category."""

    def moments(self, spec: Any) -> Sequence[Moment]: ...
    def estimates(self, spec: Any) -> Sequence[Estimate]: ...


@runtime_checkable
class RowMeasure(MeasureType, Protocol):
    """A measure whose dataset already has one row per org, group and year: its rows become the Tally."""

    def dataset(self, spec: Any) -> str: ...
    def rows(self, spec: Any) -> Mapping[str, str]:
        """SQL over the dataset's columns for the Tally columns it fills, and `where` for the rows it takes."""
        ...


@runtime_checkable
class StagedMeasure(MeasureType, Protocol):
    """A measure that must see all rows together before it knows the value of one org, such as a regression.

    A score counts at one school: the one of the student's last row. The last of `stages` has the columns school_year,
    org_level, org_id, student_group, category, statistic, numerator, denominator, n, value, standard_error, low, high
    and notes; where `statistic` is NULL stands the indicator's own value, the only one that is compared and rated.
    """

    def variables(self, spec: Any) -> Sequence[Variable]: ...
    def row_keys(self, spec: Any) -> Sequence[str]:
        """Columns of the dataset that, with student and year, tell one score from another; or EVERY_ROW."""
        ...

    def years_before(self, spec: Any) -> int:
        """How many earlier years the rows must hold for the result of one."""
        ...

    def statistics(self, spec: Any) -> Sequence[Statistic]: ...
    def stages(self, spec: Any, inputs: Inputs) -> Sequence[Step]: ...


@runtime_checkable
class PooledMeasure(StagedMeasure, Protocol):
    """A staged measure whose fit can be made of sums: tables of them add across districts."""

    def moment_stages(self, spec: Any, inputs: Inputs) -> Sequence[Step]:
        """Stages whose last holds the sums, with no student in it."""
        ...


@runtime_checkable
class DetailedMeasure(MeasureType, Protocol):
    """A measure with further statistics beside its own value: every staged one, and others that have them."""

    def statistics(self, spec: Any) -> Sequence[Statistic]: ...


@runtime_checkable
class SharingMeasure(MeasureType, Protocol):
    """A measure whose value is a share for some specs and none for others: shares are published in percent or as a ratio."""

    def share(self, spec: Any) -> bool: ...


@runtime_checkable
class CheckedMeasure(MeasureType, Protocol):
    """A measure with rules between its keys."""

    def wrong(self, spec: Any) -> Sequence[Wrong]: ...


@dataclass(frozen=True)
class Counted:
    """An indicator's rows of the Tally in a stage; a value times `scale` is in the indicator's unit (percent: 100), and
    is published with so many `digits`. `better` is its direction, `partitions` are the student groups that make up the
    whole without overlap (races and ethnicities), `everyone` is the group of all students, `report_n` the fewest students
    that its policy, or that of the indicator made of it, ever shows."""

    stage: str
    scale: int
    digits: int
    better: str
    partitions: tuple[tuple[str, ...], ...]
    report_n: int
    everyone: str = "ALL"


# The stage that tells org_type, charter and alternative (1 or 0) of each org_id and school_year.
ORG_ATTRIBUTES = "org_attributes"


@runtime_checkable
class TallyMeasure(MeasureType, Protocol):
    """A measure over the results of other indicators: where they stand together, apart, or one within the other.

    `stages` is given the rows of each of `indicators`: values are not rounded, nothing is hidden. Its last stage has
    the columns that a staged measure's has. `n` must be the smallest of the n's that a value is made of: a row is
    hidden where the strictest of all the policies would hide it, and its category, which is a result, with it.
    `value_of` names the indicator whose unit and digits the value has, if any.
    """

    def indicators(self, spec: Any) -> Sequence[str]: ...
    def value_of(self, spec: Any) -> str | None: ...
    def stages(self, spec: Any, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]: ...


@runtime_checkable
class ComparableMeasure(TallyMeasure, Protocol):
    """One whose value of this year less that of the year before says something, such as a gap that closes."""

    def comparable(self, spec: Any) -> bool: ...


@runtime_checkable
class DescribedMeasure(TallyMeasure, Protocol):
    """One that describes whole orgs by some of its indicators: of these it takes the rows of all students only, so that
    their student groups may be others than its own."""

    def describing(self, spec: Any) -> Sequence[str]: ...
