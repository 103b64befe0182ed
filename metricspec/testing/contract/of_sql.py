"""Laws of the SQL in every dialect: sqlglot, which writes it, is no judge, so parsers of others read it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from metricspec.problems import PartlyPython
from metricspec.sql.stage import Computation
from metricspec.testing.contract.fixture import Fixture
from metricspec.testing.grammar.judges import SQLFLUFF, postgres_faults, sqlfluff_faults
from metricspec.testing.grammar.strict import RULES, refused
from metricspec.testing.grammar.thinning import shape
from metricspec.testing.grammar.tokens import statements

DIALECTS = (
    "duckdb", "sqlite", "postgres", "mysql", "clickhouse", "datafusion", "spark", "databricks", "snowflake", "bigquery",
    "redshift", "tsql", "trino", "oracle",
)  # fmt: skip


def every_dialect_has_its_sql(fixture: Fixture) -> None:
    """A measure that is all SQL is written in each; one with a step in Python is refused in each, which names the step."""
    python = {dialect: python_steps(fixture, dialect) for dialect in DIALECTS}
    assert len(set(python.values())) == 1, f"some dialects have steps in Python that others have not: {python}"
    for dialect, steps in python.items():
        sql, refusal = compiled(fixture, dialect)
        assert bool(steps) == bool(refusal), f"{dialect}: {refusal or 'a step in Python, and yet there is SQL'}"
        assert all(name in refusal for name in steps), f"{dialect}: the refusal does not name {', '.join(steps)}"
        assert "SELECT" in sql and '"@' not in sql, dialect


def python_steps(fixture: Fixture, dialect: str) -> tuple[str, ...]:
    steps = fixture.texts(dialect).compiler.plan([fixture.indicator.id]).stages
    return tuple(step.name for step in steps if isinstance(step, Computation))


def compiled(fixture: Fixture, dialect: str) -> tuple[str, str]:
    """The SQL, and why there is none of its own: then what its stages are made of."""
    given = fixture.texts(dialect)
    try:
        return given.compiler.compile(fixture.indicator.id), ""
    except PartlyPython as refusal:
        return "\n".join(given.pieces), str(refusal)


def postgres_reads_its_sql(fixture: Fixture) -> None:
    """PostgreSQL's own parser takes each statement. Skipped where the package pglast is not installed."""
    given = fixture.texts("postgres")
    for text, place in [*given.pieces.items(), *((text, place) for place, text in given.whole())]:
        faults = postgres_faults(text)
        assert not faults, f"postgres, {place}: {'; '.join(faults)}\n{text}"


def other_grammars_read_its_sql(fixture: Fixture) -> None:
    """sqlfluff's grammars of seven dialects take each construct that a plain count of the same students has not. Skipped
    where the package sqlfluff is not installed."""
    for dialect in SQLFLUFF:
        for place, text in fixture.texts(dialect).short(fixture.plain_texts(dialect).pieces):
            faults = heard(text, dialect)
            assert not faults, f"{dialect}, {place}: {'; '.join(faults)}"


def nothing_is_written_that_a_dialect_refuses(fixture: Fixture) -> None:
    """T-SQL and Oracle: none of the constructs that these engines are known to refuse and grammars may take."""
    for dialect in RULES:
        for text, place in fixture.texts(dialect).pieces.items():
            wrong = refused(text, dialect)
            assert not wrong, f"{dialect}, {place}: {', '.join(sorted(wrong))}\n{text}"


def heard(text: str, dialect: str) -> Sequence[str]:
    """What sqlfluff says against a text. Its parser is slow, and stages of two measures often differ in names and numbers
    alone, which no grammar looks at: of such texts one is read in a run."""
    known = _judged(dialect)
    form = "; ".join(shape(tree) for tree in statements(text))
    if form not in known:
        known[form] = sqlfluff_faults(text, dialect)
    return known[form]


@cache
def _judged(dialect: str) -> dict[str, Sequence[str]]:
    """What was said of each shape of text so far."""
    return {}
