"""Expressions of specs: what is accepted means what it says on two engines; what is refused says where and why."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from metricspec.sql.expression import Expression, Scope
from metricspec.sql.parsing import parse_expression
from metricspec.sql.stage import Renderer

COLUMNS = ("a", "b", "d", "x", "flag", "grade", "race", "entry_date", "name", "school_year")
KINDS = (
    "INTEGER",
    "INTEGER",
    "DECIMAL(18, 2)",
    "DOUBLE",
    "INTEGER",
    "VARCHAR",
    "VARCHAR",
    "DATE",
    "VARCHAR",
    "VARCHAR",
)
ROWS = (
    (10, 100, 0.50, 0.5, 1, "01", "AA", "2024-10-02", "x", "2024-25"),
    (9, 100, 1.25, 2.0, 0, "TK", "HI", "2024-10-01", "it's", "2023-24"),
    (None, 5, None, None, None, None, None, None, None, None),
    (-3, 0, 2.00, -1.5, 0, "03", "HI", "2025-01-01", "", "1999-00"),
)
T, F, U = True, False, None
CONDITIONS = [
    ("10 * a >= b", (T, F, U, F)),
    ("flag", (T, F, U, F)),
    ("not flag", (F, T, U, T)),
    ("not not flag", (T, F, U, F)),
    ("flag = false", (F, T, U, T)),
    ("flag <> true", (F, T, U, T)),
    ("flag in (true)", (T, F, U, F)),
    ("flag or a > 1 and b > 100", (T, F, U, F)),
    ("(flag or a > 1) and b > 100", (F, F, F, F)),
    ("not (flag or a > 1) and b < 1", (F, F, F, T)),
    ("not a > 9", (F, T, U, T)),
    ("a is null", (F, F, T, F)),
    ("flag is not null", (T, T, F, T)),
    ("(a > 9) is null", (F, F, T, F)),
    ("a > 9 = flag", (T, T, U, T)),
    ("(a > 9) <> (b > 50)", (F, T, U, F)),
    ("coalesce(a > 9, false)", (T, F, F, F)),
    ("coalesce(flag, true)", (T, F, T, F)),
    ("a between 9 and 10", (T, T, U, F)),
    ("a not between b - 90 and b", (F, T, U, F)),
    ("-a between 3 and 4", (F, F, U, T)),
    ("a in (10, -3)", (T, F, U, T)),
    ("a not in (10)", (F, T, U, T)),
    ("a != 10", (F, T, U, T)),
    ("grade >= '01'", (T, F, U, T)),
    ("grade < '01'", (F, T, U, F)),
    ("grade between 'KN' and '02'", (T, F, U, F)),
    ("grade not in ('TK', 'KN')", (T, F, U, T)),
    ("coalesce(grade, '03') > '02'", (F, F, T, T)),
    ("grade >= grade", (T, T, U, T)),
    ("coalesce(grade, '03') > grade", (F, F, U, F)),
    ("race <> 'AA'", (F, T, U, T)),
    ("race = 'HI' or race is null", (F, T, T, T)),
    ("entry_date >= date '2024-10-02'", (T, F, U, T)),
    ("entry_date between date '2024-01-01' and date '2024-12-31'", (T, T, U, F)),
    ("entry_date >= date_in(school_year, '10-02')", (T, T, U, T)),
    ("name = 'it''s'", (F, T, U, F)),
    ("school_year >= '2023-24'", (T, T, U, F)),
    ("a / b >= 0.1", (T, F, U, U)),
    ("b / b = 1", (T, T, T, U)),
    ("d >= 1.25", (F, T, U, T)),
    ("case when flag then a > 1 else b > 1 end", (T, T, T, F)),
    ("case when a > 9 then false when a > 8 then true end", (F, T, U, U)),
    ("true", (T, T, T, T)),
]
NUMBERS = [
    ("a - (b - 1)", (-89, -90, None, -2), 0),
    ("a - b - 1", (-91, -92, None, -4), 0),
    ("(a - b) * 2", (-180, -182, None, -6), 0),
    ("a - (b - (a - 1))", (-81, -83, None, -7), 0),
    ("a - -b", (110, 109, None, -3), 0),
    ("- -a", (10, 9, None, -3), 0),
    ("-(a + b)", (-110, -109, None, 3), 0),
    ("2 * -a", (-20, -18, None, 6), 0),
    ("abs(a) + 1", (11, 10, None, 4), 0),
    ("a / b", (0.1, 0.09, None, None), None),
    ("a / b / 2", (0.05, 0.045, None, None), None),
    ("1 / 3 * 3", (1, 1, 1, 1), None),
    ("1 / 2", (0.5, 0.5, 0.5, 0.5), None),
    ("d * 2", (1.0, 2.5, None, 4.0), 2),
    ("d * 1.25", (0.625, 1.5625, None, 2.5), 4),
    ("d - 0.125", (0.375, 1.125, None, 1.875), 3),
    ("x + 1", (1.5, 3.0, None, -0.5), None),
    ("coalesce(a, b) - 1", (9, 8, 4, -4), 0),
    ("coalesce(a, 0.5)", (10, 9, 0.5, -3), 1),
    ("lookup(ca.minimum, grade)", (1.5, None, None, 2432), 1),
    ("a - lookup(ca.minimum, grade)", (8.5, None, None, -2435), 1),
    ("days_between(date '2024-10-01', entry_date)", (1, 0, None, 92), 0),
    ("days_between(entry_date, date_in(school_year, '06-30'))", (271, -93, None, -8951), 0),
    ("2 - days_between(entry_date, date_in(school_year, '07-01'))", (95, 460, None, 9318), 0),
    ("case when flag then a else b end", (10, 100, 5, 0), 0),
    ("case when a > 9 then 1 else 0 end + 1", (2, 1, 1, 1), 0),
]
REFUSED = [
    # text, code, what the finding points at
    ("days > 1", "MS302", "days"),
    ("a > 1 and A > 1", "MS302", "A"),
    ("t.a > 1", "MS302", "t"),
    ("race = AA", "MS302", "AA"),
    ("flag = yes", "MS302", "yes"),
    ("a >= ", "MS301", ">="),
    ("a = 1 and and b", "MS301", "and b"),
    ("a > 1 and\nb >=", "MS301", ">="),
    ("@", "MS301", None),
    ("->", "MS301", None),
    ("", "MS301", ""),
    ("(a > 1", "MS301", None),
    ("a; drop table b", "MS303", ";"),
    ("a > 1 -- why", "MS303", "--"),
    ("a > 1 /* why */", "MS303", "/*"),
    ('"a" > 1', "MS303", '"a"'),
    ("10% of a", "MS303", "0% of"),
    ("1 < a < 5", "MS303", "1 < a <"),
    ("entry_date >= 2024-10-02", "MS303", "2024-10-02"),
    ("school_year = 2024-25", "MS303", "2024-25"),
    ("a = null", "MS303", "a"),
    ("flag is true", "MS303", "flag"),
    ("(select 1) > 0", "MS303", None),
    ("a in (select b)", "MS303", "a"),
    ("exists (select a)", "MS303", None),
    ("sum(a) > 1", "MS303", "a"),
    ("row_number() over () > 1", "MS303", None),
    ("cast(a as varchar) = 'x'", "MS303", "a"),
    ("a::varchar = 'x'", "MS303", "a"),
    ("name like 'x%'", "MS303", "name"),
    ("a % 2 = 0", "MS303", "a"),
    ("case a when 1 then true end", "MS303", "a"),
    ("random() > 0.5", "MS303", None),
    ("current_date > entry_date", "MS303", None),
    ("? > 1", "MS303", None),
    ("a + 1", "MS304", "a"),
    ("flag and a", "MS304", "a"),
    ("flag > true", "MS304", "flag"),
    ("flag + 1 > 0", "MS304", "flag"),
    ("a > 'x'", "MS304", "a"),
    ("grade = 5", "MS304", "grade"),
    ("grade = name", "MS304", "grade"),
    ("grade > '03'", "MS304", "grade"),
    ("'KN' <= grade", "MS304", "grade"),
    ("race > 'AA'", "MS304", "race"),
    ("race > race", "MS304", "race"),
    ("grade > race", "MS304", "grade"),
    ("days_between(a, entry_date) > 1", "MS304", "a"),
    ("days_between(entry_date) > 1", "MS306", "entry_date"),
    ("date_in(a, '06-30') = entry_date", "MS304", "a"),
    ("date_in(school_year, '02-29') = entry_date", "MS304", "02-29"),
    ("date_in(school_year, name) = entry_date", "MS304", "name"),
    ("date_in(school_year) = entry_date", "MS306", "school_year"),
    ("entry_date >= '2024-10-02'", "MS304", "entry_date"),
    ("entry_date >= date '2024-13-02'", "MS304", "2024-13-02"),
    ("school_year >= '2024-26'", "MS304", "school_year"),
    ("a > 1e5", "MS304", "1e5"),
    ("lookup(ca.minimum, race) > 1", "MS304", "race"),
    ("race = 'ZZ'", "MS305", "'ZZ'"),
    ("grade in ('TK', 'ZZ')", "MS305", "'ZZ'"),
    ("a in (1, 'x')", "MS304", "a"),
    ("lookup(ca.nothing, grade) > 1", "MS306", "ca"),
    ("lookup('ca.minimum', grade) > 1", "MS306", "grade"),
    ("nosuch(a) > 1", "MS306", "a"),
]  # fmt: skip


def accepted(text: str, scope: Scope, wants: str | None) -> Expression:
    expression, findings = parse_expression(text, scope, wants)
    assert expression is not None, findings
    return expression


def evaluated(tree: exp.Expression, dialect: str, condition: bool) -> list[Any]:
    """The expression over every row, as its dialect's engine answers."""
    text = Renderer(dialect).expression(tree)
    if condition:
        text = f"CASE WHEN {text} THEN 1 WHEN NOT ({text}) THEN 0 END"
    answers = engine(dialect).execute(f"SELECT {text} FROM given ORDER BY position").fetchall()
    return [row[0] if row[0] is None else float(row[0]) for row in answers]


@cache
def engine(dialect: str) -> Any:
    """The rows as a table of the dialect's own engine, for the length of the run."""
    declared = ", ".join(f"{name} {kind}" for name, kind in zip(COLUMNS, KINDS, strict=True))
    if dialect == "sqlite":
        declared = declared.replace(" DATE", " TEXT")
    connection: Any = duckdb.connect() if dialect == "duckdb" else sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE given (position INTEGER, {declared})")
    connection.executemany(
        f"INSERT INTO given VALUES ({', '.join('?' * (len(COLUMNS) + 1))})",
        [(at, *row) for at, row in enumerate(ROWS)],
    )
    return connection


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@pytest.mark.parametrize(("text", "answers"), CONDITIONS)
def test_a_condition_means_what_it_says(text: str, answers: tuple, dialect: str, scope: Scope) -> None:
    expression = accepted(text, scope, "boolean")
    assert expression.type == "boolean"
    assert evaluated(expression.tree, dialect, True) == list(answers)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@pytest.mark.parametrize(("text", "answers", "scale"), NUMBERS)
def test_a_number_is_what_it_says(text: str, answers: tuple, scale: int | None, dialect: str, scope: Scope) -> None:
    expression = accepted(text, scope, "number")
    assert (expression.type, expression.scale) == ("number", scale)
    assert evaluated(expression.tree, dialect, False) == pytest.approx(list(answers), abs=1e-12)


@pytest.mark.parametrize(("text", "code", "points_at"), REFUSED)
def test_a_refusal_says_where_and_why(text: str, code: str, points_at: str | None, scope: Scope) -> None:
    expression, findings = parse_expression(text, scope, "boolean")
    assert expression is None
    (finding,) = findings
    assert (finding.code, bool(finding.message)) == (code, True)
    assert 0 <= finding.offset <= len(text) and finding.length >= 1
    if points_at is not None:
        assert text[finding.offset : finding.offset + len(points_at)] == points_at
    if points_at and code in ("MS302", "MS305"):
        assert finding.length == len(points_at)


def test_a_number_is_wanted(scope: Scope) -> None:
    for text in ("flag", "a > 1", "grade", "'x'", "entry_date"):
        expression, (finding,) = parse_expression(text, scope, "number")
        assert expression is None and finding.code == "MS304"


def test_the_columns_it_reads_are_listed_once_in_order(scope: Scope) -> None:
    assert accepted("b > a and a > 1 and lookup(ca.minimum, grade) > 0", scope, "boolean").columns == (
        "b",
        "a",
        "grade",
    )


@pytest.mark.parametrize(
    "text", ["(" * 5_000 + "a" + ")" * 5_000, "not " * 600 + "flag", "-" * 3_000 + "a", "a" * 3_000]
)
def test_depth_and_length_are_bounded(text: str, scope: Scope) -> None:
    expression, findings = parse_expression(text, scope, "boolean")
    assert expression is None and len(findings) == 1


WORDS = st.sampled_from([
    *COLUMNS, "1", "0.5", "-", "+", "*", "/", "(", ")", ",", "=", "<>", "<", ">=", "and", "or", "not", "in", "is", "null",
    "between", "case", "when", "then", "else", "end", "coalesce(", "lookup(", "days_between(", "date_in(", "'06-30'", "ca.minimum", "'AA'", "'TK'", "'2024-25'",
    "date '2024-10-02'", "true", "false", "select", "from", "union", "where", "exists", "cast(", "as", "::", "integer", ";",
    "--", "/*", "*/", "'", '"', "`", "[", "]", "{", "}", "$1", "?", ":a", "@", "#", "\\", "\n", "\0", "é", "sum(", "over",
    "order", "by", "limit", "with", "values", "insert", "drop", "table", "pragma", "attach", "t.", "*", "%", "||", "abs(",
    "interval", "all", "any", "within", "group", "filter", "array", "struct", "lambda", "->", "=>", "..", "1e9", "0x1f",
])  # fmt: skip
PLAIN = {
    exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Not, exp.And, exp.Or, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT,
    exp.GTE, exp.In, exp.Between, exp.Is, exp.Null, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Abs, exp.Coalesce,
    exp.Nullif, exp.Case, exp.If, exp.Cast, exp.DataType, exp.Date,
    exp.DateDiff, exp.Var, exp.Substring, exp.DPipe,
}  # fmt: skip


def harmless(expression: Expression, scope: Scope) -> None:
    """One expression without a query, over columns of the scope, that prints to what it is."""
    for dialect in ("duckdb", "snowflake", "tsql"):
        printed = expression.tree.sql(dialect)
        (statement,) = sqlglot.parse(f"SELECT 1 WHERE {printed}", read=dialect)
        assert isinstance(statement, exp.Select)
        assert len(list(statement.find_all(exp.Query))) == 1 and not list(statement.find_all(exp.Table))
        assert {column.name for column in statement.find_all(exp.Column)} <= set(scope.columns)
    assert {type(node) for node in expression.tree.walk()} <= PLAIN
    assert set(expression.columns) <= set(scope.columns)


@settings(max_examples=400, deadline=None)
@given(words=st.lists(WORDS, max_size=14), glue=st.sampled_from([" ", ""]))
def test_token_soup_never_raises(words: list[str], glue: str, scope: Scope) -> None:
    text = glue.join(words)
    expression, findings = parse_expression(text, scope, "boolean")
    if expression is not None:
        assert findings == ()
        harmless(expression, scope)
    else:
        (finding,) = findings
        assert finding.code.startswith("MS3") and 0 <= finding.offset <= len(text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_never_raises(text: str, scope: Scope) -> None:
    expression, findings = parse_expression(text, scope)
    assert (expression is None) == (len(findings) == 1)


numbers = st.recursive(
    st.sampled_from(["a", "b", "d", "1", "20", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"-{t}" if not t.startswith("-") else f"({t})"),
        st.tuples(inner, inner).map(lambda t: f"coalesce({t[0]}, {t[1]})"),
    ),
    max_leaves=5,
)
conditions = st.recursive(
    st.one_of(
        st.tuples(numbers, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), numbers).map(" ".join),
        st.sampled_from(
            ["flag", "grade >= '01'", "race = 'AA'", "name = 'x'", "a is null", "entry_date < date '2024-10-02'"]
        ),
        st.tuples(numbers, numbers).map(lambda t: f"{t[0]} between {t[1]} and 100"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda t: f"not {t}"),
        inner.map(lambda t: f"({t})"),
        st.tuples(inner, inner).map(lambda t: f"case when {t[0]} then {t[1]} else flag end = true"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(text=conditions)
def test_a_well_formed_condition_is_accepted_and_means_the_same(text: str, scope: Scope) -> None:
    """Against DuckDB's own reading of the very text, with the flag as a boolean and grades by their order."""
    expression = accepted(text, scope, "boolean")
    harmless(expression, scope)
    own = text.replace("grade >= '01'", "grade IN ('01', '02', '03')").replace("flag", "(flag = 1)")
    asked = sqlglot.parse_one(own, read="duckdb")
    for division in reversed(list(asked.find_all(exp.Div))):  # the inner before the outer, which copies them
        division.set("expression", exp.func("NULLIF", division.expression.copy(), exp.Literal.number(0)))
    assert evaluated(expression.tree, "duckdb", True) == evaluated(asked, "duckdb", True)


JUNE = "CAST(CAST(SUBSTRING({0}school_year{1}, 1, 4) AS {2}) + 1 AS {3}) {4} '-06-30'"
DAYS = [
    ("snowflake", f"""DATEDIFF(DAY, "entry_date", CAST({JUNE.format('"', '"', "INT", "VARCHAR", "||")} AS DATE))"""),
    ("bigquery", f"DATE_DIFF(CAST({JUNE.format('`', '`', 'INT64', 'STRING', '||')} AS DATE), `entry_date`, DAY)"),
    ("tsql", f"DATEDIFF(DAY, [entry_date], CAST({JUNE.format('[', ']', 'INTEGER', 'NVARCHAR(4000)', '+')} AS DATE))"),
    ("spark", f"DATEDIFF(DAY, `entry_date`, CAST({JUNE.format('`', '`', 'INT', 'STRING', '||')} AS DATE))"),
    (
        "oracle",
        f"""((TO_DATE({JUNE.format('"', '"', "INT", "VARCHAR2(4000)", "||").replace("SUBSTRING", "SUBSTR")}, """
        """'YYYY-MM-DD')) - ("entry_date"))""",
    ),
    (
        "datafusion",
        f"""(CAST(CAST({JUNE.format('"', '"', "INT", "TEXT", "||")} AS DATE) AS BIGINT) - CAST("entry_date" AS BIGINT))""",
    ),
]


@pytest.mark.parametrize(("dialect", "text"), DAYS)
def test_days_between_in_the_words_of_a_dialect(dialect: str, text: str, scope: Scope) -> None:
    """As each dialect's reference has it: the order of the dates and of the unit differ."""
    expression = accepted("days_between(entry_date, date_in(school_year, '06-30'))", scope, "number")
    assert Renderer(dialect).expression(expression.tree) == text
