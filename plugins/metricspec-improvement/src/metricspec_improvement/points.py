"""From rows to points: first each student's sums in a period, at every org and for every group, then the points."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import PLACED, Inputs
from metricspec.sql.stage import Stage, Step, comma, q, stage

from metricspec_improvement.spec import RunChartSpec


def point_stages(spec: RunChartSpec, inputs: Inputs) -> Sequence[Step]:
    """The last has, for each school_year, org_level, org_id, student_group and period: n, above, below, value, place (1, 2,
    ... in the order of periods) and base (1 where the point is of the baseline).

    A student's rows are added up by place first: a student at two schools of a district in one period is one person there,
    so the sums of `inputs` go by student too.
    """
    prefix = inputs.prefix
    carried = comma(f"r.{q(name)} AS {q(name)}" for name in inputs.carried)
    keys = comma(q(name) for name in (*inputs.carried, "student", "period"))
    below = "r.below" if spec.denominator is not None else "1e0"
    dated = f" INNER JOIN {prefix}days AS d ON d.day = r.day" if spec.every else ""
    text = f"""SELECT {keys}, SUM(above) AS above, SUM(below) AS below
        FROM (SELECT {carried}, r.student AS student, {"d" if spec.every else "r"}.period AS period, r.above AS above,
                {below} AS below
            FROM {inputs.rows} AS r{dated}) AS s
        WHERE period IS NOT NULL AND ABS(above) < 1e100 AND ABS(below) < 1e100 GROUP BY {keys}"""
    says = "Each student's sums in a period, at each place."
    by_place = stage(f"{prefix}student_periods", says, text, stored=True)
    sums = inputs.sums("students", by_place.name, ("student", "period"), {"above": "SUM(above)", "below": "SUM(below)"})
    return [by_place, *sums, _points(spec, prefix, sums[-1].name), _placed(spec, prefix)]


def _points(spec: RunChartSpec, prefix: str, students: str) -> Stage:
    by = comma((*PLACED, "period"))
    above, below = "SUM(above)", "SUM(below)"
    if spec.percent_from is not None:
        above = f"SUM(CASE WHEN 100 * above >= {spec.percent_from} * below THEN 1e0 ELSE 0e0 END)"
        below = "CAST(COUNT(*) AS DOUBLE)"
    text = f"""SELECT {by}, CAST(COUNT(*) AS DOUBLE) AS n, {above} AS above, {below} AS below
        FROM (SELECT {by}, student, SUM(above) AS above, SUM(below) AS below FROM {students} GROUP BY {by}, student) AS s
        WHERE below > 0 GROUP BY {by} HAVING COUNT(*) >= {spec.points_from}"""
    return stage(f"{prefix}counted", "The students and sums of each period, at every org and for every group.", text)


def _placed(spec: RunChartSpec, prefix: str) -> Stage:
    series = comma(PLACED)
    base = "1"
    if spec.baseline is not None:
        base = f"CASE WHEN place <= {spec.baseline} THEN 1 ELSE 0 END"
    if spec.change is not None:
        change = spec.change.replace("'", "''")
        base = f"CASE WHEN period < '{change}' THEN 1 ELSE 0 END"
    text = f"""SELECT {series}, period, n, above, below, value, place, {base} AS base
        FROM (SELECT {series}, period, n, above, below, above / below AS value,
                ROW_NUMBER() OVER (PARTITION BY {series} ORDER BY period) AS place
            FROM {prefix}counted) AS p"""
    return stage(f"{prefix}points", "The points in their order, and which are of the baseline.", text, stored=True)
