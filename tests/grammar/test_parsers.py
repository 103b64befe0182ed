"""Whole texts by the engines' own parsers: PostgreSQL's (pglast), BigQuery's (zetasql)."""

from __future__ import annotations

from collections.abc import Callable

import pglast
import pytest

from metricspec.testing.grammar.texts import Texts


@pytest.mark.slow
def test_postgres_parses_every_text(texts: Callable[[str], Texts]) -> None:
    given, judged = texts("postgres"), 0
    for name in given.indicators:
        assert len(pglast.parse_sql(given.compiler.compile(name, "statement"))) == 1
        assert len(pglast.parse_sql(given.compiler.compile(name, "script"))) >= len(given.compiler.plan([name]).stages)
        judged += 2
    assert judged > 40


def test_postgres_refuses_what_is_wrong() -> None:
    for wrong in ("SELECT TRY_CAST(a AS INT) FROM t", "SELECT a FROM t QUALIFY a = 1", "SELECT [a] FROM t"):
        with pytest.raises(pglast.parser.ParseError):
            pglast.parse_sql(wrong)


@pytest.mark.bigquery
def test_bigquery_parses_every_text(texts: Callable[[str], Texts]) -> None:
    """Each distinct statement of the scripts, and a statement and a script of each measure type."""
    parser = pytest.importorskip("zetasql.api").Parser(_everything())
    given, judged = texts("bigquery"), 0
    for text in given.pieces:
        parser.parse_statement(text)
        judged += 1
    for place, text in given.whole():
        if place.endswith("statement"):
            parser.parse_statement(text)
        else:
            parser.parse_script(text)
    assert judged > 200


@pytest.mark.bigquery
def test_bigquery_refuses_what_is_wrong() -> None:
    parser = pytest.importorskip("zetasql.api").Parser(_everything())
    for wrong in ("SELECT a::INT64 FROM t", "SELECT SUM(a) FILTER (WHERE b) FROM t", "SELECT a FROM t LIMIT"):
        with pytest.raises(Exception, match="yntax"):
            parser.parse_statement(wrong)


def _everything() -> object:
    from zetasql.types import LanguageOptions

    options = LanguageOptions()
    options.enable_maximum_language_features()
    return options
