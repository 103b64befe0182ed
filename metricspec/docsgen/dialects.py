"""The page of dialects: what the compiler knows of each."""

from __future__ import annotations

import inspect
from dataclasses import fields

from sqlglot.dialects.dialect import Dialect

from metricspec.docsgen.markdown import code, page, table
from metricspec.sql.dialects import Capabilities, capabilities

INTRO = """`metricspec compile --dialect NAME` renders SQL by sqlglot for any dialect that it knows. Some of that SQL is executed
by the tests, some is judged by a grammar, and the rest is neither: [what each proves](../explanation/executed-or-judged.md). For the
rest `compile`, `export` and `docs` say so on standard error."""

JUDGES = (
    (
        "`duckdb`, `sqlite`, `postgres`, `mysql`, `clickhouse`, `datafusion`, `spark`",
        "executed: the same numbers as DuckDB's",
    ),
    ("`postgres`", "every text of the catalogue by PostgreSQL's own parser (pglast)"),
    ("`bigquery`", "sqlfluff, and Google's own parser (zetasql)"),
    ("`snowflake`, `redshift`, `databricks`, `trino`", "sqlfluff"),
    (
        "`tsql`, `oracle`",
        "sqlfluff, and a list of constructs that the vendor's reference refuses, sought in the tokens",
    ),
    ("all others", "nothing but sqlglot, which wrote it"),
)


def _row(dialect: Capabilities) -> tuple[str, ...]:
    def shown(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = "; ".join(value) if isinstance(value, tuple) else " ".join(str(value).split())
        return code(text) if text else ""

    return tuple(shown(getattr(dialect, field.name)) for field in fields(Capabilities))


def dialects_page() -> str:
    known = {name: capabilities(name) for name in sorted(Dialect.classes) if name}
    common = Capabilities()
    own = {name: row for name, row in known.items() if row != common}
    others = [name for name in known if name not in own]
    rows = [(code(name), *_row(row)) for name, row in own.items()]
    rows.append(("all others", *_row(common)))
    headings = ("Dialect", *(code(field.name) for field in fields(Capabilities)))
    meaning = inspect.cleandoc(Capabilities.__doc__ or "")
    names = ", ".join(code(name) for name in others)
    judges = "## Who judges what\n\n" + table(("Dialect", "What the tests do with its SQL"), JUDGES)
    return page(
        "Dialects",
        INTRO,
        [judges, "## What the compiler knows", meaning, table(headings, rows), f"All others: {names}."],
    )
