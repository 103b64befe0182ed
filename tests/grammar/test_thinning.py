"""What is left out before a slow parser reads is only what it has seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metricspec.testing.grammar.strict import functions
from metricspec.testing.grammar.texts import Texts
from metricspec.testing.grammar.thinning import Thinner
from metricspec.testing.grammar.tokens import statements, tokens, written


def thinned(sql: str) -> str:
    return "; ".join(written(Thinner().statement(tree)) for tree in statements(sql))


@pytest.mark.parametrize(
    ("sql", "short"),
    [
        ("SELECT [a], [b], [c] + 1 FROM [t] AS [x]", "SELECT [a], [b], [c] + 1 FROM [t] AS [x]"),
        ('SELECT a."b", "c", "d", "e" FROM "t"', 'SELECT a."b", "c" FROM "t"'),
        ("SELECT 1 WHERE a = 1 AND b = 2 AND b = 3 OR b = 4", "SELECT 1 WHERE a = 1 AND b = 2 OR b = 4"),
        ("SELECT 1 WHERE a BETWEEN 1 AND 2 AND b", "SELECT 1 WHERE a BETWEEN 1 AND 2 AND b"),
        ("SELECT CASE WHEN a THEN 1 WHEN a THEN 2 WHEN a THEN 3 END", "SELECT CASE WHEN a THEN 1 WHEN a THEN 2 END"),
        ("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", "SELECT 1 UNION ALL SELECT 2"),
        ("SELECT COALESCE(a, 1, 2) FROM t -- a note\n", "SELECT COALESCE(a, 1, 2) FROM t"),
        ("SELECT a FROM t WHERE a IN ('x', 'y', 'z')", "SELECT a FROM t WHERE a IN ('x', 'y')"),
    ],
)
def test_of_like_items_one_stays(sql: str, short: str) -> None:
    assert thinned(sql) == short


def test_no_word_and_no_function_is_lost(texts: Callable[[str], Texts]) -> None:
    shorter = 0
    for text in texts("tsql").pieces:
        less = thinned(text)
        words, kept = ({token.text for token in tokens(one) if token.kind == "word"} for one in (text, less))
        assert words == kept
        assert functions(text) == functions(less)
        shorter += len(text) - len(less)
    assert shorter > 100_000
