"""growth: what students score beyond what is expected of students with the same earlier scores, in schools of the same peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Inputs, Statistic, Use, Variable, Wrong
from metricspec.measures.growth import spec as block_spec
from metricspec.measures.growth import terms
from metricspec.measures.growth.effects import effect_stages
from metricspec.measures.growth.equations import equations
from metricspec.measures.growth.notes import note_stages
from metricspec.measures.growth.one_group import suits
from metricspec.measures.growth.percentile import percentile_stages
from metricspec.measures.growth.residuals import carried_stages, fit_stages, residuals_stage, scored_stages
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.tally import statistics, tally_stage
from metricspec.measures.growth.terms import Design
from metricspec.measures.pooling.export import export_stages
from metricspec.problems import UsageError
from metricspec.sql.stage import Step


class Growth:
    """Growth: how much more (or less) students score than is expected of students with the same earlier scores.

    Within each cell (the school year and the columns of `cell`) a regression expects a score from the `priors`, from the
    `covariates` and, with `peers`, from what the other students of the school are like. A student's residual is the
    score less what was expected. An org's **mean residual** is the average over its scores; it is drawn to the mean as
    far as it is uncertain (**empirical Bayes**); and the **percentile** says where it lies among schools, 50 the middle.
    The **index level** is the tenth of the percentiles, 1 to 10.

    Earlier scores hold error of measurement, which makes slopes too flat, so that schools with low scores look worse
    than they are. `error` says how large it is: the regression then is one with errors in variables (Fuller 1987).

    `form: pooled` fits one regression; what schools with the same peers have in common is left out of the effects.
    `form: two_step` takes the slopes of students from differences within schools and only then compares schools with
    peers alike; use it where good schools are chosen by high-scoring students, which a pooled slope would take for an
    effect of earlier scores.

    Only complete scores are fitted: every variable is known and finite, the weight is above 0. `coverage` says how many of
    the scores that is. A cell with fewer than `cell_minimum` of them, or where the stated error exceeds the variation
    of the priors, is refused: its scores count nowhere, and notes say so. A term that does not vary, or that the terms
    before it already hold, is dropped and named in the notes.

    Standard errors: of a school, from the variance within schools; of other orgs, clustered by school. Intervals are
    at 95 %. Districts and networks are compared with schools too: their percentile is that of a school with their effect.

    Example: `{type: growth, outcome: scale_score, cell: [grade, subject], priors: [{column: prior_same}]}`
    """

    name = "growth"
    schema: Mapping[str, Any] = block_spec.SCHEMA

    def parse(self, block: Mapping[str, Any]) -> GrowthSpec:
        return block_spec.parse(block)

    def wrong(self, spec: GrowthSpec) -> Sequence[Wrong]:
        return block_spec.wrong(spec)

    def expressions(self, spec: GrowthSpec) -> Sequence[Use]:
        return block_spec.expressions(spec)

    def sentence(self, spec: GrowthSpec) -> str:
        names = ", ".join(f"`{name}`" for name in terms.term_names(spec))
        cell = f" within each {', '.join(f'`{name}`' for name in spec.cell)}" if spec.cell else ""
        what = {
            "percentile": "the percentile of growth",
            "empirical_bayes": "growth, shrunken",
            "mean_residual": "growth, the mean residual",
            "index_level": "the tenth of growth",
        }[spec.report]
        return f"{what}: `{spec.outcome}` beyond what is expected from {names}{cell}"

    def formula(self, spec: GrowthSpec) -> Formula:
        return equations(spec)

    def variables(self, spec: GrowthSpec) -> Sequence[Variable]:
        return terms.variables(spec)

    def row_keys(self, spec: GrowthSpec) -> Sequence[str]:
        return spec.cell

    def years_before(self, spec: GrowthSpec) -> int:
        return 0

    def statistics(self, spec: GrowthSpec) -> Sequence[Statistic]:
        return statistics(spec)

    def stages(self, spec: GrowthSpec, inputs: Inputs) -> Sequence[Step]:
        design = Design(spec, inputs, summed=suits(spec, inputs))
        fit = (*fit_stages(design), *carried_stages(design))
        return (*fit, *effect_stages(design), *percentile_stages(design), *note_stages(design), tally_stage(design))

    def moment_stages(self, spec: GrowthSpec, inputs: Inputs) -> Sequence[Step]:
        """Ends in the table of moments. Raises UsageError for a model in two steps."""
        if spec.form == "two_step":
            raise UsageError(
                "a model in two steps is not fitted from sums that add across districts: take 'form: pooled'"
            )
        return export_stages(spec, inputs)


def residual_stages(spec: GrowthSpec, inputs: Inputs) -> tuple[Step, ...]:
    """Ends in `residuals`: a row for each score fitted, with all of `inputs.carried`, student, the cell's columns (cell_1
    ...), w (1 on average in a cell) and residual (in units of the outcome)."""
    design = Design(spec, inputs, named=True)
    return (*fit_stages(design), *scored_stages(design), residuals_stage(design))
