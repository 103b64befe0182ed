"""Every construct of the compiled catalogue parses by sqlfluff's grammar of each dialect whose engine does not run here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

import pytest

from metricspec.testing.grammar.judges import SQLFLUFF, UNKNOWN, sqlfluff_faults
from metricspec.testing.grammar.texts import Texts
from metricspec.testing.grammar.thinning import Thinner
from metricspec.testing.grammar.tokens import statements, written

pytestmark = pytest.mark.grammar
REFUSED = {
    "snowflake": "SELECT a FROM t WHERE a = 1 b",
    "bigquery": "SELECT a FROM t WHERE a = 1 b",
    "redshift": "SELECT a FROM t LEFT t2 ON a = b",
    "databricks": "SELECT CASE WHEN a = 1 THEN 2 FROM t",
    "tsql": "SELECT a FROM t GROUP a",
    "trino": "CREATE TEMPORARY TABLE t AS SELECT 1 AS a",
    "oracle": "SELECT a FROM t WHERE a IN ()",
}


def short_wholes(given: Texts) -> Iterator[tuple[str, str]]:
    """The whole statements, made short as the pieces are."""
    thinner = Thinner()
    for place, text in given.whole():
        if place.endswith("statement"):
            yield place, "; ".join(written(thinner.statement(tree)) for tree in statements(text))


@pytest.mark.parametrize("dialect", SQLFLUFF)
def test_the_catalogue_is_grammatical(dialect: str, texts: Callable[[str], Texts]) -> None:
    judged = 0
    wrong: list[str] = []
    given = texts(dialect)
    for place, text in chain(given.short(), short_wholes(given)):
        wrong += [f"{place}: {fault}" for fault in sqlfluff_faults(text, dialect)]
        judged += 1
    assert not wrong, "\n".join(wrong)
    assert len(given.indicators) > 20 and len(given.pieces) > 200
    assert judged > 100, "texts that differ in more than names and numbers"


@pytest.mark.parametrize("dialect", SQLFLUFF)
def test_the_judge_refuses_what_is_wrong(dialect: str) -> None:
    assert sqlfluff_faults(REFUSED[dialect], dialect)
    assert not sqlfluff_faults("SELECT a FROM t WHERE a = 1", dialect)


@pytest.mark.parametrize("dialect", UNKNOWN)
def test_what_is_left_out_is_still_unknown(dialect: str) -> None:
    """Where this fails the grammar has learned the clause, and nothing needs to be left out any more."""
    clause = UNKNOWN[dialect].replace("NULL", "0")  # the like of it, which is not left out
    assert clause != UNKNOWN[dialect]
    assert sqlfluff_faults(f"SELECT CAST(a AS NUMBER{clause}) AS b FROM t", dialect)
    assert not sqlfluff_faults(f"SELECT CAST(a AS NUMBER{UNKNOWN[dialect]}) AS b FROM t", dialect)
