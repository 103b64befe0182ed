"""The page of dialects: what the compiler knows of each."""

from __future__ import annotations

import inspect
from dataclasses import fields

from sqlglot.dialects.dialect import Dialect

from metricspec.docsgen.markdown import code, page, table
from metricspec.sql.dialects import Capabilities, capabilities

INTRO = """`metricspec compile --dialect NAME` renders SQL by sqlglot for any dialect that it knows. Numbers are computed in DuckDB,
the only engine that metricspec runs itself. The tests also run every computed indicator on SQLite and PostgreSQL and demand
the same numbers. For the others SQL is compiled, and whether an engine takes it has to be tried there."""


def _row(dialect: Capabilities) -> tuple[str, ...]:
    def shown(value: object) -> str:
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else code(value)

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
    return page("Dialects", INTRO, [meaning, table(headings, rows), f"All others: {names}."])
