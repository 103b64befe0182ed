"""Every measure type on every engine gives DuckDB's numbers, whose numbers have a second route elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from metricspec.problems import SpecError
from metricspec.running.project import as_result
from metricspec.sql.stage import Computation, Form
from metricspec.warehouse import Warehouse

from .comparing import same
from .conftest import PARAMS, Opened
from .data import registry, runnable
from .engines import ENGINES, HOLES, USUAL, Engine

Open = Callable[[Engine], Opened]
KINDS = sorted(registry().measure_types)


def cases(form: Form) -> list[object]:
    """Every engine but DuckDB (which has nothing to be compared with as a script) by every measure type."""
    found: list[object] = []
    for engine in ENGINES:
        if form not in engine.forms or (engine is USUAL and form == "script"):
            continue
        for kind in KINDS:
            hole = HOLES.get((engine.name, kind, form))
            refused = pytest.RaisesExc(SpecError, match=hole.error) if hole and hole.error else SpecError
            mark = (
                [pytest.mark.xfail(raises=refused, reason=hole.reason, strict=True, run=bool(hole.error))]
                if hole
                else []
            )
            marks = [*PARAMS[engine.name].marks, *mark]
            found.append(pytest.param(engine, kind, marks=marks, id=f"{engine.name}-{kind}"))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_measure_type_has_an_indicator_that_runs(kind: str) -> None:
    """A measure type that comes later, and that no shipped indicator over the network uses, is a hole."""
    assert runnable()[kind]


def test_holes_are_of_engines_and_measure_types() -> None:
    known = {(engine.name, kind, form) for engine in ENGINES for kind in KINDS for form in engine.forms}
    assert set(HOLES) <= known


@pytest.mark.parametrize(("engine", "kind"), cases("script"))
def test_a_run_gives_the_same_numbers(engine: Engine, kind: str, opened: Open) -> None:
    """All indicators of the type in one run (or one), with the counts of what is missing or did not match."""
    ids = runnable()[kind][: None if engine.all_indicators else 1]
    one = opened(engine)
    run = one.project.execute(ids, warehouse=one.open())
    expected = one.expected(ids)
    same(run.result, expected.result)
    assert run.quality == expected.quality


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "kind"), cases("statement"))
def test_the_statement_gives_the_same_numbers(
    engine: Engine, kind: str, opened: Open, session: Callable[[Engine], Warehouse]
) -> None:
    one, warehouse = opened(engine), session(engine)
    compiler = one.project.compiler(warehouse.dialect)
    name = runnable()[kind][0]
    plan = compiler.plan([name])
    if any(isinstance(step, Computation) for step in plan.stages):
        pytest.skip("runs partly in Python: it has no statement")
    found = as_result(warehouse.frame(compiler.renderer.statement(plan), "the statement"))
    same(found, one.expected((name,)).result)
