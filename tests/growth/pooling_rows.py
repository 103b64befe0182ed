"""Rows of students, their moments by numpy, and fits by other routes than ours: what the tests of pooling compare with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from metricspec.measures.pooling.table import Header, Table, columns


def header(terms: Sequence[str], **changes: Any) -> Header:
    usual = Header(
        indicator="core.growth",
        version="1.0.0",
        terms=tuple(terms),
        cell=("grade",),
        reliability=(),
        form="pooled",
        standardize="population",
        shrinkage="empirical_bayes",
        percentile="normal",
        by_cell=False,
        cell_minimum=30,
        privacy_n=11,
    )
    return replace(usual, **changes)


@dataclass(frozen=True)
class Rows:
    """Scores with columns school_year, cell_1, school, district, y, one column for each of `terms`, w, and where known csem_<term>."""

    frame: pd.DataFrame
    terms: tuple[str, ...]

    def complete(self) -> pd.DataFrame:
        return self.frame.dropna(subset=["y", *self.terms])


def moments(rows: Rows, names: Header) -> pd.DataFrame:
    """The full table of moments of some rows: one for each cell and one for each school of it."""
    found: list[dict[str, Any]] = []
    for key, cell in rows.frame.groupby(["school_year", "cell_1"]):
        population = cell["y"].dropna()
        about = {"school_year": key[0], "cell_1": key[1]}
        complete = cell.dropna(subset=["y", *rows.terms])
        spread = {
            "population_n": len(population),
            "population_mean": population.mean(),
            "population_ss": population.var(ddof=0) * len(population),
        }
        found.append({"part": "cell", "school": None, **about, **spread, **_sums(complete, rows.terms)})
        for school, own in complete.groupby("school"):
            found.append({"part": "school", "school": school, **about, **_sums(own, rows.terms)})
    return pd.DataFrame(found).reindex(columns=columns(names))


def _sums(part: pd.DataFrame, terms: Sequence[str]) -> dict[str, float]:
    values = part[[*terms, "y"]].to_numpy(float)
    w = part["w"].to_numpy(float)
    mean = np.average(values, axis=0, weights=w)
    centred = values - mean
    cross = (centred * w[:, None]).T @ centred
    found = {"n": len(part), "w": w.sum(), "w2": (w**2).sum()}
    found |= {f"mean_{at}": value for at, value in enumerate(mean, 1)}
    size = len(terms) + 1
    found |= {f"cross_{i + 1}_{j + 1}": cross[i, j] for i in range(size) for j in range(i, size)}
    for at, term in enumerate(terms, 1):
        found[f"error_{at}"] = (w * part[f"csem_{term}"] ** 2).sum() if f"csem_{term}" in part else np.nan
    return found


def tables(rows: Rows, names: Header) -> list[Table]:
    """A table for each district, as full moments (nothing held back), with sums within schools as they leave."""
    from metricspec.measures.pooling.release import released

    found = []
    for district, own in rows.frame.groupby("district"):
        own_names = replace(names, districts=(str(district),))
        full = moments(replace(rows, frame=own), names)
        found.append(Table(f"{district}.parquet", own_names, released(own_names, full, lambda year: 1).rows))
    return found


def direct(cell: pd.DataFrame, terms: Sequence[str], reliability: dict[str, float] | None = None) -> np.ndarray:
    """Intercept and slopes of one cell from its pooled rows, by a solve with the intercept's column in it.

    Ordinary least squares by numpy.linalg.lstsq on rows times root weight; with errors in variables (W'X - S) b = X'y on
    columns that were divided by their own size.
    """
    x = np.column_stack([np.ones(len(cell)), cell[list(terms)].to_numpy(float)])
    y, w = cell["y"].to_numpy(float), cell["w"].to_numpy(float)
    error = np.zeros(len(terms))
    for at, term in enumerate(terms):
        values = cell[term].to_numpy(float)
        if f"csem_{term}" in cell:
            error[at] = (w * cell[f"csem_{term}"] ** 2).sum()
        if reliability and term in reliability:
            error[at] = (1 - reliability[term]) * w.sum() * np.cov(values, aweights=w, ddof=0)
    root = np.sqrt(w)
    if not error.any():
        return np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0]
    shift = np.array([0.0, *x[:, 1:].mean(axis=0)])
    scale = np.array([1.0, *x[:, 1:].std(axis=0)])
    z = (x - shift) / scale
    s = np.diag([0.0, *(error / scale[1:] ** 2)])
    b = np.linalg.solve((z * w[:, None]).T @ z - s, (z * w[:, None]).T @ y) / scale
    b[0] -= shift[1:] @ b[1:]
    return b


def simulated(seed: int = 1, schools: int = 30, size: tuple[int, int] = (15, 60), peers: bool = True) -> Rows:
    """Three districts of some schools, two grades, two years: two priors with error, a flag, a peer mean, weights, gaps."""
    rng = np.random.default_rng(seed)
    parts = []
    for year in ("2023-24", "2024-25"):
        for grade in ("05", "06"):
            for school in range(schools):
                n = int(rng.integers(*size))
                level = rng.normal(0, 20)
                true = 2450 + level + 80 * rng.normal(size=n)
                same = true + 30 * rng.normal(size=n)
                other = 800 + 0.6 * true + 70 * rng.normal(size=n) + 40 * rng.normal(size=n)
                flag = (rng.random(n) < 0.3).astype(float)
                effect = rng.normal(0, 10)
                y = 300 + 0.9 * true + 0.2 * level - 15 * flag + effect + 35 * rng.normal(size=n)
                part = pd.DataFrame({"y": y, "same": same, "other": other, "flag": flag})
                part = part.assign(school_year=year, cell_1=grade, school=f"s{school:02d}", district=f"d{school % 3}")
                parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    size_ = len(frame)
    frame["w"] = rng.uniform(0.5, 1.5, size_)
    frame["csem_same"] = rng.uniform(20, 40, size_)
    frame["csem_other"] = rng.uniform(30, 50, size_)
    frame.loc[rng.random(size_) < 0.08, "same"] = np.nan
    frame.loc[rng.random(size_) < 0.03, "y"] = np.nan
    terms: tuple[str, ...] = ("same", "other", "flag")
    if peers:
        known = frame.dropna(subset=["y", *terms])
        by = [known[key] for key in ("school_year", "cell_1", "school")]
        weights = known["w"].groupby(by).transform("sum")
        frame["peer"] = (known["same"] * known["w"]).groupby(by).transform("sum") / weights
        terms = (*terms, "peer")
    return Rows(frame, terms)
