"""The table of moments in SQL: from a growth model's scores to a row for each cell and for each school of it."""

from __future__ import annotations

from metricspec.measure import Inputs
from metricspec.measures.growth.moments import centred_stages, moment_stages
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import Design, columns
from metricspec.measures.pooling.table import CELL, SCHOOL
from metricspec.sql.stage import NO_NUMBER, Stage, comma, lit


def export_stages(spec: GrowthSpec, inputs: Inputs) -> tuple[Stage, ...]:
    """Ends in the full moments, with the columns of `table.columns`: weights as given, means and products in raw units.

    A school's row is of all complete scores there, also of students who do not count at the school because they were not
    there long enough: with them left out, a few students would stand between its own means and those of its peers.
    Nothing is held back here: see `release`.
    """
    design = Design(spec, inputs)
    return (*centred_stages(design), *moment_stages(design), _by_school(design), _full(design))


def _pairs(design: Design) -> list[tuple[str, str]]:
    names = design.in_rows
    return [(one, other) for at, one in enumerate(names) for other in names[at:]]


def _by_school(design: Design) -> Stage:
    """Of variables less the cell's centre."""
    counts = "SUM(w * w)" if design.weighted else "CAST(COUNT(*) AS DOUBLE)"
    items = [f"{design.total(v)} AS s_{v}" for v in design.in_rows]
    items += [f"{design.total(f'{one} * {other}')} AS t_{one}_{other}" for one, other in _pairs(design)]
    text = f"""SELECT cell, school, COUNT(*) AS n, {design.total()} AS w, {counts} AS w2, {comma(items)}
        FROM {design.rows} WHERE complete = 1 GROUP BY cell, school"""
    return design.stage(
        "by_school", "Sums of products over the complete scores of each school in each cell.", text, True
    )


def _full(design: Design) -> Stage:
    text = f"{_cells(design)}\nUNION ALL\n{_schools(design)}"
    return design.stage("full_moments", "The moments of each cell, and of each school in it.", text)


def _head(design: Design, part: str, school: str) -> str:
    keys = columns(design.keys, "k")
    return f"{lit(part)} AS part, {keys}, {school} AS school, t.n AS n, t.w AS w, t.w2 AS w2"


def _cells(design: Design) -> str:
    size = design.q + 1
    population = f"{NO_NUMBER} AS population_n, {NO_NUMBER} AS population_mean, {NO_NUMBER} AS population_ss"
    source = f"{design.name('moments')} AS t INNER JOIN {design.name('cells')} AS k ON k.cell = t.cell"
    if design.spec.standardize == "population":
        population = """p.n AS population_n, k.c_y + p.s / p.n AS population_mean,
            p.ss - p.s * p.s / p.n AS population_ss"""
        source += f" INNER JOIN {design.name('population')} AS p ON p.cell = t.cell"
    items = [f"t.mean_{i} AS mean_{i}" for i in range(1, size + 1)]
    items += [f"t.cross_{i}_{j} AS cross_{i}_{j}" for i in range(1, size + 1) for j in range(i, size + 1)]
    items += [f"{f't.error_{i}' if i in design.errors else NO_NUMBER} AS error_{i}" for i in range(1, size)]
    return f"SELECT {_head(design, CELL, 'CAST(NULL AS VARCHAR)')}, {population}, {comma(items)} FROM {source}"


def _schools(design: Design) -> str:
    names = (*design.terms, "y")
    source = f"{design.name('by_school')} AS t INNER JOIN {design.name('cells')} AS k ON k.cell = t.cell"
    if design.means and design.schools:
        source += f" INNER JOIN {design.name('schools')} AS p ON p.cell = t.cell AND p.school = t.school"
    items = [f"{NO_NUMBER} AS population_n, {NO_NUMBER} AS population_mean, {NO_NUMBER} AS population_ss"]
    for i, v in enumerate(names, 1):
        own = f"t.s_{v} / t.w" if v in design.in_rows else f"p.s_{design.base(v)} / p.w"
        items.append(f"k.c_{design.base(v)} + {own} AS mean_{i}")
    for i, one in enumerate(names, 1):
        for j, other in enumerate(names[i - 1 :], i):
            varies = one in design.in_rows and other in design.in_rows
            product = f"t.t_{one}_{other} - t.s_{one} * t.s_{other} / t.w" if varies else "0e0"
            items.append(f"{product} AS cross_{i}_{j}")
    items += [f"{NO_NUMBER} AS error_{i}" for i in range(1, design.q + 1)]
    return f"SELECT {_head(design, SCHOOL, 't.school')}, {comma(items)} FROM {source}"
