"""Growth by hand: fetch from DuckDB, fit every cell in numpy, statsmodels or pyfixest, and average residuals by school.

Each way ends in the same two things: coefficients (cells x 1 + p, intercept first) and the school effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.growth_data import Model

if TYPE_CHECKING:
    import duckdb

Floats = NDArray[np.float64]
Codes = NDArray[np.integer[Any]]
Fit = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Rows:
    """Complete cases sorted by cell: cell k is rows starts[k] to starts[k + 1]; the first column of `x` is one.

    `x` is stored column after column, which is what LAPACK reads.
    """

    cells: list[tuple[str, ...]]
    starts: Codes
    school_year: Codes
    labels: tuple[list[str], list[str]]
    y: Floats
    x: Floats

    def slices(self) -> Iterator[tuple[int, slice]]:
        for at in range(len(self.cells)):
            yield at, slice(int(self.starts[at]), int(self.starts[at + 1]))


@dataclass(frozen=True)
class Growth:
    """School effects have keys (school, year) and columns n, mean residual, standard error, empirical Bayes."""

    cells: list[tuple[str, ...]]
    coefficients: Floats
    schools: list[tuple[str, str]]
    effects: Floats


def fetch(connection: duckdb.DuckDBPyConnection, model: Model) -> Rows:
    """Complete cases by way of Arrow, text as codes, school means of each cell, all in the order of the cells.

    The sort is numpy's radix sort of small codes. Of the ways tried (ORDER BY in DuckDB, fetchnumpy with text as
    objects, school means by windows in SQL) this is the fastest.
    """
    import pyarrow.compute as pc

    numbers = ["scale_score", *model.own]
    table = connection.sql(
        f"""SELECT school_id, school_year, grade, subject, {", ".join(f"{c}::DOUBLE AS {c}" for c in numbers)}
        FROM score WHERE {" AND ".join(f"{c} IS NOT NULL" for c in numbers)}"""
    ).to_arrow_table()

    def codes(column: str) -> tuple[NDArray[np.int64], list[str]]:
        coded = pc.dictionary_encode(table[column]).combine_chunks()
        return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()

    (school, school_ids), (year, years) = codes("school_id"), codes("school_year")
    (grade, grades), (subject, subjects) = codes("grade"), codes("subject")
    cell = ((year * len(grades) + grade) * len(subjects) + subject).astype(np.int16)
    order = np.argsort(cell, kind="stable")
    count = np.bincount(cell, minlength=len(years) * len(grades) * len(subjects))
    place = (cell.astype(np.int64) * len(school_ids) + school)[order]
    size = np.bincount(place, minlength=len(count) * len(school_ids))
    x = np.empty((len(order), 1 + model.p), order="F")
    x[:, 0] = 1.0
    for at, column in enumerate(model.own, 1):
        np.take(table[column].to_numpy(), order, out=x[:, at])
    for at, column in enumerate(model.means, 1 + len(model.own)):
        mean = np.bincount(place, x[:, 1 + model.own.index(column)], len(size)) / np.maximum(size, 1)
        np.take(mean, place, out=x[:, at])
    return Rows(
        [(y, g, s) for y in years for g in grades for s in subjects],
        np.concatenate(([0], np.cumsum(count))),
        (school * len(years) + year)[order],
        (school_ids, years),
        table["scale_score"].to_numpy()[order],
        x,
    )


def lstsq(x: Floats, y: Floats) -> Floats:
    return np.linalg.lstsq(x, y, rcond=None)[0]


def normal_equations(x: Floats, y: Floats) -> Floats:
    """Centred, so that the product of scores in the thousands loses no digits: the fastest that is still right."""
    middle, level = x[:, 1:].mean(axis=0), y.mean()
    centred = x[:, 1:] - middle
    slopes = np.linalg.solve(centred.T @ centred, centred.T @ (y - level))
    return np.concatenate(([level - middle @ slopes], slopes))


def statsmodels(x: Floats, y: Floats) -> Floats:
    from statsmodels.api import OLS

    return np.asarray(OLS(y, x).fit().params)


def by_cell(rows: Rows, fit: Fit, only: int | None = None) -> tuple[Floats, Floats]:
    """Coefficients and residuals of the first `only` cells (all)."""
    b, left = np.full((len(rows.cells), rows.x.shape[1]), np.nan), np.full(len(rows.y), np.nan)
    for at, part in list(rows.slices())[:only]:
        b[at] = fit(rows.x[part], rows.y[part])
        left[part] = rows.y[part] - rows.x[part] @ b[at]
    return b, left


def pyfixest(rows: Rows, model: Model, only: int | None = None) -> tuple[Floats, Floats]:
    """feols for each cell, without what it can leave away; `split` (which copies every cell's data) is slower."""
    import pandas as pd
    from pyfixest import feols

    names = [f"x{at}" for at in range(model.p)]
    b, left = np.full((len(rows.cells), model.p + 1), np.nan), np.full(len(rows.y), np.nan)
    for at, part in list(rows.slices())[:only]:
        frame = pd.DataFrame(rows.x[part, 1:], columns=names).assign(y=rows.y[part])
        found: Any = feols(f"y ~ {' + '.join(names)}", frame, vcov="iid", copy_data=False, store_data=False)
        b[at], left[part] = found.coef().to_numpy(), found.resid()
    return b, left


def school_effects(rows: Rows, residuals: Floats) -> tuple[list[tuple[str, str]], Floats]:
    """Mean residual of each school and year, its standard error, and the mean shrunken by Swamy and Arora's variance.

    Within a year: s2 = sum of squares within schools / (N - J); tau2 = (between mean square - s2) / n0.
    """
    ids, years = rows.labels
    total = len(ids) * len(years)
    n = np.bincount(rows.school_year, minlength=total).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(rows.school_year, residuals, total) / n
    within = np.bincount(rows.school_year, (residuals - mean[rows.school_year]) ** 2, total)
    effects = np.full((total, 4), np.nan)
    for year in range(len(years)):
        at = np.arange(year, total, len(years))
        at = at[n[at] > 0]
        m, size, count = mean[at], n[at], len(at)
        s2 = within[at].sum() / (size.sum() - count)
        between = (size * (m - size @ m / size.sum()) ** 2).sum() / (count - 1)
        n0 = (size.sum() - (size**2).sum() / size.sum()) / (count - 1)
        tau2 = max(0.0, (between - s2) / n0)
        effects[at] = np.column_stack((size, m, np.sqrt(s2 / size), tau2 / (tau2 + s2 / size) * m))
    known = n > 0
    return [(ids[at // len(years)], years[at % len(years)]) for at in np.flatnonzero(known)], effects[known]
