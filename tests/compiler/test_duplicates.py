"""Rows that are there twice are counted alike with and without the sieve."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pytest

from metricspec.compiler.duplicates import duplicates
from metricspec.model import BoundDataset, Column, Dataset

COLUMNS = {
    "student": Column("student", "string"),
    "year": Column("year", "school_year"),
    "date": Column("date", "date"),
    "action": Column("action", "string"),
}


def twice(rows: Sequence[tuple[str | None, str, str | None]], *, sieved: bool, grain: Sequence[str]) -> int:
    dataset = Dataset("days", COLUMNS, tuple(grain), keys={"student": "student", "year": "year"})
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE days (student VARCHAR, year VARCHAR, date VARCHAR)")
        for row in rows:
            connection.execute("INSERT INTO days VALUES (?, ?, ?)", row)
        count, query = duplicates(dataset, BoundDataset("days", table="days"), "days", sieved=sieved)
        found = connection.execute(f"SELECT {count} FROM days CROSS JOIN ({query}) AS d").fetchone()
    assert found is not None
    return int(found[0])


def day(date: str | None, student: str = "a", year: str = "2024-25") -> tuple[str | None, str, str | None]:
    return student, year, date


@pytest.mark.parametrize("sieved", [False, True])
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([day("2024-09-02"), day("2024-09-03")], 0),
        ([day("2024-09-02"), day("2024-09-02", "b"), day("2024-09-02", year="2023-24")], 0),
        ([day("2024-09-02"), day("2024-09-02"), day("2024-09-02"), day("2024-09-03")], 2),
        ([day("2024-09-02"), day("2024-09-02"), day("2024-09-02", "b"), day("2024-09-02", "b")], 2),
        ([day("2024-07-01"), day("2025-11-25"), day("2026-06-30")], 0),  # the first two share a bit: 512 days apart
        ([day("1995-01-01"), day("1995-01-01"), day("1995-01-02")], 1),  # before the day that bits are counted from
        ([day(None), day("2024-09-02")], 0),
        ([day(None), day(None), day("2024-09-02")], 1),
        ([], 0),
    ],
)
def test_rows_that_are_there_twice(rows: list[tuple[str | None, str, str | None]], expected: int, sieved: bool) -> None:
    assert twice(rows, sieved=sieved, grain=("student", "year", "date")) == expected


def test_only_a_date_within_a_key_is_sieved() -> None:
    bound = BoundDataset("days", table="days")
    for grain in (("student", "year"), ("date",), ("student", "year", "action")):
        dataset = Dataset("days", COLUMNS, grain)
        assert duplicates(dataset, bound, "days", sieved=True) == duplicates(dataset, bound, "days", sieved=False)
    dataset = Dataset("days", COLUMNS, ("student", "year", "date"))
    assert "BITSTRING_AGG" in duplicates(dataset, bound, "days", sieved=True)[1]
