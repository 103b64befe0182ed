"""The pooled fit: tables of moments merged cell by cell, solved, and the schools of all districts measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measures.growth.fit import CellFit, Fit, Yardstick
from metricspec.measures.pooling.effects import SchoolCell, yardstick
from metricspec.measures.pooling.solve import solved
from metricspec.measures.pooling.sums import Spread, Sums, merged, merged_spread, rare_terms
from metricspec.measures.pooling.table import (
    CELL,
    SCHOOL,
    WITHIN,
    Header,
    Table,
    cell_columns,
    cell_sums,
    crosses,
    mean_columns,
    rules,
)

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]  # school year and the cell's values


@dataclass(frozen=True)
class _Cell:
    """A cell over all tables, and what it leaves for the schools."""

    key: Key
    sums: Sums
    fit: CellFit


def pooled(tables: Sequence[Table]) -> Fit:
    """Fit one model on the sums of some tables, which must belong together (see `table.differing`).

    A school is told by its id alone: no two tables may hold the same id in the same year.
    """
    header = tables[0].header
    rows = [_by_cell(table) for table in tables]
    keys = sorted({key for found in rows for key in found})
    parts = {key: [found[key] for found in rows if key in found] for key in keys}
    cells = [_cell(header, key, own) for key, own in parts.items()]
    districts = tuple(sorted({name for table in tables for name in table.header.districts}))
    return Fit(
        header.indicator,
        header.version,
        header.terms,
        header.cell,
        header.standardize,
        tuple(cell.fit for cell in cells),
        tuple(_yardsticks(header, cells, parts)),
        districts,
        rules(header),
    )


def _by_cell(table: Table) -> dict[Key, pd.DataFrame]:
    keys = ["school_year", *cell_columns(len(table.header.cell))]
    return {tuple(str(one) for one in key): rows for key, rows in table.rows.groupby(keys, sort=True)}


def _cell(header: Header, key: Key, parts: Sequence[pd.DataFrame]) -> _Cell:
    wholes = [part[part["part"] == CELL] for part in parts]
    sums = merged([cell_sums(whole, len(header.terms)) for whole in wholes])
    solution = solved(sums, header.terms, dict(header.reliability), header.cell_minimum)
    notes = list(solution.notes)
    deviation: float | None = None
    if solution.intercept is not None:
        deviation, more = _deviation(header, sums, wholes)
        rare = rare_terms(sums, header.terms, header.privacy_n)
        notes += [*more, *(f"fewer than {header.privacy_n} scores have it or have it not: {term}" for term in rare)]
    weight = sums.w / sums.n
    found = CellFit(key[0], key[1:], sums.n, solution.intercept, solution.coefficients, deviation, tuple(notes), weight)
    return _Cell(key, sums, found)


def _deviation(header: Header, sums: Sums, wholes: Sequence[pd.DataFrame]) -> tuple[float, list[str]]:
    """The standard deviation that residuals are divided by, and a note where a district withheld its population."""
    if header.standardize == "none":
        return 1.0, []
    sample = float((sums.cross[-1, -1] / sums.w) ** 0.5)
    if header.standardize == "sample":
        return sample, []
    parts, withheld = [], False
    for whole in wholes:
        row = whole.iloc[0]
        if row["population_n"] == row["population_n"]:  # not NaN
            parts.append(Spread(int(row["population_n"]), float(row["population_mean"]), float(row["population_ss"])))
        else:
            own = cell_sums(whole, len(header.terms))
            parts.append(Spread(own.n, float(own.mean[-1]), float(own.cross[-1, -1]) * own.n / own.w))
            withheld = True
    notes = ["standard deviation of complete scores only, for some districts"] if withheld else []
    return merged_spread(parts).deviation, notes


def _yardsticks(header: Header, cells: Sequence[_Cell], parts: dict[Key, list[pd.DataFrame]]) -> Iterator[Yardstick]:
    """One for each year, and with rows by cell one for each cell."""
    residuals = {
        cell.key: _residuals(header, cell, parts[cell.key]) for cell in cells if cell.fit.intercept is not None
    }
    fitted = [cell for cell in cells if cell.fit.intercept is not None]
    for year in sorted({cell.key[0] for cell in fitted}):
        own = [cell for cell in fitted if cell.key[0] == year]
        chosen: list[tuple[str | None, list[_Cell]]] = [(None, own)]
        if header.by_cell:
            chosen += [(" / ".join(cell.key[1:]), [cell]) for cell in own]
        for category, some in chosen:
            schools = [one for cell in some for one in residuals[cell.key][0]]
            within = sum(residuals[cell.key][1] for cell in some)
            left_out = sum(cell.sums.n for cell in some) - sum(one.n for one in schools)
            shrinkage, ranked = header.shrinkage == "empirical_bayes", header.percentile == "rank"
            yield yardstick(year, category, schools, within, left_out, shrinkage=shrinkage, ranked=ranked)


def _residuals(header: Header, cell: _Cell, parts: Sequence[pd.DataFrame]) -> tuple[list[SchoolCell], float]:
    """Each school's mean residual in a cell, and the sum of squares within schools; weights of mean 1 in the cell."""
    import numpy as np

    fit, terms = cell.fit, len(header.terms)
    assert fit.intercept is not None and fit.outcome_sd is not None
    direction = np.array([*(-(slope or 0.0) for slope in fit.coefficients), 1.0])
    scale = cell.sums.n / cell.sums.w
    schools, squares = [], 0.0
    for part in parts:
        own = part[part["part"] == SCHOOL]
        means = own[mean_columns(terms)].to_numpy(dtype=float)
        residual = (means @ direction - fit.intercept) / fit.outcome_sd
        for school, n, w, w2, mean in zip(own["school"], own["n"], own["w"], own["w2"], residual, strict=True):
            schools.append(SchoolCell(str(school), int(n), float(w) * scale, float(w2) * scale**2, float(mean)))
        for _, row in part[part["part"] == WITHIN].iterrows():
            cross = crosses(row, terms)
            squares += float(direction @ cross @ direction) * scale / fit.outcome_sd**2
    return schools, max(0.0, squares)
