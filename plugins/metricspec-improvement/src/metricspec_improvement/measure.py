"""run_chart: a series of points in time at each org and student group, and whether it varies as by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import EVERY_ROW, Inputs, Statistic, Use, Variable, Wrong
from metricspec.sql.stage import Step

from metricspec_improvement import mathematics
from metricspec_improvement import spec as block_spec
from metricspec_improvement.days import DAY, days_stage
from metricspec_improvement.points import point_stages
from metricspec_improvement.schema import SCHEMA
from metricspec_improvement.signals import signal_stages
from metricspec_improvement.spec import RunChartSpec
from metricspec_improvement.tally import statistics, tally_stage


class RunChart:
    """A run chart: a rate or mean for each period of a school year (day, week, month, or a label), at each org and student
    group, with the median as centre line and the signals that tell a shift from chance. It is how an improvement team sees
    whether a change helped.

    A *point* is the sum of `numerator` over the rows of a period, divided by the sum of `denominator` (by the number of rows
    where it is left out). With `percent_from` it is the share of students whose own numerator is at least so many percent of
    their own denominator in the period: chronic absence by month. Every row counts at the school that it names. `n` counts
    students, never rows or days: those with a denominator in the period, each once at an org. A row whose numerator,
    denominator or period is unknown is left out.

    The *centre line* is the median of all points, or, frozen, that of the first `baseline` points, or of the points
    before `change`. Points on the line (within 1e-12) are not useful: they neither break a run nor add to it.

    The *signal* is 1 where one of Anhøj's rules holds over n useful points, else 0:

    - the longest run of points on one side is longer than log2(n) + 3, rounded;
    - the line is crossed fewer times than the 5th percentile of a binomial distribution of n - 1 tosses.

    Of pure chance, and about the median of all points, one of them holds in up to 5 of a hundred series of 10 to 60 points, and in
    up to 10 of a hundred series of 180 (days). About a frozen median one holds oftener, the more points follow: in 2 of a hundred
    about the first 18 of 20, in 8 of a hundred about the first 12 of 24, in 28 of a hundred about the first 12 of 90. Fewer than
    `points_minimum` useful points give no signal. With the median of all points as centre line no run is longer than half of
    them, so that in series of fewer than 16 points only the crossings can signal: months of one year are few, weeks are
    enough. A signal is a sign that the process changed, and says neither why nor whether for the better.

    *Too many points on the line* give no verdict, neither a signal nor a shift nor that there is none: where several points lie
    on the centre line, and it is the least or greatest value of all points, or fewer than three quarters of them are useful.
    The rules take the sides for those of a coin; of a rate that is 0 in half of the weeks all useful points lie above.

    `trend` adds a rule that many charts have: so many points in a row that all rise or all fall (a repeated value
    counts once). It is off where left out: in simulations it found drifts hardly ever (Davis and Woodall 1988; Anhøj
    and Olesen 2014), and here too (see the package's README).

    After a `change` the question is whether the points shifted, and `signal_after` is the answer: 1 where `after_run` useful points
    or more from the change on lie in a row on one side of the median before it, else 0. With fewer useful points than that
    from the change on it is too early, and there is no answer. `run_above` and `run_below` are the longest. `after_run` is eight
    where left out. Perla, Provost and Murray (2011) call six a shift, but of twelve points about the median of twelve others six
    in a row lie on one side in one of five series of pure chance, and eight in one of fifteen; of nineteen about that of
    eighteen, eight in one of ten. `signal` is then of another question, whether anything changed at any time, and no second
    answer: the note of the centre line has it in brackets, behind the shift.

    No intervals: how far points lie from each other is what the chart shows. The row without category and statistic is the
    centre line; its `n` and `denominator`, and those of all statistics, are the smallest of any point. So where the policy
    hides one point, it hides the centre line and all signals of that org and group: a median and a run that it had part in
    could tell it. `points_from` leaves periods of few students out of the series altogether.

    Statistics: `points`, `useful_points`, `baseline_points`, `longest_run`, `longest_run_limit`, `crossings`,
    `crossings_limit`, `signal`; with `trend` `longest_trend` and `trend_from`, the spec's own; with `change` `points_after`,
    `run_above`, `run_below`, `shift_from` (`after_run`) and `signal_after`.

    Sources: Anhøj and Olesen 2014, Run charts revisited, PLoS ONE 9(11) e113825; R package qicharts; Perla, Provost and
    Murray 2011, The run chart, BMJ Quality and Safety 20(1), 46-51; Schilling 2012, The surprising predictability of long
    runs; Chen 2010, A note on the runs test; Davis and Woodall 1988, Performance of the control chart trend rule under linear
    shift, Journal of Quality Technology 20(4).

    Example: `{type: run_chart, numerator: days_absent, denominator: days_expected, date: date, every: week}`
    """

    name = "run_chart"
    schema: Mapping[str, Any] = SCHEMA

    def parse(self, block: Mapping[str, Any]) -> RunChartSpec:
        return block_spec.parsed(block)

    def wrong(self, spec: RunChartSpec) -> Sequence[Wrong]:
        return block_spec.wrong(spec)

    def expressions(self, spec: RunChartSpec) -> Sequence[Use]:
        uses = [Use(("numerator",), spec.numerator, "quantity")]
        if spec.denominator is not None:
            uses.append(Use(("denominator",), spec.denominator, "number"))
        if spec.period is not None:
            uses.append(Use(("period",), spec.period, "label"))
        if (
            spec.date is not None
        ):  # a condition that only a date can stand in, so that anything else is found at its place
            uses.append(Use(("date",), f"{spec.date} >= date '2000-01-01'", "boolean"))
        return uses

    def sentence(self, spec: RunChartSpec) -> str:
        by = f"each {spec.every} of `{spec.date}`" if spec.every else f"each period (`{spec.period}`)"
        what = f"the mean of `{spec.numerator}` over rows"
        if spec.percent_from is not None:
            what = f"students whose `{spec.numerator}` is {spec.percent_from} % of `{spec.denominator}` or more"
        elif spec.denominator is not None:
            what = f"the sum of `{spec.numerator}` as a share of the sum of `{spec.denominator}`"
        of = "all points"
        if spec.baseline is not None:
            of = f"the first {spec.baseline} points"
        if spec.change is not None:
            of = f"the points before {spec.change}"
        rules = "runs longer and crossings fewer than chance mostly gives"
        trend = f", and {spec.trend} points that rise or fall in a row" if spec.trend is not None else ""
        return f"{what} in {by}; the median of {of}; and signals of change: {rules}{trend}"

    def formula(self, spec: RunChartSpec) -> Formula:
        return mathematics.formula(spec)

    def variables(self, spec: RunChartSpec) -> Sequence[Variable]:
        found = [Variable("above", spec.numerator)]
        if spec.denominator is not None:
            found.append(Variable("below", spec.denominator))
        if spec.date is not None:
            return [*found, Variable("day", f"days_between({DAY}, {spec.date})")]
        assert spec.period is not None, "checked when the spec was read"
        return [*found, Variable("period", spec.period, "label")]

    def row_keys(self, spec: RunChartSpec) -> Sequence[str]:
        return EVERY_ROW

    def years_before(self, spec: RunChartSpec) -> int:
        return 0

    def statistics(self, spec: RunChartSpec) -> Sequence[Statistic]:
        return statistics(spec)

    def stages(self, spec: RunChartSpec, inputs: Inputs) -> Sequence[Step]:
        days = [days_stage(inputs, spec.every)] if spec.every is not None else []
        points = point_stages(spec, inputs)
        signals = signal_stages(spec, inputs.prefix, points[-1].name)
        return [*days, *points, *signals, tally_stage(spec, inputs.prefix, points[-1].name, signals[-1].name)]
