"""Where an effect lies among the effects of schools."""

from __future__ import annotations

from metricspec.measures.growth.constants import effect_table
from metricspec.measures.growth.effects import FEWEST, SCHOOL
from metricspec.measures.growth.terms import Design
from metricspec.sql.intervals import Z
from metricspec.sql.stage import NO_NUMBER, Stage

# The normal distribution by Hart's algorithm 5666 (1968), as given by G. West, "Better approximations to cumulative
# normal functions", Wilmott Magazine, May 2005: within 1e-15 of the exact value for every argument.
ABOVE = (
    3.52624965998911e-02, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
    220.206867912376,
)  # fmt: skip
BELOW = (
    8.83883476483184e-02, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
    793.826512519948, 440.413735824752,
)  # fmt: skip
AMONG = "PARTITION BY school_year, student_group, category"


def normal(z: str) -> str:
    """The standard normal distribution function of `z` (SQL of a double, written several times), as SQL."""
    a = f"ABS({z})"
    density = f"EXP(-{z} * {z} / 2e0)"
    near = f"{density} * {_horner(ABOVE, a)} / {_horner(BELOW, a)}"
    far = f"{density} / ({a} + 1e0 / ({a} + 2e0 / ({a} + 3e0 / ({a} + 4e0 / ({a} + 0.65e0))))) / 2.506628274631e0"
    tail = f"CASE WHEN {a} > 37e0 THEN 0e0 WHEN {a} < 7.07106781186547e0 THEN {near} ELSE {far} END"
    above, sign = (
        f"CASE WHEN {z} > 0e0 THEN {one} ELSE {other} END" for one, other in (("1e0", "0e0"), ("-1e0", "1e0"))
    )
    return f"({above} + {sign} * {tail})"


def _horner(coefficients: tuple[float, ...], at: str) -> str:
    text = f"{coefficients[0]:.17e}"
    for one in coefficients[1:]:
        text = f"({text} * {at} + {one:.17e})"
    return text


def percentile_stages(design: Design) -> tuple[Stage, ...]:
    """From `effects` to `placed`: effects with peers (schools compared with), percentile, and its ends where it has any.

    Without three schools there is nothing to compare with, and no percentile. Where schools do not differ beyond chance,
    an effect of nothing lies in the middle.
    """
    if design.spec.percentile == "rank":
        return (*_references(design), _ranked(design))
    return (_spread(design), _normal(design))


def _spread(design: Design) -> Stage:
    """The root of the schools' mean squared effect, of the same year, group and category."""
    schools = f"CASE WHEN org_level = '{SCHOOL}' AND n > 0 THEN"
    own = f"""SUM({schools} 1 ELSE 0 END) OVER ({AMONG}) AS peers,
        AVG({schools} effect * effect END) OVER ({AMONG}) AS square"""
    text = f"SELECT e.*, {own} FROM {design.name('effects')} AS e"
    if design.spec.fitted is not None:
        text = f"""SELECT e.*, COALESCE(y.schools, 0) AS peers, y.spread * y.spread AS square
            FROM {design.name("effects")} AS e
            LEFT JOIN {design.name("yardsticks")} AS y
            ON y.school_year = e.school_year AND COALESCE(y.category, '') = COALESCE(e.category, '')"""
    return design.stage("spread", "How far the effects of schools are spread.", text)


def _normal(design: Design) -> Stage:
    half = f"{Z} * SQRT(CASE WHEN effect2 > 0e0 THEN effect2 WHEN effect2 <= 0e0 THEN 0e0 END)"
    known = f"peers >= {FEWEST} AND square > 0e0"
    z = f"""SELECT s.*, CASE WHEN {known} THEN effect / SQRT(square) WHEN peers >= {FEWEST} AND effect = 0e0 THEN 0e0 END AS z,
        CASE WHEN {known} THEN (effect - {half}) / SQRT(square) END AS z_low,
        CASE WHEN {known} THEN (effect + {half}) / SQRT(square) END AS z_high FROM {design.name("spread")} AS s"""
    text = f"""SELECT t.*, 100e0 * {normal("z")} AS percentile, 100e0 * {normal("z_low")} AS percentile_low,
        100e0 * {normal("z_high")} AS percentile_high FROM ({z}) AS t"""
    return design.stage("placed", "Each effect's place among those of schools, as in a normal distribution.", text)


def _references(design: Design) -> tuple[Stage, ...]:
    """The effects compared with: of the schools themselves, or those that the fit holds, for every student group."""
    effects, fit = design.name("effects"), design.spec.fitted
    text = f"""SELECT school_year, student_group, category, effect FROM {effects}
        WHERE org_level = '{SCHOOL}' AND effect IS NOT NULL"""
    if fit is not None:
        text = f"""SELECT f.school_year AS school_year, g.student_group AS student_group, f.category AS category,
            f.effect AS effect FROM {design.name("fitted_effects")} AS f
            CROSS JOIN (SELECT DISTINCT student_group FROM {effects}) AS g"""
    stage = design.stage("references", "The effects that every effect is compared with.", text)
    return (*(effect_table(design, fit) if fit is not None else ()), stage)


def _ranked(design: Design) -> Stage:
    """The share of schools below, and half of those equal; the window up to an effect takes in its equals.

    Effects are compared as whole billionths: the same effect computed from other sums differs in its last digits.
    """
    columns = "school_year, student_group, category, FLOOR(effect * 1e9 + 5e-1) AS place"
    orgs = f"SELECT org_level, org_id, {columns}, 0 AS school FROM {design.name('effects')} WHERE effect IS NOT NULL"
    schools = f"""SELECT CAST(NULL AS VARCHAR) AS org_level, CAST(NULL AS VARCHAR) AS org_id, {columns}, 1 AS school
        FROM {design.name("references")}"""
    counted = f"""SELECT u.*, SUM(school) OVER ({AMONG}) AS peers, SUM(school) OVER ({AMONG} ORDER BY place) AS up_to,
        SUM(school) OVER ({AMONG}, place) AS equals FROM ({orgs} UNION ALL {schools}) AS u"""
    text = f"""SELECT e.*, COALESCE(c.peers, 0) AS peers,
        CASE WHEN c.peers >= {FEWEST} THEN 100e0 * (c.up_to - c.equals / 2e0) / c.peers END AS percentile,
        {NO_NUMBER} AS percentile_low, {NO_NUMBER} AS percentile_high FROM {design.name("effects")} AS e
        LEFT JOIN ({counted}) AS c ON c.school = 0 AND c.school_year = e.school_year AND c.org_level = e.org_level
        AND c.org_id = e.org_id AND c.student_group = e.student_group
        AND COALESCE(c.category, '') = COALESCE(e.category, '')"""
    return design.stage("placed", "Each effect's place among those of schools, by rank.", text)
