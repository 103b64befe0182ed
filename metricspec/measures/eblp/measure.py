"""eblp: growth by residual gains and best linear prediction, the model that California adopted in 2021."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Inputs, Statistic, Use, Variable, Wrong
from metricspec.measures.eblp.blocks import Windows, block_stages
from metricspec.measures.eblp.computation import COLUMNS, computed
from metricspec.measures.eblp.schema import SCHEMA
from metricspec.measures.eblp.spec import EblpSpec, parsed
from metricspec.measures.growth import residual_stages
from metricspec.measures.growth.spec import GrowthSpec, Prior
from metricspec.sql.stage import Computation, Step

STATISTICS = (
    Statistic("hybrid", "The prediction where its mean squared error is the smaller, else the simple mean.", 1),
    Statistic("eblp", "The empirical best linear prediction.", 1),
    Statistic("simple_mean", "The mean of this year's residual gains alone.", 1),
    Statistic(
        "weight", "How much of the prediction's weight lies on the scores reported (the rest on others).", 1, True
    ),
    Statistic("coverage", "Scores with a residual gain, of all scores reported.", 1, True),
)
READ = ("blocks", "cells", "pair_cells", "coverage")


class Eblp:
    """Growth as California's Dashboard measures it: residual gains of students, averaged by the empirical best linear
    prediction (EBLP) of Lockwood, Castellano and McCaffrey (2022, Journal of Educational and Behavioral Statistics
    47(5), 544-575), adopted by the State Board in May 2021.

    1. A student's *residual gain* is their score less the score expected of students with the same prior scores: in each
       cell (year, grade, subject) a least-squares regression of `outcome` on all `priors`. No student group and no school
       mean is held equal; for that there is the measure type `growth`.
    2. A *block* is a cell of one year. The blocks of the year reported and the years before it (`years` together, both
       subjects) make one model for each org level and student group:
       residual = mean of its block and of the student's pattern (the blocks they have scores in) + fixed effect of the org
       + random effect of org and block (covariance G, sum zero over an org's blocks) + error (covariance R between blocks
       of one student).
    3. From the block means y of an org, V = G + R_s, where R_s[b, c] = R[b, c] N[b, c] / (n_b n_c) and N counts students in
       both blocks: mu = 1'V⁻¹y / 1'V⁻¹1, prediction = mu 1 + G V⁻¹(y - mu 1), and its mean squared error, with the
       jackknife's part for G not being known.
    4. The *target* is the mean over the blocks of the year and subject reported, weighted by the org's scores. The
       *hybrid* is the simple mean or the prediction, whichever has the smaller mean squared error. At org levels other
       than school, a student group of more than `simple_above` scores gets the simple mean.

    100 (`center`) means that students scored as expected; 105, that they scored five points of the scale higher. `n` counts
    the scores of the target; what the value is made of (prediction or simple mean) stands in its notes. Interval: 1.96
    roots of the mean squared error. No levels are shipped: California's cut scores for its five categories were not found.

    Where a model cannot be fitted there is no value, and the notes say why: one of the `years` has no scores (unless
    `years_minimum` is lower), fewer than `blocks_minimum` blocks, fewer than `orgs_minimum` orgs (a single district, a
    network among its schools), a block of the target with fewer than `block_minimum` scores, two blocks that no org has
    both of, equations without a solution. The statistic `simple_mean` is there all the same.

    Estimates of G and R are those of the authors' R package schoolgrowth, by sums. What differs from it:

    - where no org ties two sets of blocks together (schools have grades 4-5 or 6-8), each is fitted by itself; the
      package refuses such data;
    - a block with too few scores is left out of the model, where the package stops;
    - two scores of a student count as a pair only where both are at the same org and in the same group; the
      package estimates R from pairs across schools too;
    - a pattern is taken over all of the student's scores, whatever the org or group;
    - the jackknife's batches are dealt out by size and not drawn by lot, so that a second run gives the same number;
    - at least five orgs and all three years are asked for: with three orgs the errors come out at half their size;
    - R is drawn to the nearest positive semidefinite matrix by the package's default method only.

    What was not found in print, and is an assumption here: that the points around 100 are points of the scale score; that
    a student group has a model of its own; the intervals. A network's regression is fitted on its own students, the
    state's on all students of the state: 100 is the network's expectation.

    Example: `{type: eblp, outcome: scale_score, priors: [prior_ela, prior_math], cell: [subject, grade],
    subject: subject, reported: ela}`
    """

    name = "eblp"
    schema: Mapping[str, Any] = SCHEMA

    def parse(self, block: Mapping[str, Any]) -> EblpSpec:
        return parsed(block)

    def expressions(self, spec: EblpSpec) -> Sequence[Use]:
        uses = [Use(("outcome",), spec.outcome, "number")]
        uses += [Use(("priors", at), text, "number") for at, text in enumerate(spec.priors)]
        return [*uses, *(Use(("cell", at), text, "label") for at, text in enumerate(spec.cell))]

    def wrong(self, spec: EblpSpec) -> Sequence[Wrong]:
        found = []
        if spec.subject is not None and spec.subject not in spec.cell:
            message = f"'{spec.subject}' is not one of the columns of 'cell'"
            found.append(Wrong(("subject",), message, f"write one of {', '.join(spec.cell)}"))
        if (spec.subject is None) != (spec.reported is None):
            given, other = ("reported", "subject") if spec.subject is None else ("subject", "reported")
            message = f"'{given}' says nothing without '{other}'"
            found.append(Wrong((given,), message, "write both, or neither for all subjects together"))
        if spec.needed > spec.years:
            found.append(Wrong(("years_minimum",), f"the model takes scores of {spec.years} years only"))
        for at, text in enumerate(spec.priors):
            if text == spec.outcome:
                found.append(Wrong(("priors", at), "this is the outcome again"))
        return found

    def sentence(self, spec: EblpSpec) -> str:
        of = f", of {spec.reported}" if spec.reported is not None else ""
        means = {
            "hybrid": "the simple mean or the best linear prediction, whichever is the more certain",
            "eblp": "the best linear prediction",
            "simple_mean": "the simple mean",
        }[spec.report]
        return (
            f"{spec.center:g} plus the average residual gain{of}: `{spec.outcome}` less what is expected of students with "
            f"the same {', '.join(f'`{text}`' for text in spec.priors)}; {means} from {spec.years} years of scores"
        )

    def formula(self, spec: EblpSpec) -> Formula:
        own, blp = r"\sum\limits_{b} \lambda_b \, \bar{r}_b", r"\sum\limits_{b} \lambda_b \, \theta_b"
        value = {"simple_mean": own, "eblp": blp, "hybrid": "h"}[spec.report]
        lines = [
            r"y_i = b_0 + \sum\limits_{k} b_k \, x_{ik} + r_i",
            rf"v = {spec.center:g} + {value}",
        ]
        if spec.report == "hybrid":
            lines.append(rf"h = {blp} \quad \text{{where its mean squared error is the smaller}}")
            lines.append(rf"h = {own} \quad \text{{otherwise}}")
        if spec.report != "simple_mean":
            lines.append(r"\theta = \mu e + G \, V^{-1} (\bar{r} - \mu e)")
            lines.append(r"\mu = \frac{e^{\top} V^{-1} \bar{r}}{e^{\top} V^{-1} e}")
            lines.append("V = G + R")
        of = f" of {spec.reported}" if spec.reported is not None else ""
        cell = ", ".join(f"`{name}`" for name in spec.cell)
        where = [
            ("y_i", f"`{spec.outcome}` of a student, within each school year and {cell}"),
            ("x_{ik}", f"the same student's {', '.join(f'`{name}`' for name in spec.priors)}"),
            ("r_i", "residual gain: the score less what was expected"),
            (r"\bar{r}_b", f"mean residual gain of the org in block *b*: a school year and {cell}"),
            (r"\lambda_b", f"share of the org's scores in block *b* among those reported{of}; 0 for other blocks"),
        ]
        if spec.report != "simple_mean":
            where.append(("G", f"covariance of the org's effects between the blocks of {spec.years} years"))
            where.append(("R", "covariance of the block means about these effects"))
            where.append(("e", "a 1 for each block"))
        return Formula(tuple(lines), tuple(where))

    def variables(self, spec: EblpSpec) -> Sequence[Variable]:
        found = [Variable("y", spec.outcome)]
        found += [Variable(f"x{at}", text) for at, text in enumerate(spec.priors, 1)]
        return [*found, *(Variable(f"cell_{at}", text, "label") for at, text in enumerate(spec.cell, 1))]

    def row_keys(self, spec: EblpSpec) -> Sequence[str]:
        return spec.cell

    def years_before(self, spec: EblpSpec) -> int:
        return spec.years - 1

    def statistics(self, spec: EblpSpec) -> Sequence[Statistic]:
        return [one for one in STATISTICS if one.name != spec.report]

    def stages(self, spec: EblpSpec, inputs: Inputs) -> Sequence[Step]:
        model = GrowthSpec(
            outcome=spec.outcome,
            priors=tuple(Prior(text) for text in spec.priors),
            cell=spec.cell,
            standardize="none",
            cell_minimum=spec.cell_minimum,
        )
        residuals = residual_stages(model, replace(inputs, prefix=f"{inputs.prefix}gain_"))
        cells = tuple(f"cell_{at}" for at in range(1, len(spec.cell) + 1))
        target = None
        if spec.subject is not None and spec.reported is not None:
            target = (cells[spec.cell.index(spec.subject)], spec.reported)
        windows = Windows(inputs, cells, spec.years, spec.pattern_minimum, target)
        result = Computation(
            f"{inputs.prefix}growth",
            "The model: covariances from the sums, then each org's prediction and how certain it is.",
            tuple(inputs.prefix + name for name in READ),
            COLUMNS,
            partial(computed, spec, inputs.prefix),
        )
        return [*residuals, *block_stages(windows, residuals[-1].name), result]
