"""From points to signals: the centre line, runs and crossings, and what came after a change."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import PLACED
from metricspec.sql.stage import Stage, comma, on, stage

from metricspec_improvement.limits import crossings_limit, limit_sql, longest_run_limit
from metricspec_improvement.spec import RunChartSpec

ON_LINE = "1e-12"
_SERIES = comma(PLACED)


def signal_stages(spec: RunChartSpec, prefix: str, points: str) -> Sequence[Stage]:
    """The last has a row for each series: points, n and below (the smallest), centre, useful, base, longest_run, crossings
    and their limits, longest_trend, useful_after, run_above, run_below."""
    stages = [_centres(prefix, points), _sides(prefix, points), _runs(prefix, "runs", "1 = 1")]
    if spec.change is not None:
        stages.append(_runs(prefix, "runs_after", "base = 0"))
    if spec.trend is not None:
        stages.append(_trends(prefix, points))
    return [*stages, _series(spec, prefix)]


def _centres(prefix: str, points: str) -> Stage:
    """Of n values in order the two middle ones are those of place ceil(n / 2) and floor(n / 2) + 1."""
    middle = "MIN(CASE WHEN base = 1 AND 2 * by_value >= {} THEN value END)"
    text = f"""SELECT {_SERIES}, CAST(COUNT(*) AS DOUBLE) AS points, CAST(SUM(base) AS DOUBLE) AS base, MIN(n) AS n,
            MIN(below) AS below, ({middle.format("size")} + {middle.format("size + 1")}) / 2e0 AS centre
        FROM (SELECT {_SERIES}, n, below, value, base,
                ROW_NUMBER() OVER (PARTITION BY {_SERIES}, base ORDER BY value, place) AS by_value,
                COUNT(*) OVER (PARTITION BY {_SERIES}, base) AS size FROM {points}) AS v
        GROUP BY {_SERIES}"""
    return stage(f"{prefix}centres", "The centre line of each series: the median of its baseline.", text, stored=True)


def _sides(prefix: str, points: str) -> Stage:
    listed = comma(f"p.{key} AS {key}" for key in PLACED)
    text = f"""SELECT {listed}, p.place AS place, p.base AS base,
            CASE WHEN p.value > c.centre THEN 1 ELSE -1 END AS side
        FROM {points} AS p INNER JOIN {prefix}centres AS c ON {on("c", "p", PLACED)}
        WHERE ABS(p.value - c.centre) > {ON_LINE}"""
    return stage(f"{prefix}sides", "The side of the centre line for each point that is off it.", text, stored=True)


def _runs(prefix: str, name: str, where: str) -> Stage:
    """Points of one side in a row have the same difference of their places among all and among those of the side."""
    island = f"""ROW_NUMBER() OVER (PARTITION BY {_SERIES} ORDER BY place)
                - ROW_NUMBER() OVER (PARTITION BY {_SERIES}, side ORDER BY place)"""
    text = f"""SELECT {_SERIES}, CAST(SUM(length) AS DOUBLE) AS useful, CAST(MAX(length) AS DOUBLE) AS longest_run,
            CAST(COUNT(*) - 1 AS DOUBLE) AS crossings,
            CAST(MAX(CASE WHEN side > 0 THEN length ELSE 0 END) AS DOUBLE) AS run_above,
            CAST(MAX(CASE WHEN side < 0 THEN length ELSE 0 END) AS DOUBLE) AS run_below
        FROM (SELECT {_SERIES}, side, island, COUNT(*) AS length
            FROM (SELECT {_SERIES}, side, {island} AS island FROM {prefix}sides WHERE {where}) AS s
            GROUP BY {_SERIES}, side, island) AS r
        GROUP BY {_SERIES}"""
    of = "all useful points" if name == "runs" else "the useful points after the change"
    return stage(f"{prefix}{name}", f"Runs and crossings of {of}.", text)


def _trends(prefix: str, points: str) -> Stage:
    """A point that repeats the one before it counts once; so many steps in one direction are one more point."""
    before = f"LAG(value) OVER (PARTITION BY {_SERIES} ORDER BY place)"
    island = f"""ROW_NUMBER() OVER (PARTITION BY {_SERIES} ORDER BY place)
                - ROW_NUMBER() OVER (PARTITION BY {_SERIES}, rises ORDER BY place)"""
    text = f"""SELECT {_SERIES}, CAST(MAX(length) + 1 AS DOUBLE) AS longest_trend
        FROM (SELECT {_SERIES}, rises, island, COUNT(*) AS length
            FROM (SELECT {_SERIES}, rises, {island} AS island
                FROM (SELECT {_SERIES}, place, CASE WHEN value > before THEN 1 ELSE 0 END AS rises
                    FROM (SELECT {_SERIES}, place, value, {before} AS before FROM {points}) AS b
                    WHERE ABS(value - before) > {ON_LINE}) AS s) AS i
            GROUP BY {_SERIES}, rises, island) AS t
        GROUP BY {_SERIES}"""
    return stage(f"{prefix}trends", "The longest row of points that all rise, or all fall.", text)


def _series(spec: RunChartSpec, prefix: str) -> Stage:
    useful = "COALESCE(r.useful, 0e0)"
    items = {
        **{name: f"c.{name}" for name in ("points", "base", "n", "below", "centre")},
        "useful": useful,
        "longest_run": "COALESCE(r.longest_run, 0e0)",
        "longest_run_limit": limit_sql(longest_run_limit, "r.useful", spec.most),
        "crossings": "COALESCE(r.crossings, 0e0)",
        "crossings_limit": limit_sql(crossings_limit, "r.useful", spec.most),
    }
    joins = [("runs", "r")]
    if spec.trend is not None:
        items["longest_trend"] = "COALESCE(t.longest_trend, 1e0)"
        joins.append(("trends", "t"))
    if spec.change is not None:
        items |= {name: f"COALESCE(a.{name}, 0e0)" for name in ("run_above", "run_below")}
        items["useful_after"] = "COALESCE(a.useful, 0e0)"
        joins.append(("runs_after", "a"))
    known = comma(f"{text} AS {name}" for name, text in items.items())
    joined = "".join(f"\nLEFT JOIN {prefix}{name} AS {alias} ON {on(alias, 'c', PLACED)}" for name, alias in joins)
    text = f"SELECT {comma(f'c.{key} AS {key}' for key in PLACED)}, {known} FROM {prefix}centres AS c{joined}"
    return stage(f"{prefix}series", "What is to be said of each series.", text, stored=True)
