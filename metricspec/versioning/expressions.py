"""Whether two expressions say the same: their trees are compared, never their text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

EVEN = (exp.EQ, exp.NEQ)
Typed = Callable[[str], "exp.Expression | None"]


def same(old: str, new: str, *typed: Typed) -> bool:
    """Whether two texts are one rule. `typed` give a text's typed tree, or None where it has none: the first that knows
    both decides, else the trees as they were parsed."""
    if old == new:
        return True
    for tree in (*typed, parsed):
        one, other = tree(old), tree(new)
        if one is not None and other is not None:
            return form(one) == form(other)
    return False


def form(node: Any) -> str:
    """A tree in a form that is the same for whatever is certainly equal: parentheses are gone, the parts of and, or and
    in (...) and the two sides of = are sorted, and a > b is written b < a."""
    if isinstance(node, exp.Paren):
        return form(node.this)
    if isinstance(node, exp.And | exp.Or):
        parts = sorted(form(part) for part in _operands(node, type(node)))
        return f"{node.key}({' '.join(dict.fromkeys(parts))})"
    if isinstance(node, exp.In) and node.expressions:
        listed = sorted({form(item) for item in node.expressions})
        return f"in({form(node.this)} [{' '.join(listed)}])"
    if isinstance(node, EVEN):
        return f"{node.key}({' '.join(sorted((form(node.this), form(node.expression))))})"
    if isinstance(node, exp.LT | exp.LTE):
        return f"{node.key}({form(node.this)} {form(node.expression)})"
    if isinstance(node, exp.GT | exp.GTE):
        return f"{'lt' if isinstance(node, exp.GT) else 'lte'}({form(node.expression)} {form(node.this)})"
    if isinstance(node, exp.Literal):
        return repr(str(node.this)) if node.is_string else str(node.this)
    if isinstance(node, exp.Identifier):
        return f"<{node.name}>"
    if isinstance(node, exp.Expression):
        parts = [f"{name}={form(value)}" for name, value in sorted(node.args.items()) if value not in (None, False, [])]
        return f"{node.key}({' '.join(parts)})"
    if isinstance(node, list):
        return f"[{' '.join(form(item) for item in node)}]"
    return str(node)


def _operands(node: exp.Expression, kind: type[exp.Expression]) -> list[exp.Expression]:
    """The parts that one and the same connector joins, through parentheses."""
    inner = node.unnest()
    if not isinstance(inner, kind):
        return [node]
    return [*_operands(inner.this, kind), *_operands(inner.expression, kind)]


def parsed(text: str) -> exp.Expression | None:
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except (SqlglotError, RecursionError):
        return None
    return tree if isinstance(tree, exp.Expression) else None
