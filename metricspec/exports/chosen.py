"""Which indicators are exported, and their one plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metricspec.compiler import Compiler
from metricspec.problems import PartlyPython, UsageError
from metricspec.running.project import Project
from metricspec.sql.stage import Computation, Plan


@dataclass(frozen=True)
class Chosen:
    """Ids of indicators, and why others were left out."""

    ids: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def every(project: Project, *, python: bool = False) -> Chosen:
    """Every active indicator whose datasets are bound (without a binding: every active one) that is SQL throughout.

    With `python` those that run partly in Python too.
    """
    if project.binding is None:
        active = [i.id for i in project.catalog.indicators.values() if i.status == "active"]
    else:
        active = project.runnable(project.binding.datasets)
    if python:
        return Chosen(tuple(active))
    compiler, ids, left_out = project.compiler(), [], []
    for name in active:
        try:
            sql_plan(compiler, [name])
        except PartlyPython as error:
            left_out.append(str(error))
        else:
            ids.append(name)
    return Chosen(tuple(ids), tuple(left_out))


def named(project: Project, ids: Sequence[str]) -> Chosen:
    """The indicators of these ids. Raises UsageError for unknown ones and where one's datasets are not bound."""
    for name in dict.fromkeys(ids):
        lacking = project.datasets(project.indicator(name)) - set(project.binding.datasets if project.binding else ())
        if project.binding is not None and lacking:
            raise UsageError(
                f"{name} reads {', '.join(sorted(lacking))}, which the binding '{project.binding.id}' does not have"
            )
    return Chosen(tuple(dict.fromkeys(ids)))


def sql_plan(compiler: Compiler, ids: Sequence[str]) -> Plan:
    """The shared plan of some indicators. Raises PartlyPython where a step of it is no SQL."""
    plan = compiler.plan(ids)
    python = [step.name for step in plan.stages if isinstance(step, Computation)]
    if python:
        raise PartlyPython(
            f"{', '.join(ids)} runs partly in Python ({', '.join(python)}), so it cannot be exported as SQL: metricspec "
            "run runs it"
        )
    return plan
