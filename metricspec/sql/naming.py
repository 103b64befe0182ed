"""Names that an engine gives to columns, where it gives others than ours."""

from __future__ import annotations

from sqlglot import exp


def named(node: exp.Expression) -> exp.Expression:
    """ClickHouse may call a column `t.c`, and not `c`, where tables joined share the name: so each is named."""
    for item in node.expressions:
        if not isinstance(item, exp.Column) or not item.table:
            continue
        if not isinstance(item.this, exp.Star):
            item.replace(exp.alias_(item.copy(), item.this.copy()))
        elif len(node.args.get("joins") or []) > 1:
            known = {one.name: one for one in node.find_all(exp.Column) if one.table == item.table and one is not item}
            renamed = [exp.alias_(column.copy(), column.this.copy()) for column in known.values()]
            item.this.set("replace", renamed or None)
    return node
