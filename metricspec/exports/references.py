"""Stages whose tables go by other names, changed in the parsed tree and never in text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlglot
from sqlglot import exp

from metricspec.sql.stage import Stage, Template


def renamed(stage: Stage, names: Mapping[str, str]) -> Stage:
    """The stage reading each table of `names` under its new name; columns still know it by the old one."""
    tree = sqlglot.parse_one(stage.template.text, read="duckdb")
    found = [table for table in tree.find_all(exp.Table) if table.name in names and not table.db]
    if not found:
        return stage
    for table in found:
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
        table.set("this", exp.to_identifier(names[table.name], quoted=True))
    return _with(stage, tree, "renamed")


def unordered(stage: Stage) -> Stage:
    """The stage without its ORDER BY: a table or view has no order, and some dialects refuse one."""
    tree = sqlglot.parse_one(stage.template.text, read="duckdb")
    tree.set("order", None)
    return _with(stage, tree, "unordered")


def _with(stage: Stage, tree: exp.Expr, how: str) -> Stage:
    template = Template(
        (how, stage.template.key, stage.name), tree.sql(dialect="duckdb", pretty=True), stage.template.physical
    )
    return replace(stage, template=template)
