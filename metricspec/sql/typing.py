"""The typing pass over an expression's tree: what each node means, and its portable form."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from metricspec.sql import names
from metricspec.sql.comparing import Comparisons
from metricspec.sql.dates import Dates
from metricspec.sql.expression import Expression, Refused, Scope
from metricspec.sql.typed import ALLOWED, Typed

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)


class Typing(Comparisons, Dates):
    """One pass over one expression; `columns` collects what it reads, in order."""

    def __init__(self, scope: Scope, text: str) -> None:
        super().__init__(scope, text)
        self.rules = {
            exp.Paren: self.paren,
            exp.Column: self.column,
            exp.Literal: self.literal,
            exp.Boolean: lambda node: Typed(names.number(1 if node.this else 0), "boolean"),
            exp.Null: lambda node: Typed(exp.Null(), "null"),
            exp.Cast: self.date,
            exp.Neg: self.negative,
            exp.Not: lambda node: Typed(
                exp.Not(this=names.paren(self.condition(node.this))), "boolean", condition=True
            ),
            exp.And: self.logical,
            exp.Or: self.logical,
            exp.Is: self.is_null,
            exp.In: self.within,
            exp.Between: self.between,
            exp.Coalesce: self.coalesce,
            exp.Abs: self.absolute,
            exp.Case: self.case,
            exp.Anonymous: self.function,
            **dict.fromkeys(COMPARISONS, self.comparison),
            **dict.fromkeys(ARITHMETIC, self.arithmetic),
        }

    def expression(self, tree: exp.Expression, wants: str | None) -> Expression:
        if wants == "boolean":
            typed = Typed(self.condition(tree), "boolean", condition=True)
        else:
            typed = self.typed(tree)
            if wants == "number" and typed.type != "number":
                raise self.refused(tree, "MS304", f"a number is expected here; this is a {typed.type}")
            if wants == "quantity" and typed.type not in ("number", "boolean"):
                raise self.refused(tree, "MS304", f"a number or a condition is expected here; this is a {typed.type}")
        return Expression(self.text, typed.type, tuple(self.columns), typed.tree, typed.scale)

    def paren(self, node: exp.Expression) -> Typed:
        inner = self.typed(node.this)
        return Typed(exp.Paren(this=inner.tree), inner.type, inner.scale, inner.codes, inner.condition)

    def column(self, node: exp.Expression) -> Typed:
        name = node.name
        known = self.scope.columns.get(name)
        if known is None or node.args.get("table"):
            raise self.unknown_column(node, name)
        self.columns[name] = None
        scale = {"integer": 0, "decimal": known.scale}.get(known.type)
        numeric = known.type in ("integer", "decimal", "number")
        codes = self.scope.codes.get(known.codes or "")
        return Typed(names.column(name), "number" if numeric else known.type, scale, codes)  # type: ignore[arg-type]

    def unknown_column(self, node: exp.Expression, name: str) -> Refused:
        for codes in self.scope.codes.values():
            if name in codes.names:
                return self.refused(node, "MS302", f"unknown column '{name}'", f"a code takes single quotes: '{name}'")
        if name.lower() in ("yes", "no"):
            return self.refused(node, "MS302", f"unknown column '{name}'", "write the flag alone (or: not flag)")
        return self.refused(
            node, "MS302", f"unknown column '{name}'", word=name, allowed=tuple(sorted(self.scope.columns))
        )

    def literal(self, node: exp.Expression) -> Typed:
        if node.is_string:
            return Typed(names.text(node.name), "string", literal=node.name)
        written = node.name
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", written) or len(written) > 18:
            raise self.refused(node, "MS304", f"'{written}' is not a plain number", "write digits, e.g. 0.5")
        places = len(written.partition(".")[2])
        return Typed(names.number(written), "number", places)

    def numeric(self, node: exp.Expression) -> Typed:
        typed = self.typed(node)
        if typed.type != "number":
            raise self.refused(node, "MS304", f"a number is expected here; this is a {typed.type}")
        return typed

    def negative(self, node: exp.Expression) -> Typed:
        inner = self.numeric(node.this)
        return Typed(exp.Neg(this=names.paren(inner.tree)), "number", inner.scale)

    def arithmetic(self, node: exp.Expression) -> Typed:
        left, right = self.numeric(node.this), self.numeric(node.expression)
        if isinstance(node, exp.Div):
            below = exp.Nullif(this=names.paren(right.tree), expression=names.number(0))
            return Typed(exp.Div(this=names.double(left.tree), expression=below), "number")
        exact = left.scale is not None and right.scale is not None
        scale = None
        if exact:
            assert left.scale is not None and right.scale is not None
            scale = left.scale + right.scale if isinstance(node, exp.Mul) else max(left.scale, right.scale)
        return Typed(type(node)(this=left.tree, expression=right.tree), "number", scale)

    def absolute(self, node: exp.Expression) -> Typed:
        inner = self.numeric(node.this)
        return Typed(exp.Abs(this=inner.tree), "number", inner.scale)

    def logical(self, node: exp.Expression) -> Typed:
        tree = type(node)(this=self.condition(node.this), expression=self.condition(node.expression))
        return Typed(tree, "boolean", condition=True)

    def is_null(self, node: exp.Expression) -> Typed:
        if not isinstance(node.expression, exp.Null):
            raise self.refused(node, "MS303", "only 'is null' and 'is not null' are allowed", "write the flag alone")
        return Typed(exp.Is(this=self.value(node.this).tree, expression=exp.Null()), "boolean", condition=True)

    def coalesce(self, node: exp.Expression) -> Typed:
        if not node.expressions:
            raise self.refused(node, "MS303", "coalesce takes two values or more", "coalesce(first, otherwise)")
        return self.same(
            [node.this, *node.expressions],
            lambda trees: exp.Coalesce(this=trees[0], expressions=trees[1:]),
            node,
        )

    def case(self, node: exp.Expression) -> Typed:
        if node.args.get("this"):
            raise self.refused(node, "MS303", "write the conditions out", "case when a = 1 then x else y end")
        conditions = [self.condition(branch.this) for branch in node.args["ifs"]]
        results = [branch.args["true"] for branch in node.args["ifs"]]
        default = node.args.get("default")

        def build(trees: list[exp.Expression]) -> exp.Expression:
            last = trees[len(conditions)] if default is not None else None
            return names.case(*zip(conditions, trees, strict=False), default=last)

        return self.same([*results, *([default] if default is not None else [])], build, node)

    def same(
        self,
        nodes: list[exp.Expression],
        build: Callable[[list[exp.Expression]], exp.Expression],
        node: exp.Expression,
    ) -> Typed:
        typed = [self.value(n) for n in nodes]
        known = [t for t in typed if t.type != "null"] or typed
        for other in known[1:]:
            self.comparable(node, known[0], other)
        scales = [t.scale for t in known]
        scale = None if None in scales else max(s for s in scales if s is not None)
        return Typed(build([t.tree for t in typed]), known[0].type, scale, known[0].codes)

    def function(self, node: exp.Expression) -> Typed:
        name = str(node.this).lower()
        functions = {"lookup": self.lookup, "days_between": self.days_between, "date_in": self.date_in}
        if name not in functions:
            raise self.refused(node, "MS306", f"unknown function '{name}'", f"allowed: {ALLOWED}")
        return functions[name](node)

    def lookup(self, node: exp.Expression) -> Typed:
        if len(node.expressions) != 2 or not isinstance(node.expressions[0], exp.Column):
            raise self.refused(
                node, "MS306", "lookup takes a table and a column", "lookup(ca.ela_level_3_minimum, grade)"
            )
        first = node.expressions[0]
        wanted = ".".join(part.name for part in first.parts)
        table = self.scope.lookups.get(wanted)
        if table is None:
            raise self.refused(
                first,
                "MS306",
                f"unknown lookup '{wanted}'",
                word=wanted,
                allowed=tuple(sorted(self.scope.lookups)),
            )
        key = self.value(node.expressions[1])
        if key.codes is None or key.codes.id != table.key:
            raise self.refused(node.expressions[1], "MS304", f"lookup '{wanted}' goes by codes of '{table.key}'")
        pairs = [(names.equal(key.tree.copy(), names.text(code)), names.number(value)) for code, value in table.values]
        scale = max((max(0, -int(value.as_tuple().exponent)) for _, value in table.values), default=0)
        return Typed(names.case(*pairs), "number", scale)
