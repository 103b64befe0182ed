"""Building blocks of trees: our own names are always quoted, numbers are always doubles where division follows."""

from __future__ import annotations

from sqlglot import exp


def identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def column(name: str, table: str | None = None) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)


def table(name: str, alias: str | None = None) -> exp.Table:
    found = exp.Table(this=identifier(name))
    if alias:
        found.set("alias", exp.TableAlias(this=identifier(alias)))
    return found


def named(value: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=identifier(name))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: object) -> exp.Expression:
    written = str(value)
    if written.startswith("-"):
        return exp.Neg(this=exp.Literal.number(written[1:]))
    return exp.Literal.number(written)


def null() -> exp.Null:
    return exp.Null()


def cast(value: exp.Expression, to: str) -> exp.Cast:
    return exp.Cast(this=value, to=exp.DataType.build(to))


def double(value: exp.Expression) -> exp.Cast:
    return cast(value, "DOUBLE")


def paren(value: exp.Expression) -> exp.Expression:
    """Wrapped where an operator could bind otherwise: raw trees print no parentheses of their own."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Not | exp.Neg | exp.Between | exp.In) else value


def both(*conditions: exp.Expression) -> exp.Expression:
    """All conditions joined by AND; at least one."""
    joined = paren(conditions[0]) if len(conditions) > 1 else conditions[0]
    for condition in conditions[1:]:
        joined = exp.And(this=joined, expression=paren(condition))
    return joined


def case(*branches: tuple[exp.Expression, exp.Expression], default: exp.Expression | None = None) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=default)


def flag(condition: exp.Expression) -> exp.Case:
    """1 where the condition holds, else 0: unknown counts as not."""
    return case((condition, number(1)), default=number(0))


def total(value: exp.Expression) -> exp.Sum:
    return exp.Sum(this=value)


def equal(left: exp.Expression, right: exp.Expression) -> exp.EQ:
    return exp.EQ(this=left, expression=right)


def known(value: exp.Expression) -> exp.Not:
    return exp.Not(this=exp.Is(this=paren(value), expression=exp.Null()))
