"""T-SQL and Oracle: no construct that they refuse, in any text of the catalogue; and each is one that would be found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metricspec.testing.grammar.conditions import CHAIN, COMPARISON, VALUE
from metricspec.testing.grammar.strict import BOTH, DEEP, MANY, RULES, refused
from metricspec.testing.grammar.texts import Texts

LONG = "n" * 129
IN_BOTH = {
    "LIMIT": "SELECT a FROM t LIMIT 1",
    "::": "SELECT a::INT FROM t",
    "FILTER (": "SELECT COUNT(*) FILTER (WHERE a = 1) FROM t",
    "QUALIFY": "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
    "TRUE and FALSE": "SELECT COALESCE(a, FALSE) FROM t",
    "BOOLEAN": "SELECT CAST(a AS BOOLEAN) FROM t",
    "TEXT or STRING as a type": "SELECT CAST(a AS TEXT) FROM t",
    "DOUBLE alone": "SELECT CAST(a AS DOUBLE) FROM t",
    "CREATE TEMPORARY TABLE": "CREATE TEMPORARY TABLE t AS SELECT a FROM s",
    "MATERIALIZED": "WITH a AS MATERIALIZED (SELECT b FROM t) SELECT b FROM a",
    "VALUES as a table": "SELECT a FROM (VALUES (1)) t",
    "a name longer than 128": f'SELECT "{LONG}" FROM t',
    "GROUP BY 1": "SELECT a FROM t GROUP BY b, 1",
    "ILIKE": "SELECT a FROM t WHERE a ILIKE 'x'",
    "IS TRUE": "SELECT a FROM t WHERE a IS NOT TRUE",
    COMPARISON: "SELECT a = 1 FROM t",
    VALUE: "SELECT a FROM t WHERE b",
    CHAIN: "SELECT a FROM t WHERE b = 1 <> 0",
}
ONLY = {
    "tsql": {
        "NULLS FIRST and LAST": "SELECT a FROM t ORDER BY a NULLS LAST",
        "|| between texts": "SELECT a || b FROM t",
        "ROW (": "SELECT ROW(1, 2)",
        "WITH inside brackets": "SELECT a FROM (WITH b AS (SELECT 1 AS a) SELECT a FROM b) AS c",
        "CREATE TABLE AS": "CREATE TABLE [#t] AS SELECT 1 AS a",
        "USING in a join": "SELECT a FROM t INNER JOIN s USING (b)",
        "EXTRACT": "SELECT EXTRACT(YEAR FROM a) FROM t",
        "INTERVAL": "SELECT a + INTERVAL '1' DAY FROM t",
        "a date literal": "SELECT a FROM t WHERE b = DATE '2024-01-01'",
        "ORDER BY inside brackets": "SELECT a FROM (SELECT a FROM t ORDER BY a) AS s",
        "a text type without its length": "SELECT CAST(a AS VARCHAR) FROM t",
        DEEP: "SELECT " + "CASE WHEN a = 1 THEN " * 11 + "1" + " END" * 11,
    },
    "oracle": {
        "WITH RECURSIVE": "WITH RECURSIVE a AS (SELECT 1 AS b FROM DUAL) SELECT b FROM a",
        "AS before a table's alias": "SELECT a FROM t AS s",
        "SELECT without FROM": "SELECT 1 AS a UNION ALL SELECT 2 FROM DUAL",
        "a star beside other columns": "SELECT *, a + 1 AS b FROM t",
        "VARCHAR or a text type without its length": "SELECT CAST(a AS VARCHAR) FROM t",
        "a text of any length, which cannot be compared": "SELECT CAST(a AS CLOB) FROM t",
        "an empty text": "SELECT a FROM t WHERE b = ''",
        "EXCEPT": "SELECT a FROM t EXCEPT SELECT a FROM s",
        "TRY_CAST": "SELECT TRY_CAST(a AS INT) FROM t",
        "% as remainder": "SELECT a % 2 FROM t",
        "a date read in the session's format": "SELECT CAST('2024-01-01' AS DATE) FROM DUAL",
        "a temporary table without its prefix": "CREATE PRIVATE TEMPORARY TABLE t AS SELECT a FROM s",
        "CREATE TEMPORARY VIEW": "CREATE TEMPORARY VIEW v AS SELECT a FROM s",
        "USING in a join": "SELECT a FROM t INNER JOIN s USING (b)",
        MANY: f"SELECT a FROM t WHERE a IN ({', '.join('1' * 1001)})",
    },
}
CASES = [(dialect, rule, sql) for dialect, own in ONLY.items() for rule, sql in {**IN_BOTH, **own}.items()]
RIGHT = (
    "SELECT CASE WHEN (a = 1 OR NOT b IN (1, 2)) AND c BETWEEN 1 AND (2 + d) THEN 'LIMIT 1::x, '' || y' ELSE b END AS e "
    "FROM t INNER JOIN s ON t.a = s.a WHERE EXISTS (SELECT a FROM u WHERE a IS NOT NULL) GROUP BY a -- QUALIFY TRUE"
)


@pytest.mark.parametrize(("dialect", "rule", "sql"), CASES, ids=[f"{dialect}-{rule}" for dialect, rule, _ in CASES])
def test_each_construct_is_found(dialect: str, rule: str, sql: str) -> None:
    assert rule in refused(sql, dialect)


@pytest.mark.parametrize("dialect", RULES)
def test_every_rule_is_tried(dialect: str) -> None:
    tried = {rule for of, rule, _ in CASES if of == dialect}
    assert tried == set(RULES[dialect]) | {COMPARISON, VALUE, CHAIN}
    assert set(IN_BOTH) == set(BOTH) | {COMPARISON, VALUE, CHAIN}


@pytest.mark.parametrize("dialect", RULES)
def test_what_is_right_passes(dialect: str) -> None:
    """Texts and comments are no SQL; a condition may be nested."""
    assert not refused(RIGHT, dialect)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", RULES)
def test_the_catalogue_has_none(dialect: str, texts: Callable[[str], Texts]) -> None:
    given = texts(dialect)
    found = {place: wrong for text, place in given.pieces.items() if (wrong := refused(text, dialect))}
    assert not found
    whole = 0
    for name in given.indicators:
        assert not refused(given.compiler.compile(name, "statement"), dialect), name
        whole += 1
    assert whole > 20 and len(given.pieces) > 200
