"""From coefficients back to scores: what each differs by from what was expected of it."""

from __future__ import annotations

from metricspec.measures.growth.coefficients import plus, solved_stages
from metricspec.measures.growth.constants import constant_stages
from metricspec.measures.growth.moments import centred_stages, moment_stages
from metricspec.measures.growth.terms import Design, columns
from metricspec.sql.stage import Stage


def fit_stages(design: Design) -> tuple[Stage, ...]:
    """From the rows to `coefficients`: solved, or taken from an earlier fit."""
    centred = centred_stages(design)
    if design.spec.fitted is not None:
        return (*centred, *constant_stages(design, design.spec.fitted))
    return (*centred, *moment_stages(design), *solved_stages(design))


def scored_stages(design: Design) -> tuple[Stage, ...]:
    """From `coefficients` to `scored`: every row of the inputs with complete (1, 0), w, residual (in the outcome's units)
    and deviation (the residual in the units of results); the last three NULL where the score is not fitted."""
    if design.means and design.bases:
        return (_expected_of_schools(design), _scored(design))
    return (_scored(design),)


def _expected_of_schools(design: Design) -> Stage:
    """What a cell's intercept and plain peer means add to all scores of a school."""
    terms = enumerate(design.bases.values(), len(design.students) + 1)
    peers = plus(f"k.b_{at} * s.s_{base} / s.w" for at, base in terms)
    text = f"""SELECT s.cell AS cell, s.school AS school, k.shifted + {peers} AS expected
        FROM {design.name("schools")} AS s INNER JOIN {design.name("coefficients")} AS k ON k.cell = s.cell"""
    return design.stage("expected", "What is expected of all scores of a school in a cell.", text, True)


def _scored(design: Design) -> Stage:
    in_rows = [v for v in design.in_rows if v != "y"]
    common = "p.expected" if design.means and design.bases else "k.shifted"
    fitted = plus(f"k.b_{v[1:]} * s.{v}" for v in in_rows)
    residual = f"CASE WHEN s.complete = 1 THEN s.y - {common} - ({fitted}) END"
    weight = "s.w * k.scale" if design.weighted else "1e0"
    weight = f"CASE WHEN s.complete = 1 AND k.refused IS NULL AND k.cell IS NOT NULL THEN {weight} END"
    kept = columns([*design.inputs.carried, "student", *design.cells], "s")
    joins = f"LEFT JOIN {design.name('coefficients')} AS k ON k.cell = s.cell"
    if common == "p.expected":
        joins += f" LEFT JOIN {design.name('expected')} AS p ON p.cell = s.cell AND p.school = s.school"
    inner = f"SELECT {kept}, s.complete AS complete, {weight} AS w, {residual} AS residual, k.unit AS unit FROM {design.rows} AS s {joins}"
    names = columns([*design.inputs.carried, "student", *design.cells, "complete", "w", "residual"])
    text = f"SELECT {names}, residual * unit AS deviation FROM ({inner}) AS r"
    return design.stage("scored", "What each score differs by from what was expected of it.", text)


def residuals_stage(design: Design) -> Stage:
    kept = columns([*design.inputs.carried, "student", *design.cells, "w", "residual"])
    text = f"SELECT {kept} FROM {design.name('scored')} WHERE residual IS NOT NULL"
    return design.stage("residuals", "The residuals of the scores fitted, in the outcome's units.", text)
