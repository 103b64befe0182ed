"""The typing pass over an expression's tree: what each node means, and its portable form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from metricspec.model import Codes
from metricspec.schoolyear import is_school_year
from metricspec.sql import names
from metricspec.sql.expression import Expression, Finding, Refused, Scope, Type

COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_DATE = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
_ALLOWED = "and, or, not, = <> < <= > >=, between, in (...), is null, + - * /, coalesce, abs, lookup, case when"


@dataclass(frozen=True)
class Typed:
    """A node with its type; a boolean `tree` is a condition when `condition`, else a flag of 0 and 1."""

    tree: exp.Expression
    type: Type
    scale: int | None = None
    codes: Codes | None = None
    condition: bool = False
    literal: str | None = None


class Typing:
    """One pass over one expression; `columns` collects what it reads, in order."""

    def __init__(self, scope: Scope, text: str) -> None:
        self.scope = scope
        self.text = text
        self.columns: dict[str, None] = {}
        self.rules: dict[type[exp.Expression], Callable[[exp.Expression], Typed]] = {
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
        return Expression(self.text, typed.type, tuple(self.columns), typed.tree, typed.scale)

    def typed(self, node: exp.Expression) -> Typed:
        rule = self.rules.get(type(node))
        if rule is None:
            what = type(node).__name__.lower()
            raise self.refused(node, "MS303", f"'{what}' is not allowed in an expression", f"allowed: {_ALLOWED}")
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
        if not re.fullmatch(r"\d+(\.\d+)?", written) or len(written) > 18:
            raise self.refused(node, "MS304", f"'{written}' is not a plain number", "write digits, e.g. 0.5")
        places = len(written.partition(".")[2])
        return Typed(names.number(written), "number", places)

    def date(self, node: exp.Expression) -> Typed:
        if not (isinstance(node.this, exp.Literal) and node.this.is_string and node.args["to"].is_type("date")):
            raise self.refused(node, "MS303", "a conversion of types is not allowed", "types come from the dataset")
        if not _DATE.match(node.this.name):
            raise self.refused(node, "MS304", f"'{node.this.name}' is not a date", "write date '2024-10-02'")
        return Typed(names.cast(names.text(node.this.name), "DATE"), "date")

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

    def comparison(self, node: exp.Expression) -> Typed:
        left, right = self.value(node.this), self.value(node.expression)
        self.comparable(node, left, right)
        ordering = not isinstance(node, exp.EQ | exp.NEQ)
        coded = left.codes or right.codes
        if ordering and coded:
            if left.codes is None or right.literal is None:
                raise self.refused(
                    node, "MS304", "an ordered code is compared with a code in single quotes on the right"
                )
            return self.code_list(node, left, self.picked(node, coded, right.literal, type(node)))
        if ordering and "boolean" in (left.type, right.type):
            raise self.refused(node, "MS304", "a flag has no order", "write the flag alone, or: not flag")
        return Typed(type(node)(this=left.tree, expression=right.tree), "boolean", condition=True)

    def comparable(self, node: exp.Expression, left: Typed, right: Typed) -> None:
        if "null" in (left.type, right.type):
            raise self.refused(node, "MS303", "nothing is ever equal to null", "write: x is null, or x is not null")
        for one, other in ((left, right), (right, left)):
            if one.type == "code" and other.literal is not None:
                return self.code(node, one.codes, other.literal)
            if one.type == "school_year" and other.literal is not None:
                if not is_school_year(other.literal):
                    raise self.refused(node, "MS304", f"'{other.literal}' is not a school year", "write '2024-25'")
                return None
            if one.type == "date" and other.literal is not None:
                raise self.refused(node, "MS304", "a date is written with its word", f"write date '{other.literal}'")
        if left.type != right.type:
            raise self.refused(
                node, "MS304", f"a {left.type} cannot be compared with a {right.type}", self.mend(left, right)
            )
        return None

    @staticmethod
    def mend(left: Typed, right: Typed) -> str:
        kinds = {left.type, right.type}
        if kinds == {"code", "number"}:
            return "codes are text: put the code in single quotes, e.g. '05'"
        if "date" in kinds:
            return "write date '2024-10-02'"
        return "compare values of one type"

    def code(self, node: exp.Expression, codes: Codes | None, written: str) -> None:
        if codes is not None and written not in codes.names:
            at = max(0, self.text.find(f"'{written}'"))
            raise Refused(
                Finding(
                    "MS305",
                    f"'{written}' is not a code of '{codes.id}'",
                    "",
                    at,
                    len(written) + 2,
                    written,
                    codes.names,
                )
            )

    def picked(self, node: exp.Expression, codes: Codes, bound: str, kind: type[exp.Expression]) -> list[str]:
        if not codes.ordered:
            raise self.refused(node, "MS304", f"codes of '{codes.id}' have no order", "write: x in ('A', 'B')")
        at = codes.names.index(bound)
        parts: dict[type[exp.Expression], tuple[str, ...]] = {
            exp.LT: codes.names[:at],
            exp.LTE: codes.names[: at + 1],
            exp.GT: codes.names[at + 1 :],
            exp.GTE: codes.names[at:],
        }
        return list(parts[kind])

    def code_list(self, node: exp.Expression, left: Typed, picked: list[str]) -> Typed:
        if not picked:
            raise self.refused(node, "MS304", "no code satisfies this comparison")
        return Typed(exp.In(this=left.tree, expressions=[names.text(p) for p in picked]), "boolean", condition=True)

    def between(self, node: exp.Expression) -> Typed:
        subject, low, high = (
            self.value(node.this),
            self.value(node.args["low"]),
            self.value(node.args["high"]),
        )
        self.comparable(node, subject, low)
        self.comparable(node, subject, high)
        if subject.codes:
            if low.literal is None or high.literal is None:
                raise self.refused(node, "MS304", "codes stand between two codes in single quotes")
            above = self.picked(node, subject.codes, low.literal, exp.GTE)
            below = self.picked(node, subject.codes, high.literal, exp.LTE)
            return self.code_list(node, subject, [code for code in above if code in below])
        if subject.type == "boolean":
            raise self.refused(node, "MS304", "a flag has no order", "write the flag alone, or: not flag")
        return Typed(exp.Between(this=subject.tree, low=low.tree, high=high.tree), "boolean", condition=True)

    def within(self, node: exp.Expression) -> Typed:
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field") or not node.expressions:
            raise self.refused(node, "MS303", "'in' takes a list of values", "write: grade in ('TK', 'KN')")
        subject = self.value(node.this)
        items = [self.value(item) for item in node.expressions]
        for item in items:
            self.comparable(node, subject, item)
        return Typed(exp.In(this=subject.tree, expressions=[i.tree for i in items]), "boolean", condition=True)

    def coalesce(self, node: exp.Expression) -> Typed:
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
        if name != "lookup":
            raise self.refused(node, "MS306", f"unknown function '{name}'", f"allowed: {_ALLOWED}")
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
