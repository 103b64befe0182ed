"""What a run chart computes, in mathematics."""

from __future__ import annotations

from metricspec.formula import Formula

from metricspec_improvement.spec import RunChartSpec

MEDIAN = r"v = \text{median} \; \{\, x_t \;:\; t \in B \,\}"
RUNS = r"L \gt \text{round}\left( \log_2 n + 3 \right)"
CROSSINGS = r"C \lt \min \; \{\, c \;:\; P(X \le c) \ge 0.05 \,\}"
Meanings = list[tuple[str, str]]


def formula(spec: RunChartSpec) -> Formula:
    """The point, the centre line, and the rules; a row with a category is a point, the one without is the centre line."""
    point, where = _point(spec)
    where.append(("B", _baseline(spec)))
    rules = [RUNS, CROSSINGS, *([rf"T \ge {spec.trend}"] if spec.trend is not None else [])]
    lines = [point, MEDIAN, rf"\text{{signal}} = 1 \; \text{{ where }} \; {rules[0]}"]
    lines += [rf"\qquad \text{{ or }} \; {rule}" for rule in rules[1:]]
    least = f"told where *n* is {spec.points_minimum} or more and not too many points lie on the centre line; 0 where no rule holds"
    where += [
        (r"\text{signal}", least),
        ("n", "points that are off the centre line"),
        ("L", "the longest run of these on one side of it"),
        ("C", "how often they cross it"),
        ("X", "how often one side of a coin comes in *n* - 1 tosses; P is its chance"),
    ]
    if spec.trend is not None:
        where.append(("T", "the longest row of points that all rise, or all fall; a repeated value counts once"))
    if spec.change is not None:
        lines.append(rf"\text{{signal}}_{{\text{{after}}}} = 1 \; \text{{ where }} \; A \ge {spec.after_run}")
        run = f"the longest run on one side of the points off the centre line, from {spec.change} on"
        where.append(
            ("A", f"{run}; told where there are {spec.after_run} or more of these, and not too many on the line")
        )
    return Formula(tuple(lines), tuple(where))


def _point(spec: RunChartSpec) -> tuple[str, Meanings]:
    """The value of a point, and its symbols."""
    of = f"`{spec.period}`" if spec.period is not None else f"the {spec.every} of `{spec.date}`"
    least = f", of {spec.points_from} or more students" if spec.points_from > 1 else ""
    where = [("t", f"a period: {of}{least}")]
    above, below = ("a_r", f"`{spec.numerator}` in row *r*"), ("b_r", f"`{spec.denominator}` in row *r*")
    known = "where all of these are known"
    if spec.percent_from is not None:
        students = r"\left|S_t\right|"
        sums = r"100 \sum\limits_{r \in R_{ts}} a_r"
        met = rf"{sums} \ge {spec.percent_from} \sum\limits_{{r \in R_{{ts}}}} b_r"
        line = rf"x_t = \frac{{\left|\{{\, s \in S_t \;:\; {met} \,\}}\right|}}{{{students}}}"
        where += [("R_{ts}", f"the rows of student *s* in the period, {known}"), above, below]
        return line, [*where, ("S_t", "the students whose *b* add up to more than 0 in the period")]
    rows = "the rows of the period"
    if spec.denominator is None:
        line = r"x_t = \frac{\sum\limits_{r \in R_t} a_r}{\left|R_t\right|}"
        return line, [*where, ("R_t", f"{rows}, {known}"), above]
    line = r"x_t = \frac{\sum\limits_{r \in R_t} a_r}{\sum\limits_{r \in R_t} b_r}"
    return line, [*where, ("R_t", f"{rows}, {known}, of students whose *b* add up to more than 0 in it"), above, below]


def _baseline(spec: RunChartSpec) -> str:
    if spec.baseline is not None:
        return f"the first {spec.baseline} periods"
    return "all periods of the school year" if spec.change is None else f"the periods before {spec.change}"
