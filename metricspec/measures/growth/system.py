"""The linear system of each cell: centred sums of products, with the known error taken off the priors' diagonal."""

from __future__ import annotations

from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import Stage, comma

PIVOT = "1e-9"  # of its first size: a pivot under it belongs to a term that those before it already hold
CONSTANT = "1e-18"  # of weight times squared mean: a sum of squares under it is the rounding of a constant
BETWEEN = "1e-12"  # of the whole sum of squares: what is left within schools under it is the rounding of a difference


def error(design: Design, at: int) -> str:
    """What is taken off a term's diagonal, as SQL over the moments: its error variance times the weights, or nothing."""
    prior = design.spec.priors[at - 1] if at <= len(design.spec.priors) else None
    if prior is not None and prior.csem is not None:
        return f"error_{at}"
    if prior is not None and prior.reliability is not None:
        return f"{1 - prior.reliability:.17e} * cross_{at}_{at}"
    return ""


def entry(design: Design, i: int, j: int) -> str:
    """The name of the entry in row i and column j; the right side is column q + 1. In two steps it is not symmetric."""
    return f"m_{i}_{j}" if design.two_step else f"m_{min(i, j)}_{max(i, j)}"


def system_stage(design: Design) -> Stage:
    """One row per cell: entries m_i_j, and for each term o_i, its sum of squares (0 where it is constant).

    In two steps the rows of students' terms hold products within schools, and nothing for the peers; the rows of peers
    hold products of school means, so that one elimination gives the slopes first and then the school means' regression
    on peers of what the slopes leave.
    """
    items = [f"{_squares(design, i)} AS o_{i}" for i in range(1, design.q + 1)]
    for i in range(1, design.q + 1):
        for j in range(1 if design.two_step else i, design.q + 2):
            items.append(f"{_entry(design, i, j)} AS {entry(design, i, j)}")
    text = f"SELECT cell, {comma(items)} FROM {design.name('moments')}"
    return design.stage(
        "system", "The linear system of each cell, the priors' known error taken off its diagonal.", text
    )


def _squares(design: Design, i: int) -> str:
    own = f"cross_{i}_{i}"
    constant = f"{own} <= {CONSTANT} * w * mean_{i} * mean_{i}"
    if design.two_step and i <= len(design.students):
        within = f"within_x{i}_x{i}"
        return f"CASE WHEN {constant} OR {within} <= {BETWEEN} * {own} THEN 0e0 ELSE {within} END"
    return f"CASE WHEN {constant} THEN 0e0 ELSE {own} END"


def _entry(design: Design, i: int, j: int) -> str:
    students = len(design.students)
    value = f"cross_{min(i, j)}_{max(i, j)}"
    if design.two_step and i <= students:
        if students < j <= design.q:
            return "0e0"
        other = "y" if j > design.q else f"x{max(i, j)}"
        value = f"within_x{i if j > design.q else min(i, j)}_{other}"
    known = error(design, i) if i == j else ""
    return f"{value} - {known}" if known else value
