"""What the typing pass knows of each node, and the ground that its parts share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlglot import exp

from metricspec.model import Codes
from metricspec.sql import names
from metricspec.sql.expression import Finding, Refused, Scope, Type

ALLOWED = "and, or, not, = <> < <= > >=, between, in (...), is null, + - * /, coalesce, abs, lookup, days_between, date_in, case when"

# The parts of a node that its rule looks at; a node with any other is refused, since the part would be lost.
PARTS: Mapping[type[exp.Expression], tuple[str, ...]] = MappingProxyType(
    {
        exp.Column: ("this", "table", "db", "catalog"),
        exp.Literal: ("this", "is_string"),
        exp.Cast: ("this", "to"),
        exp.In: ("this", "expressions", "query", "unnest", "field"),
        exp.Between: ("this", "low", "high"),
        exp.Coalesce: ("this", "expressions", "is_nvl", "is_null"),
        exp.Case: ("this", "ifs", "default"),
        exp.Anonymous: ("this", "expressions"),
    }
)


@dataclass(frozen=True)
class Typed:
    """A node with its type; a boolean `tree` is a condition when `condition`, else a flag of 0 and 1."""

    tree: exp.Expression
    type: Type
    scale: int | None = None
    codes: Codes | None = None
    condition: bool = False
    literal: str | None = None


class Pass:
    """One pass over one expression; `columns` collects what it reads, in order, `rules` say what each node means."""

    def __init__(self, scope: Scope, text: str) -> None:
        self.scope = scope
        self.text = text
        self.columns: dict[str, None] = {}
        self.rules: dict[type[exp.Expression], Callable[[exp.Expression], Typed]] = {}

    def typed(self, node: exp.Expression | None) -> Typed:
        if node is None:
            raise Refused(Finding("MS301", "not a valid expression: an operator has a side missing"))
        rule = self.rules.get(type(node))
        if rule is None:
            what = type(node).__name__.lower()
            raise self.refused(node, "MS303", f"'{what}' is not allowed in an expression", f"allowed: {ALLOWED}")
        for name, value in node.args.items():
            if value and name not in PARTS.get(type(node), ("this", "expression")):
                raise self.refused(node, "MS303", f"'{name}' is not allowed in an expression", f"allowed: {ALLOWED}")
        return rule(node)

    def condition(self, node: exp.Expression) -> exp.Expression:
        typed = self.typed(node)
        if typed.type != "boolean":
            raise self.refused(
                node,
                "MS304",
                f"a condition (true or false) is expected here; this is a {typed.type}",
                "compare it with something, e.g. days_expected >= 31",
            )
        return typed.tree if typed.condition else names.equal(typed.tree, names.number(1))

    def value(self, node: exp.Expression) -> Typed:
        """As a value: a condition becomes a flag of 0 and 1 that stays unknown where the condition is."""
        typed = self.typed(node)
        if not typed.condition:
            return typed
        tree = names.case(
            (typed.tree, names.number(1)), (exp.Not(this=exp.Paren(this=typed.tree.copy())), names.number(0))
        )
        return Typed(tree, "boolean")

    def refused(self, node: exp.Expression, code: str, message: str, hint: str = "", **more: object) -> Refused:
        start, length = self.position(node)
        return Refused(Finding(code, message, hint, start, length, **more))  # type: ignore[arg-type]

    def position(self, node: exp.Expression) -> tuple[int, int]:
        spots = [n.meta for n in node.walk() if isinstance(n, exp.Identifier) and "start" in n.meta]
        if spots:
            first = min(spots, key=lambda meta: int(meta["start"]))
            return int(first["start"]), int(first["end"]) - int(first["start"]) + 1
        literal = node.find(exp.Literal)
        at = self.text.find(literal.name) if literal else -1
        return (at, len(literal.name)) if literal and at >= 0 else (0, max(1, len(self.text)))
