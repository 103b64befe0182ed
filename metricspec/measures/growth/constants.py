"""An earlier fit as tables of constants, in place of a solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from metricspec.measures.growth.fit import CellFit, Fit
from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import Stage, comma, lit, on

MOST = 400  # rows of a constant table in one step: SQLite takes 500
Kind = Literal["VARCHAR", "DOUBLE", "INTEGER"]
Value = str | float | int | None


def constant_table(
    design: Design, name: str, says: str, columns: Mapping[str, Kind], rows: Sequence[Sequence[Value]]
) -> tuple[Stage, ...]:
    """Rows of values as stages, the last named `name`; a long table is put together from parts."""
    listed = [f"SELECT {comma(_item(*one) for one in zip(row, columns.items(), strict=True))}" for row in rows]
    if not listed:
        listed = [
            f"SELECT {comma(_item(None, one) for one in columns.items())} FROM (SELECT 1 AS one) AS o WHERE 1 = 0"
        ]
    if len(listed) <= MOST:
        return (design.stage(name, says, "\nUNION ALL\n".join(listed), stored=True),)
    parts = [
        design.stage(f"{name}_{at}", says, "\nUNION ALL\n".join(listed[first : first + MOST]), stored=True)
        for at, first in enumerate(range(0, len(listed), MOST), 1)
    ]
    text = "\nUNION ALL\n".join(f"SELECT {comma(columns)} FROM {part.name}" for part in parts)
    return (*parts, design.stage(name, says, text, stored=True))


def _item(value: Value, column: tuple[str, Kind]) -> str:
    name, kind = column
    written = "NULL" if value is None else lit(value) if kind == "VARCHAR" else f"{value:.17e}"
    return f"CAST({value if kind == 'INTEGER' and value is not None else written} AS {kind}) AS {name}"


def constant_stages(design: Design, fit: Fit) -> tuple[Stage, ...]:
    """Ends in `coefficients`, with the columns of a solve. A cell that the fit does not have is refused: absent."""
    columns: dict[str, Kind] = dict.fromkeys(design.keys, "VARCHAR")
    columns |= dict.fromkeys(("intercept", "deviation", "mean_weight"), "DOUBLE")
    for at in range(1, design.q + 1):
        columns |= {f"b_{at}": "DOUBLE", f"dropped_{at}": "INTEGER"}
    says = f"The model as fitted before, from {fit.indicator} {fit.version}."
    table = constant_table(design, "fit", says, columns, [_row(cell) for cell in fit.cells])
    return (*table, _coefficients(design))


def _row(cell: CellFit) -> list[Value]:
    row: list[Value] = [cell.school_year, *cell.values, cell.intercept, cell.outcome_sd, cell.mean_weight]
    for value in cell.coefficients:
        known = cell.intercept is not None
        row += [(value or 0.0) if known else None, int(known and value is None)]
    return row


def _coefficients(design: Design) -> Stage:
    terms = range(1, design.q + 1)
    shifts = " + ".join(f"f.b_{at} * k.c_{design.base(v)}" for at, v in enumerate(design.terms, 1))
    slopes = comma(f"f.b_{at} AS b_{at}" for at in terms)
    dropped = comma(f"COALESCE(f.dropped_{at}, 0) AS dropped_{at}" for at in terms)
    refused = "CASE WHEN f.school_year IS NULL THEN 'absent' WHEN f.intercept IS NULL THEN 'unfitted' END"
    text = f"""SELECT k.cell AS cell, {comma(f"k.{key} AS {key}" for key in design.keys)}, k.n AS n, {refused} AS refused,
        f.intercept AS intercept, f.intercept - k.c_y + {shifts} AS shifted, {slopes}, 1e0 / f.mean_weight AS scale,
        f.deviation AS deviation, 1e0 / f.deviation AS unit, {dropped}
        FROM {design.name("cells")} AS k LEFT JOIN {design.name("fit")} AS f ON {on("f", "k", design.keys)}"""
    return design.stage("coefficients", "The model of each cell as fitted before.", text, stored=True)


def yardstick_stages(design: Design, fit: Fit) -> tuple[Stage, ...]:
    columns: dict[str, Kind] = {
        "school_year": "VARCHAR",
        "category": "VARCHAR",
        "within": "DOUBLE",
        "between_": "DOUBLE",
    }
    columns |= {"spread": "DOUBLE", "schools": "INTEGER"}
    rows = [(y.school_year, y.category, y.within, y.between, y.spread, y.schools) for y in fit.yardsticks]
    return constant_table(design, "yardsticks", "What the fit measures schools by.", columns, rows)


def effect_table(design: Design, fit: Fit) -> tuple[Stage, ...]:
    columns: dict[str, Kind] = {"school_year": "VARCHAR", "category": "VARCHAR", "effect": "DOUBLE"}
    rows = [(y.school_year, y.category, effect) for y in fit.yardsticks for effect in y.effects]
    return constant_table(design, "fitted_effects", "The effects of the schools that the fit is of.", columns, rows)
