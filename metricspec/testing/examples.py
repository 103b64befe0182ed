"""Examples to start an indicator with: a measure over a dataset's columns, and rows whose result is plain arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from metricspec.model import Column, Dataset, Scalar
from metricspec.problems import UsageError

NUMBERS = ("integer", "decimal", "number")
Row = Mapping[str, Scalar]


@dataclass(frozen=True)
class Example:
    """`measure` is key, expression and remark of each line. The two rows give `expect`; the first alone gives `alone`,
    however many students have it."""

    measure: tuple[tuple[str, str, str], ...]
    rows: tuple[Row, Row]
    says: str
    expect: Row
    alone: float
    unit: str = "percent"
    digits: int = 1
    stints: tuple[tuple[str, str], ...] = ()
    population: tuple[tuple[str, str], ...] = ()
    also: Row = field(default_factory=dict)


# Better examples than the columns alone would give, by dataset and measure.
KNOWN: Mapping[tuple[str, str], Example] = MappingProxyType(
    {
        ("attendance_stint", "rate"): Example(
            (("numerator", "10 * days_absent >= days_expected", "ten percent or more; in whole numbers it is exact"),),
            ({"days_expected": 180, "days_absent": 18}, {"days_expected": 180, "days_absent": 17}),
            "18 of 180 days is ten percent and counts, 17 of 180 does not",
            {"numerator": 1, "denominator": 2, "value": 50},
            100,
        ),
        ("attendance_stint", "ratio"): Example(
            (("numerator", "days_attended", "added up over students"), ("denominator", "days_expected", "")),
            ({"days_expected": 180, "days_attended": 90}, {"days_expected": 20, "days_attended": 20}),
            "(90 + 20) days of (180 + 20) are 55 percent; the mean of the two students would be 75",
            {"numerator": 110, "denominator": 200, "n": 2, "value": 55},
            50,
        ),
    }
)


def example(dataset: Dataset, measure: str) -> Example:
    """An example for any dataset of students. Raises UsageError where it has no column that the measure could use."""
    known = KNOWN.get((dataset.id, measure))
    columns = [c for c in dataset.columns.values() if c.rollup]
    numbers = sorted((c for c in columns if c.type in NUMBERS), key=lambda c: c.rollup != "sum")
    flags = sorted((c for c in columns if c.type == "boolean"), key=lambda c: c.missing != "error")
    if known is not None:
        made = known
    elif measure == "rate" and flags:
        made = _share(flags[0])
    elif measure == "rate" and numbers:
        made = _at_least(numbers[0])
    elif measure == "ratio" and len(numbers) >= 2:
        made = _ratio(numbers[0], numbers[1])
    elif measure == "mean" and numbers:
        made = _mean(numbers[0])
    else:
        wanted = {"rate": "a boolean or number column", "ratio": "two number columns", "mean": "a number column"}
        raise UsageError(
            f"--measure {measure} needs {wanted[measure]} with a rollup, and the dataset {dataset.id} has none; "
            "choose another dataset with --students, or add such a column to it"
        )
    return _filtered(made, dataset)


def _share(column: Column) -> Example:
    return Example(
        (("numerator", column.name, "a condition that each student meets or does not"),),
        ({column.name: True}, {column.name: False}),
        "one of two students meets the condition",
        {"numerator": 1, "denominator": 2, "value": 50},
        100,
    )


def _at_least(column: Column) -> Example:
    return Example(
        (("numerator", f"{column.name} >= 1", "a condition that each student meets or does not"),),
        ({column.name: 1}, {column.name: 0}),
        "1 meets the condition, 0 does not",
        {"numerator": 1, "denominator": 2, "value": 50},
        100,
    )


def _ratio(above: Column, below: Column) -> Example:
    return Example(
        (("numerator", above.name, "added up over students"), ("denominator", below.name, "")),
        ({above.name: 3, below.name: 4}, {above.name: 1, below.name: 4}),
        "(3 + 1) / (4 + 4) = 0.5",
        {"numerator": 4, "denominator": 8, "n": 2, "value": 0.5},
        0.75,
        unit="ratio",
        digits=2,
    )


def _mean(column: Column) -> Example:
    return Example(
        (("value", column.name, "one number for each student"),),
        ({column.name: 10}, {column.name: 20}),
        "(10 + 20) / 2 = 15",
        {"numerator": 30, "denominator": 2, "n": 2, "value": 15},
        10,
        unit="days" if column.name.startswith("days_") else "points",
    )


def _filtered(made: Example, dataset: Dataset) -> Example:
    """The example with the filters that its columns suggest, and the values that let its rows through."""
    stints: list[tuple[str, str]] = []
    population: list[tuple[str, str]] = []
    also: dict[str, Scalar] = {}
    if "enrollment_status" in dataset.columns:
        stints.append(("enrollment_status in ('10', '30')", "primary or short-term enrollment"))
        also["enrollment_status"] = "10"
    if "subject" in dataset.columns:
        stints.append(("subject = 'ELA'", "one subject: never mix two in one number"))
        also["subject"] = "ELA"
    grade = dataset.columns.get("grade")
    if grade is not None and grade.codes == "grade" and grade.rollup:
        population.append(("grade between 'KN' and '12'", "grades are an ordered list: TK, KN, 01 to 12"))
        also["grade"] = "05"
    used = {name for row in made.rows for name in row}
    for column in dataset.columns.values():
        if not column.has_default and column.name not in dataset.keys.values() and column.name not in used | set(also):
            also[column.name] = _some_value(column)
    year = dataset.keys.get("year", "")
    if year and not dataset.columns[year].has_default:
        also[year] = "2024-25"
    return replace(made, stints=tuple(stints), population=tuple(population), also=also)


def _some_value(column: Column) -> Scalar:
    values: dict[str, Scalar] = {"boolean": False, "date": "2024-10-02", "school_year": "2024-25", "string": "x"}
    return values.get(column.type, 1)
