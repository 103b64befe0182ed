"""SQL that a binding writes about a district's own tables: parsed before it becomes part of any statement."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

_TABLE = re.compile(r'^(?:[A-Za-z_]\w*|"[^"]+")(?:\.(?:[A-Za-z_]\w*|"[^"]+")){0,3}$')


def table_fault(text: str) -> str | None:
    """What is wrong with a table's name, or None: up to four parts joined by dots, quoted where they must be."""
    return None if _TABLE.fullmatch(text) else 'a table is named schema.table; odd names take double quotes: "my table"'


def expression_fault(text: str) -> str | None:
    """What is wrong with an expression over physical columns, or None: one expression, with no query inside."""
    tree = _parsed(text)
    if isinstance(tree, str):
        return tree
    if isinstance(tree, exp.Command | exp.DDL | exp.DML | exp.Alias) or tree.find(exp.Query):
        return "one expression over the physical columns is expected, without a query inside"
    return None


def query_fault(text: str) -> str | None:
    """What is wrong with a query, or None: one SELECT (or a union of them)."""
    tree = _parsed(text)
    if isinstance(tree, str):
        return tree
    return None if isinstance(tree, exp.Query) else "one SELECT is expected"


def _parsed(text: str) -> exp.Expression | str:
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except Exception as error:  # the parser is not written for hostile text
        details = (getattr(error, "errors", None) or [{}])[0]
        return f"this SQL cannot be read: {str(details.get('description') or 'it is not complete').rstrip('.').lower()}"
    if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
        return "one statement is expected, and nothing else"
    return trees[0]
