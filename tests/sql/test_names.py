"""Every table that a run reads, in any dialect, is one that it made before under that very name, or the district's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlglot
from sqlglot import exp

import metricspec
from metricspec.compiler.quality import quality_stage
from metricspec.compiler.students import TREE
from metricspec.model import Binding, BoundDataset
from metricspec.sql.dialects import capabilities

from .test_dialects import DIALECTS

INDICATORS = ["ca.suspension_rate", "core.growth_ela"]


def read(sql: str, dialect: str) -> set[tuple[str, bool]]:
    """The names after FROM and JOIN, with whether they are quoted; not those of the statement's own expressions."""
    tree = sqlglot.parse_one(sql, read=dialect)
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {(t.name, bool(t.this.args.get("quoted")), t.this.args.get("temporary")) for t in tree.find_all(exp.Table)}
    made = tree.this.find(exp.Table) if isinstance(tree, exp.Create) and tree.this else None
    skipped = {*own, "DUAL", made.name if made is not None else ""}
    return {(f"#{name}" if temporary else name, quoted) for name, quoted, temporary in tables if name not in skipped}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_run_reads_only_what_it_made(dialect: str) -> None:
    project = metricspec.load()
    bound = {name: BoundDataset(name, table=f"own_{name}") for name in project.catalog.datasets}
    compiler = replace(project, binding=Binding("own", bound)).compiler(dialect)
    renderer, prefix = compiler.renderer, capabilities(dialect).prefix
    plan = compiler.plan(INDICATORS)
    physical = {f"own_{name}" for name in plan.reads}
    made: set[str] = set()
    for stage in plan.sql:
        names = {name for name, quoted in read(renderer.stage(stage), dialect) if quoted or name not in physical}
        assert names <= made, stage.name
        made.add(prefix + stage.name)
    for name, columns in plan.reads.items():
        stage, _ = quality_stage(
            project.catalog.datasets[name], bound[name], project.catalog, columns, tree=prefix + TREE
        )
        found = read(renderer.stage(stage), dialect)
        assert {one for one, quoted in found if quoted} <= {prefix + TREE}
        assert {one for one, quoted in found if not quoted} == {f"own_{name}"}
