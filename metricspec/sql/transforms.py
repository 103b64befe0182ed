"""What sqlglot leaves as a dialect does not take it: one small function for each construct, chosen in one table.

A rewrite gets one node of a tree and returns what stands in its place, the node itself where nothing is to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from metricspec.sql import casts, naming

Rewrite = Callable[[exp.Expression], exp.Expression]
# Those of Oracle's reserved words that sqlglot does not take for a word of SQL.
ORACLE_RESERVED = frozenset([
    "ACCESS", "AUDIT", "CLUSTER", "COMPRESS", "EXCLUSIVE", "FILE", "IDENTIFIED", "IMMEDIATE", "INCREMENT", "INITIAL",
    "LEVEL", "LONG", "MAXEXTENTS", "MINUS", "MLSLABEL", "MODE", "MODIFY", "NOAUDIT", "NOCOMPRESS", "NOWAIT", "NUMBER",
    "OFFLINE", "ONLINE", "OPTION", "PCTFREE", "PRIOR", "PUBLIC", "RAW", "RESOURCE", "ROWID", "ROWNUM", "SESSION",
    "SHARE", "SIZE", "START", "SUCCESSFUL", "SYNONYM", "SYSDATE", "TRIGGER", "UID", "USER", "VALIDATE", "VARCHAR2",
    "WHENEVER",
])  # fmt: skip


def is_not_null(node: exp.Expression) -> exp.Expression:
    """`x IS NOT NULL`, which sqlglot writes NOT x IS NULL."""
    inner = node.this
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
        return exp.Is(this=inner.this, expression=exp.Not(this=exp.Null()))
    return node


def bare(node: exp.Expression) -> exp.Expression:
    """Brackets around what cannot be read otherwise, which only fill the page."""
    plain = isinstance(node.this, exp.Column | exp.Literal | exp.Paren | exp.Cast | exp.Case | exp.Coalesce)
    return node.this if plain else node


def number_of_truth(node: exp.Expression) -> exp.Expression:
    """TRUE and FALSE as 1 and 0, where there is no such value."""
    return exp.Literal.number(1 if node.this else 0)


def long_text(kind: str) -> Rewrite:
    """The type of a text of any length: one that can be compared and grouped by."""

    def rewrite(node: exp.Expression) -> exp.Expression:
        plain = node.this in (exp.DType.VARCHAR, exp.DType.TEXT) and not node.expressions
        return exp.DataType.build(kind, dialect="oracle" if "2(" in kind else "tsql") if plain else node

    return rewrite


def plain_cast(node: exp.Expression) -> exp.Expression:
    """An engine whose TRY_CAST refuses some pairs of types, or that has none: a bad value is an error there."""
    return exp.Cast(this=node.this, to=node.args["to"])


def cast_of_text(node: exp.Expression) -> exp.Expression:
    """Snowflake's TRY_CAST takes texts only."""
    if node.args["to"].this in exp.DataType.TEXT_TYPES:
        return exp.Cast(this=node.this, to=node.args["to"])
    text = exp.Cast(this=node.this, to=exp.DataType.build("VARCHAR"))
    return exp.TryCast(this=text, to=node.args["to"], requires_string=True)


def oracle_cast(node: exp.Expression) -> exp.Expression:
    """Oracle: a number or NULL; a truth by its usual words; a date as the session reads it, or an error."""
    to = node.args["to"]
    if to.this == exp.DType.BOOLEAN:
        return casts.words(node.this, "1", "0")
    if to.this in exp.DataType.INTEGER_TYPES:
        return exp.Cast(this=node.this, to=exp.DataType.build("NUMBER(19, 0)", dialect="oracle"), default=exp.Null())
    if to.this in exp.DataType.NUMERIC_TYPES:
        kind = to if to.expressions else exp.DataType.build("NUMBER", dialect="oracle")
        return exp.Cast(this=node.this, to=kind, default=exp.Null())
    return exp.Cast(this=node.this, to=to)


def tsql_cast(node: exp.Expression) -> exp.Expression:
    """T-SQL makes 0 or 1900-01-01 of an empty text, and knows few words for true and false."""
    to = node.args["to"]
    if to.this == exp.DType.BOOLEAN:
        return casts.words(node.this, "1", "0")
    if to.this in exp.DataType.TEXT_TYPES:
        return node
    text = exp.Cast(this=node.this.copy(), to=exp.DataType.build("VARCHAR(100)"))
    filled = exp.NEQ(this=text, expression=exp.Literal.string(""))
    return exp.Case(ifs=[exp.If(this=filled, true=node.copy())])


def written_date(node: exp.Expression) -> exp.Expression:
    """A date in a spec, or one put together of texts, whatever format the session reads dates in."""
    literal = isinstance(node.this, exp.Literal) and node.this.is_string
    text = literal or isinstance(node.this, exp.DPipe)
    if not text or node.args["to"].this != exp.DType.DATE:
        return node
    return exp.Anonymous(this="TO_DATE", expressions=[node.this, exp.Literal.string("YYYY-MM-DD")])


def dates_apart(node: exp.Expression) -> exp.Expression:
    """The days between two dates, where dates subtract."""
    later, earlier = (exp.Paren(this=part) for part in (node.this, node.expression))
    return exp.Paren(this=exp.Sub(this=later, expression=earlier))


def epoch_days_apart(node: exp.Expression) -> exp.Expression:
    """The days between two dates, where a date is a number of days once it is cast."""
    later, earlier = (exp.Cast(this=part, to=exp.DataType.build("BIGINT")) for part in (node.this, node.expression))
    return exp.Paren(this=exp.Sub(this=later, expression=earlier))


def from_dual(node: exp.Expression) -> exp.Expression:
    """A SELECT of constants, which needs a table in Oracle before 23."""
    if isinstance(node, exp.Select) and not node.args.get("from_"):
        return node.from_("DUAL", copy=False)
    return node


def star_of_table(node: exp.Expression) -> exp.Expression:
    """`t.*` for a star that stands beside other columns."""
    if len(node.expressions) > 1:
        source = node.args["from_"].this
        alias = source.args.get("alias")
        name = alias.this if alias else source.this
        for item in node.expressions:
            if isinstance(item, exp.Star):
                item.replace(exp.Column(this=exp.Star(), table=name.copy()))
    return node


def some_text(node: exp.Expression) -> exp.Expression:
    """An empty text is NULL in Oracle: where ours mean "none", one blank does."""
    return exp.Literal.string(" ") if node.is_string and node.this == "" else node


def reserved_name(node: exp.Expression) -> exp.Expression:
    """A district's own name that Oracle reserves: its table has it quoted, so here it is too, as it was written."""
    if not node.args.get("quoted") and node.name.upper() in ORACLE_RESERVED:
        node.set("quoted", True)
    return node


_ORACLE: Mapping[type[exp.Expression], tuple[Rewrite, ...]] = {
    exp.TryCast: (oracle_cast,),
    exp.Cast: (written_date,),
    exp.DateDiff: (dates_apart,),
    exp.DataType: (long_text("VARCHAR2(4000)"),),
    exp.Boolean: (number_of_truth,),
    exp.Identifier: (reserved_name,),
    exp.Select: (from_dual, star_of_table),
    exp.Literal: (some_text,),
}
_TSQL: Mapping[type[exp.Expression], tuple[Rewrite, ...]] = {
    exp.TryCast: (tsql_cast,),
    exp.DataType: (long_text("NVARCHAR(4000)"),),
    exp.Boolean: (number_of_truth,),
}
_TABLE: Mapping[str, Mapping[type[exp.Expression], tuple[Rewrite, ...]]] = {
    "bigquery": {exp.TryCast: (casts.bigquery_cast,)},
    "clickhouse": {exp.TryCast: (casts.clickhouse_cast,), exp.Select: (naming.named,)},
    "datafusion": {exp.DateDiff: (epoch_days_apart,)},
    "mysql": {exp.TryCast: (casts.mysql_cast,), exp.Cast: (casts.mysql_text,)},
    "oracle": _ORACLE,
    "postgres": {exp.TryCast: (casts.postgres_cast,)},
    "redshift": {exp.TryCast: (plain_cast,)},
    "snowflake": {exp.TryCast: (cast_of_text,)},
    "sqlite": {exp.TryCast: (casts.sqlite_cast,)},
    "tsql": _TSQL,
    "fabric": _TSQL,
}


def rewritten(tree: exp.Expression, dialect: str) -> exp.Expression:
    """A tree as the dialect takes it; changes the tree given."""
    rewrites: dict[type[exp.Expression], tuple[Rewrite, ...]] = {exp.Paren: (bare,), exp.Not: (is_not_null,)}
    rewrites |= _TABLE.get(dialect, {})
    holder = exp.Alias(this=tree)
    for kind, functions in rewrites.items():
        for rewrite in functions:
            for node in list(tree_nodes(holder, kind)):
                found = rewrite(node)
                if found is not node:
                    node.replace(found)
    result = holder.this
    assert isinstance(result, exp.Expression)
    result.pop()
    return result


def tree_nodes(tree: exp.Expression, kind: type[exp.Expression]) -> list[exp.Expression]:
    """The nodes of exactly one kind, the inner before the outer, so that a rewrite sees rewritten parts."""
    return [node for node in tree.find_all(kind) if type(node) is kind][::-1]
