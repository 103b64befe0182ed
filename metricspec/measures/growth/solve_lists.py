"""Solving each cell's system where columns can be lists: one step of elimination is written once and repeats itself."""

from __future__ import annotations

from metricspec.measures.growth.system import PIVOT, entry
from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import Stage, comma


def list_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `solution`: by cell the coefficients b_1 ... b_q and states s_1 ... s_q (0 kept, 1 dropped, 2 refused)."""
    return (_equations(design), _eliminated(design), _solution(design))


def _equations(design: Design) -> Stage:
    """Row i of a cell: o, the term's own sum of squares, and v, its coefficients and the right side."""
    terms = range(1, design.q + 1)
    numbers = comma(map(str, terms))
    squares = comma(f"o_{i}" for i in terms)
    lists = comma(f"[{comma(entry(design, i, j) for j in range(1, design.q + 2))}]" for i in terms)
    text = f"""SELECT cell, UNNEST([{numbers}]) AS i, UNNEST([{squares}]) AS o, UNNEST([{lists}]) AS v
        FROM {design.name("system")} AS s"""
    return design.stage("equations", "The systems, a row for each equation.", text, stored=True)


def _eliminated(design: Design) -> Stage:
    """Gauss-Jordan: the k-th row is divided by its pivot, and taken off all others so that column k vanishes."""
    found = comma(
        f"ANY_VALUE(CASE WHEN i = k + 1 THEN {what} END) OVER (PARTITION BY cell) AS {name}"
        for what, name in (("v", "p"), ("o", "whole"))
    )
    inner = f"""SELECT cell, i, k + 1 AS k, o, state, v, {found} FROM steps WHERE k < {design.q}"""
    factor = f"""CASE WHEN whole > 0e0 AND p[k] > {PIVOT} * whole
        THEN CASE WHEN i = k THEN 1e0 / p[k] ELSE -v[k] / p[k] END ELSE 0e0 END"""
    state = f"""CASE WHEN i <> k THEN state WHEN NOT whole > 0e0 THEN 1 WHEN p[k] < -{PIVOT} * whole THEN 2
        WHEN p[k] <= {PIVOT} * whole THEN 1 ELSE 0 END"""
    middle = f"SELECT cell, i, k, o, {state} AS state, v, p, {factor} AS factor FROM ({inner}) AS f"
    row = "LIST_TRANSFORM(v, LAMBDA x, j : CASE WHEN i = k THEN 0e0 ELSE x END + factor * p[j])"
    text = f"""WITH RECURSIVE steps AS (SELECT cell, i, 0 AS k, o, 0 AS state, v FROM {design.name("equations")}
        UNION ALL SELECT cell, i, k, o, state, {row} AS v FROM ({middle}) AS m)
        SELECT cell, i, state, v[{design.q + 1}] AS b FROM steps WHERE k = {design.q}"""
    says = "Each term in turn eliminated from every other equation."
    return design.stage("eliminated", says, text, stored=True)


def _solution(design: Design) -> Stage:
    items = [f"MAX(CASE WHEN i = {i} THEN b END) AS b_{i}" for i in range(1, design.q + 1)]
    items += [f"MAX(CASE WHEN i = {i} THEN state END) AS s_{i}" for i in range(1, design.q + 1)]
    text = f"SELECT cell, {comma(items)} FROM {design.name('eliminated')} GROUP BY cell"
    return design.stage("solution", "The coefficients of each cell, and which terms were dropped.", text)
