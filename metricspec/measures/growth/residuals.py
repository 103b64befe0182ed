"""From coefficients back to scores: what each differs by from what was expected of it."""

from __future__ import annotations

from metricspec.measures.growth.coefficients import plus, solved_stages
from metricspec.measures.growth.constants import constant_stages
from metricspec.measures.growth.moments import kept_stages, moment_stages, places_as_text
from metricspec.measures.growth.terms import Design, columns
from metricspec.sql.stage import Stage


def fit_stages(design: Design) -> tuple[Stage, ...]:
    """From the rows to `coefficients`: solved, or taken from an earlier fit."""
    kept = kept_stages(design)
    if design.spec.fitted is not None:
        return (*kept, *constant_stages(design, design.spec.fitted))
    return (*kept, *moment_stages(design), *solved_stages(design))


def scored_stages(design: Design) -> tuple[Stage, ...]:
    """From `coefficients` to `scored`: every score with complete (1 or NULL), w, residual (in the outcome's units) and
    deviation (the residual in the units of results); the last three NULL where the score is not fitted."""
    if design.means and design.bases:
        return (_expected_of_schools(design), _scored(design))
    return (_scored(design),)


def _expected_of_schools(design: Design) -> Stage:
    """What a cell's intercept and plain peer means add to all scores of a school."""
    terms = enumerate(design.bases.values(), len(design.students) + 1)
    peers = plus(f"k.b_{at} * s.s_{base} / s.w" for at, base in terms)
    text = f"""SELECT s.cell AS cell, s.school_number AS school_number, k.shifted + {peers} AS expected
        FROM {design.name("school_sums")} AS s INNER JOIN {design.name("coefficients")} AS k ON k.cell = s.cell"""
    return design.stage("expected", "What is expected of all scores of a school in a cell.", text, stored=True)


def _scored(design: Design) -> Stage:
    in_rows = [v for v in design.in_rows if v != "y"]
    common = "p.expected" if design.means and design.bases else "k.shifted"
    fitted = plus(f"k.b_{v[1:]} * s.{v}" for v in in_rows)
    residual = f"CASE WHEN s.complete = 1 THEN s.y - {common} - ({fitted}) END"
    weight = "s.w * k.scale" if design.weighted else "1e0"
    weight = f"CASE WHEN s.complete = 1 AND k.refused IS NULL AND k.cell IS NOT NULL THEN {weight} END"
    names = ["place", "cell", *design.signature, *(("student",) if design.named else ()), "complete"]
    joins = f"LEFT JOIN {design.name('coefficients')} AS k ON k.cell = s.cell"
    if common == "p.expected":
        joins += f""" LEFT JOIN {design.name("expected")} AS p
            ON p.cell = s.cell AND p.school_number = s.school_number"""
    inner = f"""SELECT {columns(names, "s")}, {weight} AS w, {residual} AS residual, k.unit AS unit
        FROM {design.kept} AS s {joins}"""
    text = f"SELECT {columns([*names, 'w', 'residual'])}, residual * unit AS deviation FROM ({inner}) AS r"
    return design.stage("scored", "What each score differs by from what was expected of it.", text)


def residuals_stage(design: Design) -> Stage:
    cells = f", {columns(design.cells, 'k')}" if design.cells else ""
    text = f"""SELECT {places_as_text(design, "p")}, {columns([*design.signature, "student", "w", "residual"], "s")}{cells}
        FROM {design.name("scored")} AS s INNER JOIN {design.name("places")} AS p ON p.place = s.place
        INNER JOIN {design.name("cells")} AS k ON k.cell = s.cell WHERE s.residual IS NOT NULL"""
    return design.stage("residuals", "The residuals of the scores fitted, in the outcome's units.", text)
