"""The step in Python: the sums of every window, org level and student group in, rows of the Tally out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from metricspec.measures.eblp.model import Minimums, Outcome, outcomes
from metricspec.measures.eblp.population import Cells, Pairs, Population
from metricspec.measures.eblp.spec import EblpSpec
from metricspec.sql.intervals import NORMAL

if TYPE_CHECKING:
    import pandas as pd

MODEL = ["school_year", "org_level", "student_group"]
COLUMNS = (
    *((name, "VARCHAR") for name in ("school_year", "org_level", "org_id", "student_group", "category", "statistic")),
    *((name, "DOUBLE") for name in ("numerator", "denominator", "n", "value", "standard_error", "low", "high")),
    ("notes", "VARCHAR"),
)


def minimums(spec: EblpSpec) -> Minimums:
    return Minimums(spec.block_minimum, spec.pattern_minimum, spec.pair_minimum, spec.blocks_minimum, spec.orgs_minimum)


def population(cells: pd.DataFrame, pairs: pd.DataFrame) -> Population:
    """The sums of one window, level and group as arrays."""
    import numpy as np

    orgs, org = np.unique(cells["org_id"].to_numpy(dtype=str), return_inverse=True)
    blocks, block = np.unique(cells["block"].to_numpy(dtype=np.int64), return_inverse=True)

    def numbers(frame: pd.DataFrame, *names: str) -> list[Any]:
        return [frame[name].to_numpy(dtype=float) for name in names]

    return Population(
        tuple(str(one) for one in orgs),
        tuple(int(one) for one in blocks),
        Cells(org, block, cells["pattern"].to_numpy(dtype=np.int64), *numbers(cells, "n", "total", "squares")),
        Pairs(
            np.searchsorted(orgs, pairs["org_id"].to_numpy(dtype=str)),
            np.searchsorted(blocks, pairs["first_block"].to_numpy(dtype=np.int64)),
            np.searchsorted(blocks, pairs["second_block"].to_numpy(dtype=np.int64)),
            pairs["pattern"].to_numpy(dtype=np.int64),
            *numbers(pairs, "n", "product", "first_total", "second_total"),
        ),
    )


@dataclass(frozen=True)
class Growth:
    """One org and group: scores of the target, the sum of their residuals, and what the model says."""

    n: float
    total: float
    outcome: Outcome
    simple: bool
    notes: tuple[str, ...]


def values(spec: EblpSpec, growth: Growth) -> dict[str, dict[str, Any]]:
    """The numbers of each statistic, by name."""
    prediction = growth.outcome.prediction
    reason = "singular: its block means have no inverse covariance" if prediction and prediction.singular else None
    reason = growth.outcome.reason or reason
    usable = prediction if reason is None else None
    noise = prediction.direct_mse if prediction else None
    simple = _estimate(spec, growth.total / growth.n, noise, growth.n)
    simple["numerator"] = spec.center * growth.n + growth.total
    eblp = _estimate(spec, usable.blp if usable else None, usable.mse if usable else None, growth.n)
    eblp["notes"] = reason
    if growth.simple:
        hybrid = {**simple, "notes": f"simple mean: more than {spec.simple_above} scores"}
    elif usable is None:
        hybrid = eblp
    elif usable.better:
        hybrid = {**eblp, "notes": "best linear prediction"}
    else:
        hybrid = {**simple, "notes": "simple mean: no further from the truth than the prediction"}
    weight = {"denominator": growth.n, "n": growth.n, "value": usable.own if usable else None, "notes": reason}
    return {"hybrid": hybrid, "eblp": eblp, "simple_mean": simple, "weight": weight}


def _estimate(spec: EblpSpec, residual: float | None, mse: float | None, n: float) -> dict[str, Any]:
    value = None if residual is None else spec.center + residual
    error = None if mse is None or value is None else sqrt(max(mse, 0.0))
    return {
        "denominator": n,
        "n": n,
        "value": value,
        "standard_error": error,
        "low": None if value is None or error is None else value - NORMAL * error,
        "high": None if value is None or error is None else value + NORMAL * error,
    }


def growths(
    spec: EblpSpec, key: tuple[str, str, str], cells: pd.DataFrame, pairs: pd.DataFrame, blocks: pd.DataFrame
) -> Iterator[tuple[str, Growth]]:
    """Every org with a score of the target, for one window, level and group."""
    _, level, group = key
    target = frozenset(int(block) for block in blocks.loc[blocks["target"] == 1, "block"])
    aimed = cells[cells["block"].isin(target)]
    if aimed.empty:
        return
    years = blocks["block_year"].nunique()
    part = f"scores of {years} of {spec.years} years"
    missing = Outcome(reason=part) if years < spec.needed else None
    notes = (part,) if missing is None and years < spec.years else ()
    found = outcomes(population(cells, pairs), target, minimums(spec)) if missing is None else {}
    for org, own in aimed.groupby("org_id", sort=True):
        n, total = float(own["n"].sum()), float(own["total"].sum())
        simple = n > spec.simple_above and level != "school" and group != spec.all_students
        yield str(org), Growth(n, total, missing or found[str(org)], simple, notes)


def computed(spec: EblpSpec, prefix: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of the Tally out of the stages blocks, cells, pair_cells and coverage.

    The matrices are small and many: more than one thread for each of them makes it several times slower.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return _rows(spec, prefix, frames)


def _rows(spec: EblpSpec, prefix: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    blocks = dict(iter(frames[prefix + "blocks"].groupby("school_year")))
    pairs = frames[prefix + "pair_cells"]
    by_model = dict(iter(pairs.groupby(MODEL)))
    rows: list[dict[str, Any]] = []
    for key, cells in frames[prefix + "cells"].groupby(MODEL):
        year, level, group = (str(one) for one in key)
        for org, growth in growths(spec, (year, level, group), cells, by_model.get(key, pairs.iloc[:0]), blocks[year]):
            place = {"school_year": year, "org_level": level, "org_id": org, "student_group": group}
            for name, numbers in values(spec, growth).items():
                notes = [note for note in (numbers.get("notes"), *growth.notes) if note]
                statistic = None if name == spec.report else name
                rows.append({**place, **numbers, "statistic": statistic, "notes": "; ".join(notes) or None})
    rows += covered(frames[prefix + "coverage"])
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype="float64" if kind == "DOUBLE" else "object")
            for name, kind in COLUMNS
        }
    )


def covered(coverage: pd.DataFrame) -> list[dict[str, Any]]:
    """The statistic coverage: scores with a residual over scores in the population."""
    keys = ["school_year", "org_level", "org_id", "student_group"]
    return [
        {
            **{key: str(row[key]) for key in keys},
            "statistic": "coverage",
            "numerator": float(row["scored"]),
            "denominator": float(row["population"]),
            "n": float(row["scored"]),  # hidden where the other rows of the org are
            "value": float(row["scored"]) / float(row["population"]),
        }
        for row in coverage.to_dict("records")
        if row["scored"] > 0
    ]
