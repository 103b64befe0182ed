"""Building blocks of trees: our own names are always quoted, numbers are always doubles where division follows."""

from __future__ import annotations

from sqlglot import exp


def identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: object) -> exp.Expression:
    written = str(value)
    if written.startswith("-"):
        return exp.Neg(this=exp.Literal.number(written[1:]))
    return exp.Literal.number(written)


def cast(value: exp.Expression, to: str) -> exp.Cast:
    return exp.Cast(this=value, to=exp.DataType.build(to))


def double(value: exp.Expression) -> exp.Cast:
    return cast(value, "DOUBLE")


def paren(value: exp.Expression) -> exp.Expression:
    """Wrapped where an operator could bind otherwise: raw trees print no parentheses of their own."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Not | exp.Neg | exp.Between | exp.In) else value


def case(*branches: tuple[exp.Expression, exp.Expression], default: exp.Expression | None = None) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=default)


def equal(left: exp.Expression, right: exp.Expression) -> exp.EQ:
    return exp.EQ(this=left, expression=right)
