"""sgp: student growth percentiles, summed up for schools, districts, networks and student groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from metricspec.measure import Inputs, Statistic, Use, Variable
from metricspec.sql.parsing import EXPRESSION
from metricspec.sql.stage import Step

from metricspec_sgp.stages import Columns, stages

Report = Literal["median", "mean"]


@dataclass(frozen=True)
class SgpSpec:
    score: str
    priors: tuple[str, ...]
    cell: tuple[str, ...] = ()
    cell_minimum: int = 500
    report: Report = "median"
    by_cell: bool = False


class StudentGrowthPercentile:
    """Student growth percentiles (SGP) of Betebenner: where a score lies among those of students who scored alike before.

    In each cell (school year and the columns of `cell`, such as the grade) the score is regressed on the prior scores
    at 100 quantiles, 0.005 to 0.995: linear quantile regression on a cubic B-spline of each prior, with knots at its
    20th, 40th, 60th and 80th percentile and boundaries a tenth of its range beyond the lowest and the highest score.
    The SGP is the number of a student's predicted quantiles below the score, at least 1 and at most 99 (if they cross,
    they count as if put in order). In a cell the SGPs are even by construction: the median of a whole
    network is about 50 whatever the network does. Nothing but the prior scores is controlled for.

    Reported is the median SGP, or the mean with `report: mean`. Interval of the median: the order statistics of rank
    n/2 -+ 0.98 sqrt(n), rounded outwards (Campbell and Gardner 1988), none where n is too small for them; of the mean:
    1.96 standard errors, s / sqrt(n). Both take the students for a sample and the fit as given.

    Only students whose score, priors and cell are known have an SGP; `coverage` is their share of the population. A
    cell with fewer than `cell_minimum` of them, or where all scores or all priors are the same, is not fitted: its
    students have no SGP, and `notes` names it. The default of 500 keeps at least two students beyond the outermost
    quantiles and a hundred between two knots. The fit runs in Python (HiGHS), so `metricspec run` computes the
    indicator but `compile` has no SQL for it. Only distinct scores of each cell and their counts leave the warehouse for
    the fit, no student, school or district.

    Further statistics: `mean_sgp` (`median_sgp` with `report: mean`), `at_least_50` and `coverage`. `n` counts the
    students with an SGP, for `coverage` too, so that it is hidden where they are few; where nobody has one, `n` of
    `coverage` is the population.

    Sources: Betebenner 2009, Norm- and criterion-referenced student growth, Educational Measurement: Issues and
    Practice 28(4); R package SGP (createKnotsBoundaries, studentGrowthPercentiles); Koenker 2005, Quantile Regression.

    Example: `{type: sgp, score: scale_score, priors: [prior_same], cell: [subject, grade]}`
    """

    name = "sgp"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["score", "priors"],
            "x-unit": "required",
            "properties": {
                "score": {**EXPRESSION, "description": "The current score."},
                "priors": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 5,
                    "items": {**EXPRESSION, "description": "A prior score."},
                    "description": "The prior scores that the student is compared by.",
                    "x-effect": "past",
                },
                "cell": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {"type": "string", "description": "A column of the dataset.", "x-effect": "past"},
                    "description": "Columns that, with the school year, tell whom students are compared with, such as subject and grade.",
                    "x-effect": "past",
                },
                "cell_minimum": {
                    "type": "integer",
                    "minimum": 100,
                    "description": "The fewest complete scores on which a cell is fitted (500 where left out).",
                    "x-effect": "past",
                },
                "report": {
                    "enum": ["median", "mean"],
                    "description": "Which average of the SGPs is the indicator's value (median where left out).",
                    "x-effect": "past",
                },
                "by_cell": {
                    "type": "boolean",
                    "description": "Also a row for each cell, named in the column category.",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> SgpSpec:
        return SgpSpec(
            score=str(block["score"]),
            priors=tuple(str(prior) for prior in block["priors"]),
            cell=tuple(str(column) for column in block.get("cell", ())),
            cell_minimum=int(block.get("cell_minimum", 500)),
            report=block.get("report", "median"),
            by_cell=bool(block.get("by_cell", False)),
        )

    def expressions(self, spec: SgpSpec) -> Sequence[Use]:
        uses = [Use(("score",), spec.score, "number")]
        uses += [Use(("priors", at), text, "number") for at, text in enumerate(spec.priors)]
        return [*uses, *(Use(("cell", at), column, "label") for at, column in enumerate(spec.cell))]

    def sentence(self, spec: SgpSpec) -> str:
        priors = " and ".join(f"`{prior}`" for prior in spec.priors)
        cell = " and ".join(["the same year", *(f"`{column}`" for column in spec.cell)])
        return (
            f"the {spec.report} student growth percentile of `{spec.score}` given {priors}, among students of {cell} "
            f"(none where fewer than {spec.cell_minimum} have all scores)"
        )

    def variables(self, spec: SgpSpec) -> Sequence[Variable]:
        columns = Columns.of(spec.priors, spec.cell)
        texts = zip(columns.priors, spec.priors, strict=True)
        cells = zip(columns.cells, spec.cell, strict=True)
        return [
            Variable("score", spec.score),
            *(Variable(name, text) for name, text in texts),
            *(Variable(name, text, "label") for name, text in cells),
        ]

    def row_keys(self, spec: SgpSpec) -> Sequence[str]:
        return spec.cell

    def years_before(self, spec: SgpSpec) -> int:
        return 0

    def statistics(self, spec: SgpSpec) -> Sequence[Statistic]:
        other = {
            "median": Statistic("mean_sgp", "mean student growth percentile", 1),
            "mean": Statistic("median_sgp", "median student growth percentile", 1),
        }
        return (
            other[spec.report],
            Statistic("at_least_50", "share of students with a growth percentile of 50 or more", 1, percent=True),
            Statistic("coverage", "share of the population with a growth percentile", 1, percent=True),
        )

    def stages(self, spec: SgpSpec, inputs: Inputs) -> Sequence[Step]:
        columns = Columns.of(spec.priors, spec.cell)
        return stages(columns, inputs, minimum=spec.cell_minimum, report=spec.report, by_cell=spec.by_cell)
