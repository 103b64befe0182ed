"""Rounding as SQL: the texts of metricspec.sql.rounding, evaluated by two engines, against exact fractions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metricspec.sql import rounding
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer, Stage, Template

Pairs = list[tuple[int, int]]
Evaluate = Callable[[str, Iterable[tuple]], list[float]]


def half_away(exact: Fraction) -> int:
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def rendered(text: str, dialect: str) -> str:
    query = f"SELECT {text} AS answer FROM given ORDER BY position"
    return Renderer(dialect).stage(Stage("rounding", "Rounded.", Template(("rounding", text), query)))


def in_duckdb(text: str, rows: Iterable[tuple]) -> list[float]:
    values = list(rows)
    columns = {f"c{at}": [row[at] for row in values] for at in range(len(values[0]))}
    with duckdb.connect() as connection:
        names = ", ".join(columns)
        kinds = ", ".join(f"{n} {'DOUBLE' if isinstance(v[0], float) else 'BIGINT'}" for n, v in columns.items())
        connection.execute(f"CREATE TABLE given (position INTEGER, {kinds})")
        listed = ", ".join(f"unnest($c{at})" for at in range(len(columns)))
        connection.execute(
            f"INSERT INTO given (position, {names}) SELECT row_number() OVER (), * FROM (SELECT {listed})",
            columns,
        )
        return [row[0] for row in connection.execute(rendered(text, "duckdb")).fetchall()]


def in_sqlite(text: str, rows: Iterable[tuple]) -> list[float]:
    values = list(rows)
    connection = sqlite3.connect(":memory:")
    try:
        names = ", ".join(f"c{at}" for at in range(len(values[0])))
        marks = ", ".join("?" for _ in values[0])
        connection.execute(f"CREATE TABLE given (position INTEGER, {names})")
        connection.executemany(f"INSERT INTO given VALUES (?, {marks})", [(at, *row) for at, row in enumerate(values)])
        return [row[0] for row in connection.execute(rendered(text, "sqlite"))]
    finally:
        connection.close()


ENGINES = pytest.mark.parametrize(("evaluate", "dialect"), [(in_duckdb, "duckdb"), (in_sqlite, "sqlite")])


def quotient(dialect: str, units: int = 1_000) -> str:
    kind = capabilities(dialect).exact_integer
    return rounding.exact_quotient(f"(CAST({units} AS {kind}) * c0)", "c1")


def change(dialect: str, units: int = 1_000) -> str:
    kind = capabilities(dialect).exact_integer
    n1, d1, n0, d0 = (f"CAST(c{at} AS {kind})" for at in range(4))
    return rounding.exact_quotient(f"(CAST({units} AS {kind}) * ({n1} * {d0} - {n0} * {d1}))", f"({d1} * {d0})")


@ENGINES
def test_the_tie_that_doubles_lose(evaluate: Evaluate, dialect: str) -> None:
    """23 of 80 is 28.75 percent: 28.8, where round(100 * (23 / 80), 1) in doubles gives 28.7."""
    assert evaluate(quotient(dialect), [(23, 80), (-23, 80), (1, 2), (0, 7)]) == [288, -288, 500, 0]


@ENGINES
def test_every_rate_with_a_denominator_up_to_400(evaluate: Evaluate, dialect: str) -> None:
    pairs = [(n, d) for d in range(1, 401) for n in range(d + 1)]
    answers = evaluate(quotient(dialect), pairs)
    assert [(p, a) for p, a in zip(pairs, answers, strict=True) if a != half_away(Fraction(1000 * p[0], p[1]))] == []
    ties = sum((2000 * n) % d == 0 and (2000 * n // d) % 2 == 1 for n, d in pairs)
    assert ties > 500


@ENGINES
def test_ties_of_negative_means_go_away_from_zero(evaluate: Evaluate, dialect: str) -> None:
    pairs = [(n, d) for d in (4, 20, 40, 80, 160) for n in range(-3 * d, 3 * d + 1)]
    answers = evaluate(quotient(dialect, 10), pairs)
    assert [(p, a) for p, a in zip(pairs, answers, strict=True) if a != half_away(Fraction(10 * p[0], p[1]))] == []
    assert evaluate(quotient(dialect, 10), [(-1, 20), (1, 20), (-3, 20)]) == [-1, 1, -2]


@ENGINES
def test_changes_with_large_denominators(evaluate: Evaluate, dialect: str) -> None:
    """Tied changes at state size: products near the square of 3e7 keep every digit."""
    rows = []
    for d in (29_999_960, 30_000_000, 29_999_998):
        for n in (1, 7, d // 3, d // 2 - 1, d - 5):
            # next to d, a denominator of 2,000 puts the change on, just above or just under a tie
            rows += [(n, d, k, 2_000) for k in (1, 3, 999, 1_001, 1_999)]
            rows += [(n, d, n + step, d) for step in (-d // 2000, 0, d // 2000, d // 2000 + 1)]
            rows += [(n, d, min(n + 1, d + 1), d + 1), (n, d, n, d - 1)]
    rows = [(n1, d1, n0, d0) for n1, d1, n0, d0 in rows if n0 >= 0]
    answers = evaluate(change(dialect), rows)
    exact = [half_away(1000 * (Fraction(n1, d1) - Fraction(n0, d0))) for n1, d1, n0, d0 in rows]
    assert answers == exact
    assert any((2000 * (Fraction(n1, d1) - Fraction(n0, d0))).denominator == 1 for n1, d1, n0, d0 in rows)


count = st.integers(1, 30_000_000)


@ENGINES
@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(count, count, count, count), min_size=1, max_size=40))
def test_any_change(evaluate: Evaluate, dialect: str, pairs: list) -> None:
    rows = [(n1 % (d1 + 1), d1, n0 % (d0 + 1), d0) for n1, d1, n0, d0 in pairs]
    expected = [half_away(1000 * (Fraction(n1, d1) - Fraction(n0, d0))) for n1, d1, n0, d0 in rows]
    assert evaluate(change(dialect), rows) == expected


@ENGINES
@settings(max_examples=20, deadline=None)
@given(ties=st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 5_000)), min_size=1, max_size=40))
def test_any_tie(evaluate: Evaluate, dialect: str, ties: list) -> None:
    """(2k + 1) / 2000 of any denominator that holds it is a tie in tenths of a percent."""
    rows = [((2 * k + 1) * m, 2_000 * m) for k, m in ties]
    expected = [k + 1 if k >= 0 else k for k, _ in ties]
    assert evaluate(quotient(dialect), rows) == expected


@ENGINES
@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(-4_000, 4_000), min_size=1, max_size=40))
def test_doubles_that_hold_a_tie_exactly(evaluate: Evaluate, dialect: str, values: list[int]) -> None:
    """Halves are exact in doubles: those round half away from zero too."""
    answers = evaluate(rounding.double_quotient("c0"), [(value / 2,) for value in values])
    assert answers == [half_away(Fraction(value, 2)) for value in values]
