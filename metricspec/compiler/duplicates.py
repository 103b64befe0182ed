"""Rows of a dataset that are there twice: counted as a whole, or sieved first where rows of one key differ by a date."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.compiler.bind import mapped
from metricspec.model import BoundDataset, Dataset
from metricspec.sql.stage import comma, q

BITS = 512  # days that are told apart for certain: more than a school year


def duplicates(dataset: Dataset, bound: BoundDataset, origin: str, *, sieved: bool) -> tuple[str, str]:
    """How many rows of `origin` repeat the grain of another: the count, and the query of one row that it looks at.

    To find the different rows takes room for every row. `sieved`, the dates of each key are first set as bits of a bitmap,
    which takes room for every key only; rows are compared where there are fewer bits than rows. Dates of 512 days and
    more apart can share a bit, so the sieve can suspect in vain but overlooks nothing; rows without a key, which equal no
    suspect, are all compared.
    """
    grain = comma(f"{mapped(dataset.columns[name], bound)} AS {_own(name)}" for name in dataset.grain)
    dates = [_own(name) for name in dataset.grain if dataset.columns[name].type == "date"]
    keys = [_own(name) for name in dataset.grain if _own(name) not in dates]
    if not sieved or len(dates) != 1 or not keys:
        different = f"SELECT COUNT(*) AS different FROM (SELECT DISTINCT {grain} FROM {origin}) AS g"
        return "COUNT(*) - COALESCE(MAX(different), 0)", different
    rows = f"(SELECT {grain} FROM {origin}) AS g"
    twice = f"""SELECT COUNT(*) - COUNT(DISTINCT ROW({comma([*keys, *dates])})) AS twice FROM {rows}
        WHERE ({comma(keys)}) IN ({_suspects(rows, keys, dates[0])})
            OR {" OR ".join(f"{key} IS NULL" for key in keys)}"""
    return "COALESCE(MAX(twice), 0)", twice


def _suspects(rows: str, keys: Sequence[str], date: str) -> str:
    bit = f"CAST((({date} - DATE '2000-01-01') % {BITS} + {BITS}) % {BITS} AS INTEGER)"
    different = f"COALESCE(BIT_COUNT(BITSTRING_AGG({bit}, 0, {BITS - 1})), 0)"
    return f"SELECT {comma(keys)} FROM {rows} GROUP BY {comma(keys)} HAVING COUNT(*) > {different}"


def _own(name: str) -> str:
    return q("grain_" + name)
