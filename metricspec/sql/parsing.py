"""Reading an expression: sqlglot parses it, known traps get a message of their own, then the typing pass judges it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from metricspec.sql.expression import Expression, Finding, Refused, Scope
from metricspec.sql.typing import Typing

LONGEST = 2_000
# The schema of a key that holds an expression; a description goes beside it.
EXPRESSION: Mapping[str, Any] = MappingProxyType(
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "x-effect": "past", "x-expression": True}
)
_TRAPS = (
    (
        re.compile(r"\d\s*%\s*of\b", re.I),
        "a percentage of something is written as a product",
        "write 0.10 * x, or 10 * a >= b",
    ),
    (re.compile(r";"), "one expression only: ';' is not allowed", "remove everything from ';' on"),
    (
        re.compile(r"--|/\*"),
        "comments are not allowed inside an expression",
        "put the comment after ' #' in the YAML",
    ),
    (
        re.compile(r"\"[^\"]*\""),
        "double quotes name a column; a code or text takes single quotes",
        "write 'text'",
    ),
    (
        re.compile(r"(?<![\d'])\d{4}-\d{2}-\d{2}(?![\d'])"),
        "an unquoted date is a subtraction (2024-10-02 is 2012)",
        "write date '2024-10-02'",
    ),
    (
        re.compile(r"(?<![\d'])\d{4}-\d{2}(?![-\d'])"),
        "an unquoted school year is a subtraction",
        "write '2024-25' in single quotes",
    ),
    (
        re.compile(r"[\w')]\s*(<=?|>=?)\s*[\w'(.]+\s*(<=?|>=?)"),
        "a chain of comparisons does not mean 'between' in SQL",
        "write x between 1 and 5",
    ),
)


def _trap(text: str) -> Finding | None:
    quoted = re.sub(r"'(?:[^']|'')*'", lambda m: "'" + "_" * (len(m[0]) - 2) + "'", text)
    for pattern, message, hint in _TRAPS:
        found = pattern.search(quoted)
        if found:
            return Finding("MS303", message, hint, found.start(), found.end() - found.start())
    return None


def _said(description: str) -> str:
    if description.startswith("Required keyword"):
        return "an operator has nothing on its right"
    return description.rstrip(".").lower() or "it ends too early or a word is out of place"


def _parse(text: str) -> exp.Expression:
    if len(text) > LONGEST:
        raise Refused(Finding("MS303", f"an expression has at most {LONGEST} characters; this has {len(text)}"))
    trap = _trap(text)
    if trap:
        raise Refused(trap)
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except SqlglotError as error:
        details = (getattr(error, "errors", None) or [{}])[0]
        word, before = str(details.get("highlight") or ""), str(details.get("start_context") or "")
        start = max(0, text.find(before + word)) + len(before)
        said = _said(str(details.get("description") or ""))
        hint = "check for a quote that is not closed, or an operator with one side missing"
        length = max(1, len(word))
        raise Refused(
            Finding("MS301", f"not a valid expression: {said}", hint, min(start, len(text) - 1), length)
        ) from None
    except Exception:  # the parser is not written for hostile text: whatever it raises, the text is no expression
        raise Refused(Finding("MS301", "not a valid expression: it cannot be read", length=max(1, len(text)))) from None
    if len(trees) != 1 or trees[0] is None:
        raise Refused(Finding("MS301", "an expression is expected here, and nothing else"))
    tree = trees[0]
    assert isinstance(tree, exp.Expression)
    return tree


def parse_expression(
    text: str, scope: Scope, wants: str | None = None
) -> tuple[Expression | None, tuple[Finding, ...]]:
    """Check `text` against `scope`. `wants` is "boolean" or "number" where the place demands one.

    Returns the expression, or None with what is wrong (one finding: the first in reading order).
    """
    try:
        typing = Typing(scope, text)
        expression = typing.expression(_parse(text), wants)
    except Refused as refused:
        return None, (refused.finding,)
    except RecursionError:
        return None, (Finding("MS301", "not a valid expression: nested too deeply"),)
    return expression, ()
