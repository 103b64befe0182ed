"""Laws of the numbers before anything is hidden: right on made-up rows, and steady on rows that are odd."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from metricspec.compiler.bind import sql_type
from metricspec.compiler.tally import NUMBERS
from metricspec.measure import RowMeasure
from metricspec.model import Column, Dataset, Scalar
from metricspec.testing.comparing import KEYS, key_text, same
from metricspec.testing.contract.fixture import Fixture, Row
from metricspec.testing.contract.tallies import (
    TOLERANCE,
    assert_same,
    compare,
    key,
    measure_type,
    number,
    results,
    written,
)
from metricspec.warehouses.duckdb import DuckDB

ZERO: Mapping[str, Scalar] = MappingProxyType({"integer": 0, "decimal": 0, "number": 0, "boolean": False})


def numbers_are_those_made_by_hand(fixture: Fixture) -> None:
    """Every row of expected.csv is in the Tally, with the same numbers."""
    rows, expected = fixture.tally, fixture.expected()
    assert expected, "expected.csv has no rows"
    for want in expected:
        found = [row for row in rows if all(written(row[k]) == v for k, v in want.items() if k in KEYS)]
        assert len(found) == 1, f"{len(found)} rows for {want}; there are:\n" + "\n".join(map(key_text, rows))
        compare(want, found[0], key_text(found[0]))


def numbers_are_those_of_another_hand(fixture: Fixture) -> None:
    """check.sql gives every row of the Tally at its org levels, and no other; without a column org_level, those of schools."""
    with DuckDB(threads=1) as warehouse:
        for name, (columns, rows) in fixture.tables(fixture.rows()).items():
            types = [(column.name, sql_type(column)) for column in columns]
            warehouse.load(name, types, [tuple(row[c.name] for c in columns) for row in rows])
        sql = (fixture.folder / "check.sql").read_text(encoding="utf-8")
        names, found = warehouse.fetch(sql, "check.sql")
    assert set(names) & set(NUMBERS), f"check.sql has none of {', '.join(NUMBERS)}"
    theirs = [dict(zip(names, row, strict=True)) for row in found]
    keys = [{**dict.fromkeys(KEYS), "org_level": "school", **row} for row in theirs]
    levels = {row["org_level"] for row in keys}
    ours = {key(row): row for row in fixture.tally if row["org_level"] in levels}
    assert ours, f"there are no results at the levels of check.sql: {', '.join(map(str, levels)) or 'it has no rows'}"
    years = {row["school_year"] for row in ours.values()}
    for row in keys:
        if row["school_year"] is None and len(years) == 1:
            (row["school_year"],) = years
    assert {key(row) for row in keys} == set(ours), "check.sql has other rows"
    for full, row in zip(keys, theirs, strict=True):
        compare(row, ours[key(full)], key_text(full))


def no_rows_give_no_results(fixture: Fixture) -> None:
    assert results(fixture, {name: [] for name in fixture.rows()}) == []


def unknown_values_stop_nothing(fixture: Fixture) -> None:
    """Where every cell is empty that may be, there is an answer, and it is no number that is not one."""

    def emptied(dataset: Dataset, row: Row) -> Row:
        return {name: None for name in row if dataset.columns[name].missing != "error"}

    for row in results(fixture, changed(fixture, emptied)):
        assert_finite(row)


def zeros_stop_nothing(fixture: Fixture) -> None:
    """Where every number is 0 and no flag is set, and where one column of the rows is 0, there is an answer; what is
    divided by 0 has no value. Some engines stop at such a division: write NULLIF(..., 0)."""
    published = isinstance(measure_type(fixture), RowMeasure)
    for rows in with_zeros(fixture):
        for row in results(fixture, rows):
            assert_finite(row)
            says = f"{key_text(row)}: the denominator is 0, the value {row['value']}"
            assert row["denominator"] != 0 or row["value"] is None or published, says


def with_zeros(fixture: Fixture) -> Iterator[dict[str, list[Row]]]:
    """The rows with 0 in every column of numbers, and in one after the other of those that are written in them."""

    def everywhere(dataset: Dataset, row: Row) -> Row:
        return {name: ZERO[column.type] for name, column in free(dataset).items() if column.type in ZERO}

    yield changed(fixture, everywhere)
    written_in = {(name, column) for name, rows in fixture.rows().items() for row in rows for column in row}
    for of, one in sorted(written_in):
        column = free(fixture.loaded.catalog.datasets[of]).get(one)
        if column is not None and ZERO.get(column.type) == 0 and column.type != "boolean":
            yield changed(fixture, lambda dataset, row, of=of, one=one: {one: 0} if dataset.id == of else {})  # type: ignore[misc]


def free(dataset: Dataset) -> dict[str, Column]:
    """The columns that do not tell rows apart."""
    fixed = {*dataset.grain, *dataset.keys.values()}
    return {name: column for name, column in dataset.columns.items() if name not in fixed}


def changed(fixture: Fixture, values: Callable[[Dataset, Row], Row]) -> dict[str, list[Row]]:
    """The rows with other `values` in some columns; the org tree stays."""
    datasets = fixture.loaded.catalog.datasets
    return {
        name: [row if name == "org" else {**row, **values(datasets[name], row)} for row in rows]
        for name, rows in fixture.rows().items()
    }


def order_of_rows_is_nothing(fixture: Fixture) -> None:
    backwards = {name: list(reversed(rows)) for name, rows in fixture.rows().items()}
    assert_same(results(fixture, backwards), fixture.tally)


def twice_the_students_are_twice_the_n(fixture: Fixture) -> None:
    """Every student a second time under another name: the same rows, each of twice as many."""
    if isinstance(measure_type(fixture), RowMeasure):
        return
    twice = {name: [*rows, *again(fixture, name, rows)] for name, rows in fixture.rows().items()}
    once = {key(row): row for row in fixture.tally if row["statistic"] is None}
    found = [row for row in results(fixture, twice) if row["statistic"] is None]
    assert {key(row) for row in found} == set(once), "twice the students have other rows"
    for row in found:
        assert same(2 * number(once[key(row)]["n"]), row["n"], TOLERANCE), f"{key_text(row)}: n is {row['n']}"


def assert_finite(row: Row) -> None:
    for name in NUMBERS:
        value = row[name]
        assert value is None or math.isfinite(number(value)), f"{key_text(row)}: {name} is {value}"


def again(fixture: Fixture, name: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows under other identifiers of students; none of a dataset without students."""
    dataset = fixture.loaded.catalog.datasets[name]
    student = dataset.keys.get("student")
    own = [c for c in dataset.grain if c not in dataset.keys.values() and c.endswith("_id")]
    if student is None:
        return
    for row in rows:
        yield {**row, **{c: f"{row[c]}-again" for c in (student, *own) if c in row}}
