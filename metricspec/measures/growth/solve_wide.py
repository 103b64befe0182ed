"""Solving each cell's system in one row: every entry of the matrix is a column."""

from __future__ import annotations

from metricspec.measures.growth.system import PIVOT, entry
from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import Stage, comma


def wide_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `solution`: by cell the coefficients b_1 ... b_q and states s_1 ... s_q (0 kept, 1 dropped, 2 refused).

    Every step is stored: an engine that looks through them would write out each entry in terms of the first ones.
    """
    source, stages = design.name("system"), []
    for k in range(1, design.q + 1):
        stages.append(_pivot(design, k, source))
        stages.append(_elimination(design, k, stages[-1].name))
        source = stages[-1].name
    for k in range(design.q, 0, -1):
        stages.append(_substitution(design, k, source))
        source = stages[-1].name
    return tuple(stages)


def _upper(design: Design, rows: range) -> list[str]:
    """Entries right of the diagonal, of equations that are done."""
    return [entry(design, i, j) for i in rows for j in range(i + 1, design.q + 2)]


def _open(design: Design, first: int) -> list[str]:
    """Entries of the equations and columns still to be eliminated."""
    return list(
        dict.fromkeys(entry(design, i, j) for i in range(first, design.q + 1) for j in range(first, design.q + 2))
    )


def _pivot(design: Design, k: int, source: str) -> Stage:
    done = [name for i in range(1, k) for name in (f"u_{i}", f"s_{i}")]
    wholes = [f"o_{i}" for i in range(k + 1, design.q + 1)]
    pivot = entry(design, k, k)
    state = f"""CASE WHEN NOT o_{k} > 0e0 THEN 1 WHEN {pivot} < -{PIVOT} * o_{k} THEN 2
        WHEN {pivot} <= {PIVOT} * o_{k} THEN 1 ELSE 0 END"""
    inverse = f"CASE WHEN o_{k} > 0e0 AND {pivot} > {PIVOT} * o_{k} THEN 1e0 / {pivot} ELSE 0e0 END"
    kept = comma(["cell", *done, *_upper(design, range(1, k)), *_open(design, k), *wholes])
    text = f"SELECT {kept}, {inverse} AS u_{k}, {state} AS s_{k} FROM {source}"
    return design.stage(f"pivot_{k}", f"The pivot of term {k}, or whether it is dropped.", text, stored=True)


def _elimination(design: Design, k: int, source: str) -> Stage:
    done = [name for i in range(1, k + 1) for name in (f"u_{i}", f"s_{i}")]
    wholes = [f"o_{i}" for i in range(k + 1, design.q + 1)]
    items: dict[str, str] = {}
    for i in range(k + 1, design.q + 1):
        for j in range(k + 1, design.q + 2):
            name = entry(design, i, j)
            items[name] = f"{name} - {entry(design, i, k)} * {entry(design, k, j)} * u_{k} AS {name}"
    kept = ["cell", *done, *_upper(design, range(1, k + 1)), *wholes]
    text = f"SELECT {comma([*kept, *items.values()])} FROM {source}"
    return design.stage(f"eliminated_{k}", f"Term {k} eliminated from the equations after it.", text, stored=True)


def _substitution(design: Design, k: int, source: str) -> Stage:
    known = [f"b_{i}" for i in range(k + 1, design.q + 1)]
    states = [f"s_{i}" for i in range(1, design.q + 1)]
    inverses = [f"u_{i}" for i in range(1, k)]
    rest = "".join(f" - {entry(design, k, i)} * b_{i}" for i in range(k + 1, design.q + 1))
    value = f"u_{k} * ({entry(design, k, design.q + 1)}{rest}) AS b_{k}"
    kept = ["cell", *states, *inverses, *_upper(design, range(1, k)), *known, value]
    text = f"SELECT {comma(kept)} FROM {source}"
    name = "solution" if k == 1 else f"substituted_{k}"
    return design.stage(name, f"The coefficient of term {k}.", text, stored=True)
