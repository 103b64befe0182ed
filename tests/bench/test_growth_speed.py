"""Growth compiled to SQL beside the same regressions in numpy, statsmodels and pyfixest, interleaved in one run.

Each side goes from the table in DuckDB to the effect of every school and year, shrunken by empirical Bayes, with its
standard error; DuckDB and BLAS have two threads. That all give the same numbers is asserted before a time is printed.
What a run adds to that, percentiles, levels, intervals, coverage and notes, has a time of its own: the whole Tally.
"""

from __future__ import annotations

import gc
import importlib.util
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

import metricspec
from metricspec.sql.stage import Form, Plan
from metricspec.warehouses.duckdb import DuckDB
from tests.bench import growth_rivals as rivals
from tests.bench.conftest import seconds
from tests.bench.growth_data import CELLS, MODELS, Model, schools, write_growth, write_scores

pytestmark = pytest.mark.bench
LARGEST = int(os.environ.get("METRICSPEC_BENCH_ROWS", "10000000"))
SIZES = list(dict.fromkeys((min(size, LARGEST), p) for size, p in [(1_000_000, 8), (1_000_000, 24), (10_000_000, 8)]))
ROUNDS = 3
SUBSET = 10  # cells that the slow libraries fit above a million scores; their time is scaled to all
ID = "bench.growth"
EFFECTS, WHOLE = "_effects", "_tally"  # the last stage of what the other sides compute, and of the measure
Fit = Callable[[rivals.Rows], tuple[rivals.Floats, rivals.Floats]]
Made = TypeVar("Made")


class Compiled:
    """metricspec's side, over one connection."""

    def __init__(self, warehouse: DuckDB, folder: Path) -> None:
        self.warehouse, self.project = warehouse, metricspec.load(folder)
        assert not self.project.problems

    @property
    def form(self) -> Form:
        """What `metricspec run` takes."""
        compiler = self.project.compiler()
        return "script" if compiler.plan([ID]).stepwise and not compiler.capabilities.inlines else "statement"

    def run(self, form: Form, last: str) -> None:
        """Plan, render and run everything up to the stage whose name ends in `last`, into a temporary table `kept`."""
        compiler = self.project.compiler(laid_out=False)
        stages = compiler.plan([ID]).stages
        wanted = Plan(stages[: next(at for at, stage in enumerate(stages, 1) if stage.name.endswith(last))])
        if form == "statement":
            body = f"({compiler.renderer.statement(wanted)}) AS t"
        else:
            for stage in wanted.sql:
                sql = compiler.renderer.creation(stage).replace("CREATE TEMPORARY", "CREATE OR REPLACE TEMPORARY")
                self.warehouse.execute(sql, stage.name)
            body = f"({compiler.renderer.stage(wanted.result)}) AS t"
        self.warehouse.execute(f"CREATE OR REPLACE TEMPORARY TABLE kept AS SELECT * FROM {body}", last)

    def coefficients(self, terms: int) -> dict[tuple[str, ...], tuple[float, ...]]:
        """By cell, intercept first, from the script's own table."""
        (name,) = (
            s.name for s in self.project.compiler(laid_out=False).plan([ID]).stages if s.name.endswith("_coefficients")
        )
        slopes = ", ".join(f"b_{at}" for at in range(1, terms + 1))
        found = self.warehouse.rows(f'SELECT school_year, cell_1, cell_2, intercept, {slopes} FROM "{name}"')
        return {tuple(row[:3]): tuple(row[3:]) for row in found}

    def effects(self) -> dict[tuple[str, str], tuple[float, ...]]:
        found = self.warehouse.rows("SELECT org_id, school_year, n, mean, SQRT(error2), bayes FROM kept WHERE n > 0")
        return {(row[0], row[1]): tuple(map(float, row[2:])) for row in found}


def agree(compiled: Compiled, cells: list[tuple[str, ...]], b: rivals.Floats) -> None:
    ours = compiled.coefficients(b.shape[1] - 1)
    assert len(ours) == CELLS
    assert np.array([ours[cell] for cell in cells]) == pytest.approx(b, rel=1e-6, abs=1e-6)


def agree_on_schools(compiled: Compiled, keys: list[tuple[str, str]], effects: rivals.Floats) -> None:
    """The schools and years that the other side has and no others; n, mean, standard error and empirical Bayes."""
    found = compiled.effects()
    assert set(found) == set(keys)
    assert np.array([found[key] for key in keys]) == pytest.approx(effects, rel=1e-6, abs=1e-6)


def fits(model: Model, rows: int) -> dict[str, tuple[Fit, int | None]]:
    """The rivals, each with how many cells it fits (None: all)."""
    few = SUBSET if rows > 1_000_000 else None
    found: dict[str, tuple[Fit, int | None]] = {
        "numpy lstsq": (lambda r: rivals.by_cell(r, rivals.lstsq), None),
        "numpy normal equations": (lambda r: rivals.by_cell(r, rivals.normal_equations), None),
    }
    if importlib.util.find_spec("statsmodels"):
        found["statsmodels OLS"] = (lambda r: rivals.by_cell(r, rivals.statsmodels, few), few)
    if importlib.util.find_spec("pyfixest"):
        found["pyfixest feols"] = (lambda r: rivals.pyfixest(r, model, few), few)
    return found


class Times(dict[str, list[float]]):
    """Seconds of each round, by name."""

    def of(self, name: str, work: Callable[[], Made], scale: float = 1.0) -> Made:
        made: list[Made] = []
        gc.collect()
        self.setdefault(name, []).append(seconds(lambda: made.append(work())) * scale)
        return made[0]


@pytest.mark.parametrize(("size", "p"), SIZES, ids=[f"{size // 1_000_000}M-p{p}" for size, p in SIZES])
def test_growth_beside_regressions_by_hand(size: int, p: int, tmp_path: Path, say: Callable[[str], None]) -> None:
    rows, model, times = size, MODELS[p], Times()
    path = tmp_path / "growth.duckdb"
    write_scores(path, rows, model)
    warm_up(model)
    contenders = fits(model, rows)
    with DuckDB(str(path), threads=2) as warehouse:
        compiled = Compiled(warehouse, write_growth(tmp_path / "project", model))
        for _ in range(ROUNDS):
            times.of("whole Tally", partial(compiled.run, compiled.form, WHOLE))
            times.of("statement", partial(compiled.run, "statement", EFFECTS))
            times.of("script", partial(compiled.run, "script", EFFECTS))
            kept = times.of("fetch", partial(rivals.fetch, warehouse._connection, model))
            for name, (fit, cells) in contenders.items():
                share = 1.0 if cells is None else len(kept.y) / int(kept.starts[cells])
                b, left = times.of(name, partial(fit, kept), share)
                if cells is None:
                    keys, effects = times.of("effects", partial(rivals.school_effects, kept, left))
                    agree(compiled, kept.cells, b)
                    agree_on_schools(compiled, keys, effects)
                else:
                    agree(compiled, kept.cells[:cells], b[:cells])
            del kept, b, left
    say(report(rows, p, times, {name: cells for name, (_, cells) in contenders.items()}, compiled.form))


def warm_up(model: Model) -> None:
    """Imports and first calls, so that nobody's first round pays for them."""
    rng = np.random.default_rng(1)
    x = np.asfortranarray(np.column_stack((np.ones(500), rng.normal(size=(500, model.p)))))
    one = rivals.Rows([("", "", "")], np.array([0, 500]), np.zeros(500, int), ([""], [""]), rng.normal(size=500), x)
    for fit, _ in fits(model, 0).values():
        fit(one)


def report(rows: int, p: int, times: Times, rival: dict[str, int | None], form: Form) -> str:
    """The best round of each, and ratios of the form that a run takes: below 1 says that compiled is faster."""
    best = {name: min(taken) for name, taken in times.items()}
    shared = best["fetch"] + best["effects"]
    lines = [
        f"growth, {rows:,} scores, {CELLS} cells, {schools(rows):,} schools, p = {p}: compiled as statement "
        f"{best['statement']:.2f} s, as script {best['script']:.2f} s (runs take the {form}), with the whole Tally "
        f"{best['whole Tally']:.2f} s; by hand: fetch "
        f"{best['fetch']:.2f} s, school effects {best['effects']:.2f} s"
    ]
    for name, cells in rival.items():
        whole = shared + best[name]
        subset = f" (fitted on {cells} of {CELLS} cells and scaled)" if cells else ""
        ratio = f"compiled / {name} = {best[form] / whole:.2f}"
        lines.append(f"    {name}: {best[name]:.2f} s{subset}, in all {whole:.2f} s; {ratio}")
    return "\n".join(lines)
