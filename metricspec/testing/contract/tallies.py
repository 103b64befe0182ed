"""What a fixture's rows give, and when two rows, or two numbers, are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.compiler.tally import NUMBERS
from metricspec.measure import MeasureType
from metricspec.model import Scalar
from metricspec.testing.comparing import KEYS, key_text, same
from metricspec.testing.contract.fixture import Fixture, Row

TOLERANCE = 1e-9


def measure_type(fixture: Fixture) -> MeasureType:
    return fixture.registry.measure_types[fixture.indicator.measure_type]


def results(fixture: Fixture, rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The indicator's own rows of the Tally, of other rows than the folder's."""
    found = fixture.runner.results(fixture.indicator.id, rows, "tally")
    return [row for row in found if row["indicator"] == fixture.indicator.id]


def key(row: Row) -> tuple[Scalar, ...]:
    return tuple(row.get(name) for name in KEYS)


def number(value: Scalar) -> float:
    assert isinstance(value, int | float), f"{value!r} is not a number"
    return float(value)


def written(value: Scalar) -> str:
    return "" if value is None else str(value)


def compare(want: Mapping[str, Any], row: Row, where: str) -> None:
    """Every number and note of `want`: numbers to a billionth of their size."""
    for name, value in want.items():
        if name in KEYS:
            continue
        got = row[name]
        if name in NUMBERS and value not in (None, ""):
            close = same(float(value), got, TOLERANCE * max(1.0, abs(float(value))))
        else:
            close = written(value) == written(got)
        assert close, f"{where}: {name} is {got}, not {value}"


def assert_same(left: Sequence[Row], right: Sequence[Row]) -> None:
    others = {key(row): row for row in right}
    assert {key(row) for row in left} == set(others)
    for row in left:
        for name in NUMBERS:
            other = others[key(row)][name]
            size = 1.0 if other is None else max(1.0, abs(number(other)))
            assert same(other, row[name], TOLERANCE * size), f"{key_text(row)}: {name}"
