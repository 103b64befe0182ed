"""The steps of one `sgp` indicator: distinct scores, the fit in Python, and counts of growth percentiles in SQL.

Growth percentiles are whole numbers, so how many students have each is a count that adds up over schools, groups and
org levels; medians come from the counts, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measure import Inputs
from metricspec.sql.stage import NO_TEXT, Computation, Stage, Step, comma, lit, stage

from metricspec_sgp.percentiles import FITTED, score_points
from metricspec_sgp.summary import summary_stages

if TYPE_CHECKING:
    import pandas as pd

INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Columns:
    """Names of the rows' columns beside the score."""

    priors: tuple[str, ...]
    cells: tuple[str, ...]

    @classmethod
    def of(cls, priors: Sequence[str], cell: Sequence[str]) -> Columns:
        return cls(
            tuple(f"prior_{at}" for at in range(1, len(priors) + 1)),
            tuple(f"cell_{at}" for at in range(1, len(cell) + 1)),
        )

    @property
    def point(self) -> tuple[str, ...]:
        """What a growth percentile depends on; in the order in which points are numbered."""
        return ("school_year", *self.cells, *self.priors, "score")

    @property
    def complete(self) -> str:
        """Whether all of it is known: of a number, that it is finite too (NaN is not NULL, and not below 1e100)."""
        known = [f"{cell} IS NOT NULL" for cell in self.cells]
        return " AND ".join([*known, *(f"ABS({number}) < 1e100" for number in (*self.priors, "score"))])

    @property
    def label(self) -> str:
        """The name of a row's cell; NULL where part of it is unknown."""
        return " || ' / ' || ".join(self.cells) or NO_TEXT


def stages(columns: Columns, inputs: Inputs, *, minimum: int, report: str, by_cell: bool) -> Sequence[Step]:
    prefix = inputs.prefix
    points = _points(columns, inputs)
    fit = _fit(f"{prefix}percentiles", points.name, columns, minimum)
    scored = _scored(columns, inputs, points.name, fit.name)
    keys = ("cell", "sgp", "fit") if by_cell else ("sgp", "fit")
    counts = inputs.sums("counts", scored.name, keys, {"students": "COUNT(*)"})
    return [points, fit, scored, *counts, *summary_stages(prefix, counts[-1].name, report=report, by_cell=by_cell)]


def _points(columns: Columns, inputs: Inputs) -> Stage:
    by = comma(columns.point)
    text = f"""SELECT ROW_NUMBER() OVER (ORDER BY {by}) AS point, {by}, n
        FROM (SELECT {by}, COUNT(*) AS n FROM {inputs.rows} WHERE {columns.complete} GROUP BY {by}) AS p"""
    says = "Every combination of prior and current scores in each cell, and how many students have it."
    return stage(f"{inputs.prefix}points", says, text, stored=True)


def _fit(name: str, points: str, columns: Columns, minimum: int) -> Computation:
    def compute(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        return score_points(frames[points], columns.cells, columns.priors, minimum)

    says = "The growth percentile of each combination: quantile regressions in each cell."
    return Computation(name, says, (points,), (("point", "BIGINT"), ("sgp", "BIGINT"), ("fit", "VARCHAR")), compute)


def _scored(columns: Columns, inputs: Inputs, points: str, fit: str) -> Stage:
    carried = comma(f"r.{name} AS {name}" for name in inputs.carried)
    same = " AND ".join(f"p.{name} = r.{name}" for name in columns.point)
    text = f"""SELECT {carried}, r.cell AS cell, COALESCE(f.sgp, 0) AS sgp, COALESCE(f.fit, {lit(INCOMPLETE)}) AS fit
        FROM (SELECT {comma((*inputs.carried, *(c for c in columns.point if c not in inputs.carried)))},
            {columns.label} AS cell FROM {inputs.rows}) AS r
        LEFT JOIN {points} AS p ON {same}
        LEFT JOIN {fit} AS f ON f.point = p.point"""
    says = f"Each score with its growth percentile; 0 where it has none, and why ({FITTED}, {INCOMPLETE} or the cell's reason)."
    return stage(f"{inputs.prefix}scored", says, text)
