"""Solving each cell's system with a row for each equation: one step of elimination is one pass of windows."""

from __future__ import annotations

from metricspec.measures.growth.system import PIVOT, entry
from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import Stage, comma

TOGETHER = 4  # steps in one stage


def long_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `solution`: by cell the coefficients b_1 ... b_q and states s_1 ... s_q (0 kept, 1 dropped, 2 refused).

    Some steps stand inside one another: more than a few are slow to plan, and one to a statement is slow to start.
    """
    stages = [_equations(design)]
    for first in range(1, design.q + 1, TOGETHER):
        terms = range(first, min(first + TOGETHER, design.q + 1))
        text = f"SELECT * FROM {stages[-1].name}"
        for k in terms:
            text = _eliminated(design, k, text)
        says = f"Terms {terms[0]} to {terms[-1]} eliminated from every other equation, one after another."
        stages.append(design.stage(f"pivot_{terms[-1]}", says, text, stored=True))
    return (*stages, _solution(design))


def _equations(design: Design) -> Stage:
    """Row i of a cell: o, the term's own sum of squares, and v1 ... v{q+1}, the right side last."""
    size = design.q
    numbers = "\nUNION ALL\n".join(f"SELECT {i} AS i" for i in range(1, size + 1))

    def picked(values: list[str]) -> str:
        return f"CASE i {' '.join(f'WHEN {i} THEN {value}' for i, value in enumerate(values, 1))} END"

    items = [f"{picked([f'o_{i}' for i in range(1, size + 1)])} AS o"]
    for j in range(1, size + 2):
        items.append(f"{picked([entry(design, i, j) for i in range(1, size + 1)])} AS v{j}")
    text = f"""SELECT cell, i, 0 AS state, {comma(items)}
        FROM {design.name("system")} AS s CROSS JOIN ({numbers}) AS numbers"""
    return design.stage("pivot_0", "The systems, a row for each equation.", text, stored=True)


def _eliminated(design: Design, k: int, source: str) -> str:
    """Gauss-Jordan: the pivot's row is divided by the pivot, and taken off all others so that column k vanishes."""
    rest = range(k + 1, design.q + 2)
    found = [f"MAX(CASE WHEN i = {k} THEN v{j} END) OVER (PARTITION BY cell) AS p{j}" for j in (k, *rest)]
    inner = f"""SELECT cell, i, state, o, {comma(f"v{j}" for j in (k, *rest))}, {comma(found)},
        MAX(CASE WHEN i = {k} THEN o END) OVER (PARTITION BY cell) AS whole FROM ({source}) AS s"""
    factor = f"""CASE WHEN whole > 0e0 AND p{k} > {PIVOT} * whole
        THEN CASE WHEN i = {k} THEN 1e0 / p{k} ELSE -v{k} / p{k} END ELSE 0e0 END"""
    state = f"""CASE WHEN i <> {k} THEN state WHEN NOT whole > 0e0 THEN 1 WHEN p{k} < -{PIVOT} * whole THEN 2
        WHEN p{k} <= {PIVOT} * whole THEN 1 ELSE 0 END"""
    middle = f"""SELECT cell, i, o, {state} AS state, {factor} AS factor, {comma(f"v{j}, p{j}" for j in rest)}
        FROM ({inner}) AS f"""
    values = comma(f"CASE WHEN i = {k} THEN 0e0 ELSE v{j} END + factor * p{j} AS v{j}" for j in rest)
    return f"SELECT cell, i, o, state, {values} FROM ({middle}) AS m"


def _solution(design: Design) -> Stage:
    last = f"v{design.q + 1}"
    items = [f"MAX(CASE WHEN i = {i} THEN {last} END) AS b_{i}" for i in range(1, design.q + 1)]
    items += [f"MAX(CASE WHEN i = {i} THEN state END) AS s_{i}" for i in range(1, design.q + 1)]
    text = f"SELECT cell, {comma(items)} FROM {design.name(f'pivot_{design.q}')} GROUP BY cell"
    return design.stage("solution", "The coefficients of each cell, and which terms were dropped.", text)
