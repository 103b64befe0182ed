"""What of a district's moments may leave it: no cell and no school of few scores, and nothing that subtraction would tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measures.pooling.sums import rare, rare_terms
from metricspec.measures.pooling.table import (
    CELL,
    SCHOOL,
    WITHIN,
    Header,
    cell_columns,
    cell_label,
    cell_sums,
    columns,
    cross_columns,
    error_columns,
    mean_columns,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rare:
    """A 0/1 term that few students of a cell have, or all but few."""

    cell: str
    term: str


@dataclass(frozen=True)
class Release:
    """What may leave, in the columns of `table.columns`, and what was held back; cells by year and label.

    `schools`, `schools_left_out`: rows of a school in a cell; `schools_telling`: of those that leave, how many have a mean
    that tells of few students who have, or have not, a 0/1 term.
    """

    rows: pd.DataFrame
    refused: tuple[str, ...]
    schools: int
    schools_telling: int
    schools_left_out: int
    populations_withheld: tuple[str, ...]
    rare: tuple[Rare, ...]


def released(header: Header, rows: pd.DataFrame, least: Callable[[str], int]) -> Release:
    """Hold back what the policy hides. `rows` are a district's full moments; `least` gives a year's smallest n to be seen.

    - A cell of fewer scores is refused.
    - A school of fewer scores in a cell is left out there. Where the scores left out of a cell are too few themselves, the
      smallest school that is still in goes too, until they are enough or no school is left.
    - The outcome's mean and spread over the population are withheld where they differ from those of the scores fitted by
      too few; and where no standard deviation is asked for of the population.
    - Of schools only counts and means leave (the mean of a 0/1 term tells how many have it: such schools are counted); sums of products within schools leave added up over the cell's schools.
    """
    import pandas as pd

    keys = ["school_year", *cell_columns(len(header.cell))]
    kept: list[pd.DataFrame] = []
    refused, withheld, few = [], [], []
    schools = telling = left_out = 0
    for _, cell in rows.groupby(keys, sort=True, dropna=False):
        whole = cell[cell["part"] == CELL].copy()
        year, *values = (str(whole[key].iloc[0]) for key in keys)
        label = cell_label(year, values)
        n, smallest = int(whole["n"].iloc[0]), least(year)
        if n < smallest:
            refused.append(label)
            continue
        own = cell[cell["part"] == SCHOOL]
        shown = own[own["school"].isin(shown_schools(own["school"].tolist(), own["n"].tolist(), n, smallest))]
        gap = whole["population_n"].iloc[0] - n
        if header.standardize != "population" or 0 < gap < smallest:
            whole[["population_n", "population_mean", "population_ss"]] = float("nan")
            withheld += [label] if header.standardize == "population" else []
        few += [Rare(label, term) for term in rare_terms(cell_sums(whole, len(header.terms)), header.terms, smallest)]
        kept += [whole, *_schools(header, shown)]
        schools, left_out = schools + len(shown), left_out + len(own) - len(shown)
        telling += _telling(header, shown, smallest)
    names = columns(header)
    squares = [f"cross_{at}_{at}" for at in range(1, len(header.terms) + 2)]
    frame = pd.concat(kept, ignore_index=True)[names] if kept else rows.iloc[:0].reindex(columns=names)
    frame[squares] = frame[squares].clip(lower=0.0)  # of a constant, rounding may leave a little less than nothing
    return Release(frame, tuple(refused), schools, telling, left_out, tuple(withheld), tuple(few))


def shown_schools(schools: Sequence[str], sizes: Sequence[int], n: int, least: int) -> list[str]:
    """The schools of a cell that may be named, so that neither one of them nor the rest of the cell is of few scores.

    >>> shown_schools(["a", "b", "c"], [30, 12, 20], 62, 11)
    ['a', 'c', 'b']
    >>> shown_schools(["a", "b", "c", "d"], [30, 12, 20, 4], 66, 11)  # beside b, the rest would be the 4 of d
    ['a', 'c']
    """
    order = sorted(zip(sizes, schools, strict=True), key=lambda one: (-one[0], one[1]))
    shown = [(size, school) for size, school in order if size >= least]
    while shown and 0 < n - sum(size for size, _ in shown) < least:
        shown.pop()
    return [school for _, school in shown]


def _telling(header: Header, shown: pd.DataFrame, least: int) -> int:
    """Of how many schools a mean tells that few have a 0/1 term, or have not."""
    terms = range(1, len(header.terms) + 1)
    n, w = (shown[[name]].to_numpy(dtype=float) for name in ("n", "w"))
    means = shown[[f"mean_{at}" for at in terms]].to_numpy(dtype=float)
    squares = shown[[f"cross_{at}_{at}" for at in terms]].to_numpy(dtype=float)
    return int(rare(n, w, means, squares, least).any(axis=1).sum())


def _schools(header: Header, shown: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of a cell's schools: means for each, and one row with their sums of products added up."""
    if shown.empty:
        return []
    terms = len(header.terms)
    crosses = cross_columns(terms)
    within = shown.iloc[:1].copy()
    within["part"], within["school"] = WITHIN, None
    for name in ("n", "w", "w2"):
        within[name] = shown[name].sum()
    within[crosses] = shown[crosses].sum().to_numpy(dtype=float)
    empty = float("nan")
    within[[*mean_columns(terms), *error_columns(terms)]] = empty
    named = shown.copy()
    named[[*crosses, *error_columns(terms)]] = empty
    populations = ["population_n", "population_mean", "population_ss"]
    within[populations] = empty
    named[populations] = empty
    return [within, named]
