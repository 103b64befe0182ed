"""CREATE VIEW statements: one view for each indicator, with its whole statement inside.

No step becomes a view of its own: then the only objects that there are to be granted hold released numbers, and nobody
reads past the hiding by naming a step. The price is that views share no work.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metricspec.exports import Files
from metricspec.exports.chosen import sql_plan
from metricspec.exports.references import unordered
from metricspec.model import Indicator
from metricspec.problems import UsageError
from metricspec.running.binding import absolute
from metricspec.running.project import Project
from metricspec.sql.dialects import capabilities
from metricspec.sql.physical import table_fault
from metricspec.sql.stage import Renderer, physical


@dataclass(frozen=True)
class ViewOptions:
    """`schema` is where the views are made, as it stands before a dot; empty: where the script is run."""

    dialect: str = "duckdb"
    schema: str = ""


def views(project: Project, ids: Sequence[str], options: ViewOptions) -> Files:
    """A script for each indicator, by file name. Raises UsageError, PartlyPython among them."""
    able = capabilities(options.dialect)
    if options.schema and (fault := table_fault(options.schema)):
        raise UsageError(f"--schema {options.schema}: {fault}")
    if not able.create_view:
        raise UsageError(
            f"numbers on {options.dialect} depend on settings of the session, which a view does not carry with it "
            f"({'; '.join(able.session)}): use metricspec compile, metricspec run or metricspec export dbt"
        )
    compiler = _grounded(project).compiler(options.dialect)
    files: dict[str, str] = {}
    for name in ids:
        plan = sql_plan(compiler, [name])
        body = compiler.renderer.statement(replace(plan, stages=(*plan.stages[:-1], unordered(plan.result))))
        view = view_name(name)
        if f"{view}.sql" in files:
            raise UsageError(f"two indicators would have a view {view}: {name} is the second")
        qualified = ".".join(filter(None, (options.schema, _written(view, compiler.renderer))))
        create = able.create_view.format(name=qualified)
        end = ";\nGO\n" if able.batches else ";\n"
        files[f"{view}.sql"] = f"{_about(project.catalog.in_force(name))}{create}\n{body.rstrip()}{end}"
    return files


def view_name(indicator: str) -> str:
    return re.sub(r"\W", "_", indicator)


def _written(view: str, renderer: Renderer) -> str:
    """As the warehouse folds it, quoted only where it must be."""
    return view if physical(view) == view else renderer.name(view)


def _about(versions: Sequence[Indicator]) -> str:
    newest, numbers = versions[-1], ", ".join(one.version for one in versions)
    title = " ".join(str(newest.title).split())
    return f"-- {title} ({newest.id} {numbers}), small numbers hidden.\n"


def _grounded(project: Project) -> Project:
    """The project with its files by absolute path: a view is read from anywhere."""
    if project.binding is None:
        return project
    datasets = absolute(project.binding, project.folder.resolve())
    return replace(project, binding=replace(project.binding, datasets=datasets))
