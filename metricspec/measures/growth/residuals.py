"""From coefficients back to scores: what each differs by from what was expected of it."""

from __future__ import annotations

from collections.abc import Mapping

from metricspec.measures.growth.coefficients import expected_of_school, solved_stages
from metricspec.measures.growth.constants import constant_stages
from metricspec.measures.growth.moments import kept_stages, moment_stages, places_as_text, product_stages
from metricspec.measures.growth.one_group import residual_sums, summed_stages
from metricspec.measures.growth.terms import Design, columns
from metricspec.sql.stage import Stage, comma, plus


def fit_stages(design: Design) -> tuple[Stage, ...]:
    """From the rows to `coefficients`: solved, or taken from an earlier fit."""
    kept = summed_stages(design) if design.summed else kept_stages(design)
    if design.spec.fitted is not None:
        products = product_stages(design) if design.summed else ()
        return (*kept, *products, *constant_stages(design, design.spec.fitted))
    return (*kept, *moment_stages(design), *solved_stages(design))


def scored_stages(design: Design) -> tuple[Stage, ...]:
    """From `coefficients` to `scored`: every score with complete (1 or NULL), w, residual (in the outcome's units) and
    deviation (the residual in the units of results); the last three NULL where the score is not fitted."""
    return (*_expected(design), _scored(design))


def carried_stages(design: Design) -> tuple[Stage, ...]:
    """From `coefficients` to `carried_sums`: counts and sums of residuals by place and combination of student groups."""
    if design.summed:
        return residual_sums(design)
    return (*scored_stages(design), _place_sums(design), _carried_sums(design))


def _expected(design: Design) -> tuple[Stage, ...]:
    return (_expected_of_schools(design),) if design.means and design.bases else ()


def _expected_of_schools(design: Design) -> Stage:
    """What a cell's intercept and plain peer means add to all scores of a school."""
    text = f"""SELECT s.cell AS cell, s.school_number AS school_number, {expected_of_school(design)} AS expected
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


def sums_of(design: Design) -> Mapping[str, str]:
    """What is summed of scores, by the names that effects are made of."""
    found = {"population": "COUNT(*)", "complete": "COUNT(complete)", "fitted": "COUNT(deviation)"}
    if design.weighted:
        found |= {"w": "SUM(w)", "w2": "SUM(w * w)"}
        return {**found, "r": "SUM(w * deviation)", "rr": "SUM(w * deviation * deviation)"}
    return {**found, "r": "SUM(deviation)", "rr": "SUM(deviation * deviation)"}


def _place_sums(design: Design) -> Stage:
    """The one pass over residuals, by number; what is carried as text comes back to the few sums."""
    keys = comma(["place", *design.signature, *(("cell",) if design.spec.by_cell else ())])
    sums = comma(f"{sql} AS sum_{name}" for name, sql in sums_of(design).items())
    text = f"SELECT {keys}, {sums} FROM {design.name('scored')} GROUP BY {keys}"
    return design.stage("place_sums", "Sums of residuals by place and combination of groups.", text, stored=True)


def _carried_sums(design: Design) -> Stage:
    items = [places_as_text(design, "p"), *([columns(design.signature, "s")] if design.signature else [])]
    items += [f"s.sum_{name} AS {name}" for name in sums_of(design)]
    source = f"{design.name('place_sums')} AS s INNER JOIN {design.name('places')} AS p ON p.place = s.place"
    if design.spec.by_cell:
        items += [f"k.{name} AS {name}" for name in design.cells]
        source += f" LEFT JOIN {design.name('cells')} AS k ON k.cell = s.cell"
    text = f"SELECT {comma(items)} FROM {source}"
    return design.stage("carried_sums", "The same sums with their places as text.", text)


def residuals_stage(design: Design) -> Stage:
    cells = f", {columns(design.cells, 'k')}" if design.cells else ""
    text = f"""SELECT {places_as_text(design, "p")}, {columns([*design.signature, "student", "w", "residual"], "s")}{cells}
        FROM {design.name("scored")} AS s INNER JOIN {design.name("places")} AS p ON p.place = s.place
        INNER JOIN {design.name("cells")} AS k ON k.cell = s.cell WHERE s.residual IS NOT NULL"""
    return design.stage("residuals", "The residuals of the scores fitted, in the outcome's units.", text)
