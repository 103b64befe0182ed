"""No accepted expression reads another table, calls a function that is not listed, or ends the statement: in any dialect."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pglast
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metricspec.sql.dialects import _TABLE
from metricspec.sql.expression import Expression
from metricspec.sql.parsing import parse_expression
from metricspec.sql.stage import Renderer

from .budget import tries
from .expressions import CODES, COLUMNS, SCOPE, anything, meant, quoted, texts
from .lexer import Token, tokens

DIALECTS = sorted(_TABLE)  # all that the table of dialects knows
NAMES = frozenset(column.name for column in COLUMNS)
# Everything that may stand outside of quotes: functions, and words of expressions and of types. Nothing else, ever.
FUNCTIONS = frozenset(
    ["abs", "cast", "coalesce", "concat", "date_diff", "datediff", "extract", "julianday", "nullif", "substr", "substring", "to_date"]
)  # fmt: skip
WORDS = frozenset(
    ["and", "or", "not", "in", "is", "null", "between", "case", "when", "then", "else", "end", "as", "from", "for", "epoch",
     "bigint", "char", "date", "day", "double", "float", "float64", "int", "int32", "int64", "integer", "nullable", "nvarchar",
     "precision", "real", "signed", "string", "text", "timestamp", "varchar", "varchar2"]
)  # fmt: skip
CREATE = 'CREATE TABLE bound (days BIGINT, share DECIMAL(18, 2), score DOUBLE, called VARCHAR, odd VARCHAR, flag INTEGER, day DATE, school_year VARCHAR, "select" BIGINT, "table" VARCHAR)'


@cache
def renderer(dialect: str) -> Renderer:
    return Renderer(dialect)


def accepted(text: str) -> Expression | None:
    found, findings = parse_expression(text, SCOPE, "boolean")
    assert (found is None) == bool(findings), text
    assert all(0 <= one.offset <= len(text) and one.message for one in findings)
    return found


def walked(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a tree of JSON."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from walked(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from walked(inner)


def postgres_is_tame(expression: Expression) -> None:
    """As PostgreSQL's own parser reads it."""
    sql = f"SELECT 1 FROM bound WHERE {renderer('postgres').expression(expression.tree)}"
    tree = json.loads(pglast.parser.parse_sql_json(sql))
    assert len(tree["stmts"]) == 1, sql
    for node in walked(tree):
        if "relname" in node:
            assert node["relname"] == "bound", sql
        if "funcname" in node:
            assert node["funcname"][-1]["String"]["sval"] in FUNCTIONS | {"date_part"}, sql
        if "ColumnRef" in node:
            fields = node["ColumnRef"]["fields"]
            assert len(fields) == 1 and fields[0]["String"]["sval"] in NAMES, sql
        assert not {"SubLink", "ParamRef", "A_Indirection", "RangeFunction", "LockingClause"} & node.keys(), sql


@cache
def lite() -> tuple[sqlite3.Connection, set[tuple[int, str | None, str | None]]]:
    """A database whose authorizer notes what a statement wants to do."""
    asked: set[tuple[int, str | None, str | None]] = set()
    connection = sqlite3.connect(":memory:", cached_statements=0)  # the authorizer is asked each time
    connection.execute(CREATE)

    def note(action: int, first: str | None, second: str | None, *_: object) -> int:
        asked.add((action, first, second))
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    return connection, asked


def sqlite_is_tame(expression: Expression) -> None:
    """As SQLite's authorizer sees it: which tables are read, which functions are called."""
    connection, asked = lite()
    asked.clear()
    sql = f"SELECT 1 FROM bound WHERE {renderer('sqlite').expression(expression.tree)}"
    assert sqlite3.complete_statement(f"{sql};"), sql
    if "\0" in sql:
        return  # Python's driver refuses it
    connection.execute(f"EXPLAIN {sql}").fetchall()  # a second statement would be an error here
    for action, first, second in asked:
        assert action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION), sql
        assert action != sqlite3.SQLITE_READ or (first == "bound" and (second in NAMES or not second)), sql
        assert action != sqlite3.SQLITE_FUNCTION or str(second).lower() in FUNCTIONS | {"date"}, sql


@cache
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(CREATE)
    return connection


def duckdb_is_tame(expression: Expression) -> None:
    """As DuckDB's own parser reads it."""
    sql = f"SELECT 1 FROM bound WHERE {renderer('duckdb').expression(expression.tree)}"
    statements = duck().extract_statements(sql)
    assert len(statements) == 1 and statements[0].type.name.startswith("SELECT"), sql
    row = duck().execute("SELECT json_serialize_sql($1)", [sql]).fetchone()
    assert row is not None
    operators = {"+", "-", "*", "/", "||", "not", "~~"}
    tree = json.loads(row[0])
    assert not tree["error"], sql
    for node in walked(tree):
        assert node.get("type") not in (
            "SUBQUERY",
            "STAR",
            "PARAMETER",
            "LAMBDA",
            "WINDOW",
            "TABLE_FUNCTION",
            "JOIN",
        ), sql
        if node.get("type") == "BASE_TABLE":
            assert node["table_name"] == "bound", sql
        if "function_name" in node:
            assert str(node["function_name"]).lower() in FUNCTIONS | operators, sql
        if node.get("class") == "COLUMN_REF":
            assert len(node["column_names"]) == 1 and node["column_names"][0] in NAMES, sql


def every_dialect_is_tame(expression: Expression) -> None:
    """Cut into words as each engine's manual says: known words outside of quotes, and the same texts inside them."""
    found = {dialect: list(tokens(renderer(dialect).expression(expression.tree), dialect)) for dialect in DIALECTS}
    for dialect, words in found.items():
        outside = {token.value.lower() for token in words if token.kind == "word"}
        assert outside <= WORDS | FUNCTIONS, (dialect, outside - WORDS - FUNCTIONS, words)
        assert {token.value for token in words if token.kind == "name"} <= NAMES, (dialect, words)
        assert depth(words) == 0, (dialect, words)
        texts_ = [token.value for token in words if token.kind == "text"]
        own = [token.value for token in found["duckdb"] if token.kind == "text"]
        missing = [one for one in own if one not in texts_ and one.strip() and one != "DAY"]
        assert not missing, (dialect, missing, texts_)


def depth(words: list[Token]) -> int:
    """How many brackets stay open; one that closes too many is an error at once."""
    found = 0
    for token in words:
        found += {"(": 1, ")": -1}.get(token.value, 0) if token.kind == "operator" else 0
        assert found >= 0, words
    return found


def tame(expression: Expression) -> None:
    postgres_safe = "\0" not in expression.text
    if postgres_safe:
        postgres_is_tame(expression)
        sqlite_is_tame(expression)
        duckdb_is_tame(expression)
    every_dialect_is_tame(expression)


@tries(300)
@given(anything)
@example("days between symmetric 5 and 1")
@example("called = 'a\\' or 1=1 --'")
@example("coalesce(days) = 1")
@example("day = date '2024-10-02\n'")
@example("(" * 400 + "flag" + ")" * 400)
@example("not " * 600 + "flag")
def test_whatever_is_written(text: str) -> None:
    found = accepted(text)
    if found is not None:
        tame(found)


@tries(80)
@given(meant)
def test_what_is_meant_well_is_accepted_and_tame(text: str) -> None:
    found = accepted(text)
    if "\0" not in text:
        # a text may hold what is a trap elsewhere: it is refused outside of texts only
        assert found is not None, (text, parse_expression(text, SCOPE, "boolean")[1])
    if found is not None:
        tame(found)


@tries(150)
@given(texts)
def test_a_text_is_the_same_text_to_duckdb_and_sqlite(text: str) -> None:
    found = accepted(f"called = {quoted(text)}")
    if found is None or "\0" in text:
        return
    right = found.tree.expression
    for name, engine in (("duckdb", duck()), ("sqlite", sqlite3.connect(":memory:"))):
        row = engine.execute(f"SELECT {renderer(name).expression(right)}").fetchone()
        assert row == (text,), name


@pytest.mark.parametrize("code", CODES.names)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_code_is_the_same_in_every_dialect(code: str, dialect: str) -> None:
    """In a condition, and in the text of a template."""
    found = accepted(f"odd = {quoted(code)}")
    assert found is not None
    written = [token for token in tokens(renderer(dialect).expression(found.tree), dialect) if token.kind == "text"]
    assert [one.value for one in written] == [code] or (dialect == "oracle" and code == "")
    text = renderer(dialect).text(f"SELECT {quoted(code)}, {quoted(code)} FROM t").replace("\n", " ")
    inside = [one.value for one in tokens(text, dialect) if one.kind == "text"]
    assert inside == [code, code] or (dialect == "oracle" and code == "")


@pytest.mark.clickhouse
@tries(10)
@given(st.lists(texts.filter(lambda one: "\0" not in one), min_size=1, max_size=20))
def test_a_text_is_the_same_text_to_clickhouse(several: list[str]) -> None:
    chdb = pytest.importorskip("chdb")
    found = [accepted(f"called = {quoted(text)}") for text in several]
    pairs = [(text, one) for text, one in zip(several, found, strict=True) if one is not None]
    if pairs:
        listed = ", ".join(f"hex({renderer('clickhouse').expression(one.tree.expression)})" for _, one in pairs)
        said = str(chdb.query(f"SELECT array({listed})", "TabSeparated")).strip()
        assert [bytes.fromhex(one).decode() for one in said.strip("[]").replace("'", "").split(",")] == [
            t for t, _ in pairs
        ]
