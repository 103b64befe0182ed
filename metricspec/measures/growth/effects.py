"""From residuals to the effect of each org: mean, standard error, and the empirical Bayes shrinkage."""

from __future__ import annotations

from metricspec.measures.growth.constants import yardstick_stages
from metricspec.measures.growth.residuals import sums_of
from metricspec.measures.growth.terms import Design
from metricspec.sql.stage import NO_NUMBER, Stage, Step, comma

SCHOOL = "school"  # the org level whose orgs are what `school` names
ROUNDING = "1e-10"  # a mean residual of so few standard deviations is nothing but rounding
FEWEST = 3  # orgs from which a variance between orgs is estimated
ORG = ("school_year", "org_level", "org_id", "student_group", "category")
LEVEL = "school_year, org_level, student_group, category"
SAME = "COALESCE(y.category, '') = COALESCE(v.category, '')"


def effect_stages(design: Design) -> tuple[Step, ...]:
    """From `carried_sums` to `effects`: for each org, group and category

    population, complete, n: rows, complete scores, scores fitted. mean, within (variance of residuals in an org), error2
    (squared standard error of the mean), between (variance of effects between orgs, NULL with fewer than three),
    shrink, bayes (the shrunken effect), post (its squared standard error; NULL where between is 0: certain it is not), effect (bayes, or mean where there is none),
    spread2 (squared standard error that goes with effect).
    """
    added = {name: f"SUM({name})" for name in sums_of(design)}
    sums = design.inputs.sums("sums", design.name("carried_sums"), design.categories, added)
    yards = yardstick_stages(design, design.spec.fitted) if design.spec.fitted is not None else ()
    return (
        *sums,
        _parts(design),
        _orgs(design),
        *yards,
        _within(design),
        _errors(design),
        _between(design),
        _effects(design),
    )


def category(design: Design) -> str:
    """A cell as its rows' category."""
    return " || ' / ' || ".join(design.cells) if design.cells else "'all'"


def _parts(design: Design) -> Stage:
    """Sums by org and school for all cells together, and for each cell where it is wanted."""
    weights = "SUM(w) AS weight, SUM(w2) AS weight2" if design.weighted else _counted()
    keys = "school_year, org_level, org_id, student_group, school"
    sums = f"""SUM(population) AS rows_, SUM(complete) AS complete_, SUM(fitted) AS fitted_, {weights},
        SUM(r) AS total, SUM(rr) AS squares"""
    source = design.name("sums")
    text = f"SELECT {keys}, CAST(NULL AS VARCHAR) AS category, {sums} FROM {source} GROUP BY {keys}"
    if design.spec.by_cell:
        known = " AND ".join(f"{name} IS NOT NULL" for name in design.cells) or "1 = 1"
        by = comma([keys, *design.cells])
        text += f"""\nUNION ALL\nSELECT {keys}, {category(design)} AS category, {sums} FROM {source}
            WHERE {known} GROUP BY {by}"""
    return design.stage("parts", "Sums of residuals by org, and by school inside the org.", text)


def _counted() -> str:
    return "CAST(SUM(fitted) AS DOUBLE) AS weight, CAST(SUM(fitted) AS DOUBLE) AS weight2"


def _orgs(design: Design) -> Stage:
    """Adds schools; cc, ct and tt are sums over schools of squared weights, weights times totals, squared totals.

    A mean that rounding alone has moved off nothing is nothing: where a covariate fits a small group exactly, its mean
    residual is zero, and no percentile may be made of the last bits.
    """
    by = comma(ORG)
    over = "OVER (PARTITION BY school_year, org_level, category)"
    scale = f"SQRT(SUM(squares) {over} / NULLIF(SUM(w) {over}, 0e0))"
    least = scale if design.spec.standardize == "none" else f"CASE WHEN {scale} < 1e0 THEN 1e0 ELSE {scale} END"
    mean = f"CASE WHEN ABS(total) <= {ROUNDING} * w * ({least}) THEN 0e0 ELSE total / NULLIF(w, 0e0) END"
    text = f"""SELECT {by}, population, complete, n, w, w2, schools, cc, ct, tt,
        CASE WHEN w > 0e0 THEN {mean} END AS mean, CASE WHEN squares > total * total / NULLIF(w, 0e0) THEN squares - total * total / w ELSE 0e0 END AS ss
        FROM (SELECT {by}, SUM(rows_) AS population, SUM(complete_) AS complete, SUM(fitted_) AS n,
            COALESCE(SUM(weight), 0e0) AS w, SUM(weight2) AS w2, SUM(CASE WHEN fitted_ > 0 THEN 1 ELSE 0 END) AS schools,
            SUM(total) AS total, SUM(squares) AS squares, SUM(weight * weight) AS cc, SUM(weight * total) AS ct,
            SUM(total * total) AS tt FROM {design.name("parts")} GROUP BY {by}) AS o"""
    return design.stage("orgs", "The mean residual of each org, group and category.", text, stored=True)


def _within(design: Design) -> Stage:
    """The variance of residuals within orgs of a level, and how many orgs there are."""
    over = f"OVER (PARTITION BY {LEVEL})"
    inner = f"""SELECT o.*, SUM(CASE WHEN n > 0 THEN 1 ELSE 0 END) {over} AS orgs, SUM(w) {over} AS whole,
        SUM(ss) {over} AS pooled, SUM(w * w) {over} AS whole2, SUM(w * mean) {over} AS first,
        SUM(w * mean * mean) {over} AS second FROM {design.name("orgs")} AS o"""
    own = "CASE WHEN whole > orgs THEN pooled / (whole - orgs) END"
    text = f"SELECT v.*, {own} AS within FROM ({inner}) AS v"
    if design.spec.fitted is not None:
        text = f"""SELECT v.*, CASE WHEN v.org_level = '{SCHOOL}' THEN y.within ELSE {own} END AS within,
            y.between_ AS known FROM ({inner}) AS v LEFT JOIN {design.name("yardsticks")} AS y
            ON y.school_year = v.school_year AND {SAME}"""
    return design.stage("within", "The variance of residuals within the orgs of a level.", text)


def _errors(design: Design) -> Stage:
    """At schools, and for an org of one school, the pooled variance; else clustered by school."""
    pooled = "within * w2 / NULLIF(w * w, 0e0)"
    spread = "tt - 2e0 * mean * ct + mean * mean * cc"
    clustered = (
        f"CASE WHEN {spread} > 0e0 THEN ({spread}) / NULLIF(w * w, 0e0) * schools / (schools - 1e0) ELSE 0e0 END"
    )
    text = f"""SELECT v.*, CASE WHEN n = 0 THEN NULL WHEN org_level = '{SCHOOL}' OR schools = 1 THEN {pooled}
        ELSE {clustered} END AS error2 FROM {design.name("within")} AS v"""
    return design.stage("errors", "The squared standard error of each mean residual.", text)


def _between(design: Design) -> Stage:
    """Schools: the ANOVA estimate for unequal numbers (Swamy and Arora 1972). Others: the means' variance less their error."""
    over = f"OVER (PARTITION BY {LEVEL})"
    inner = f"""SELECT e.*, AVG(error2) {over} AS typical, SUM(mean) {over} AS sum1, SUM(mean * mean) {over} AS sum2
        FROM {design.name("errors")} AS e"""
    msb = "(second - first * first / whole) / (orgs - 1e0)"
    n0 = "(whole - whole2 / whole) / (orgs - 1e0)"
    schools = "known" if design.spec.fitted is not None else f"({msb} - within) / NULLIF({n0}, 0e0)"
    others = "(sum2 - sum1 * sum1 / orgs) / (orgs - 1e0) - typical"
    enough = f"orgs >= {FEWEST}" + (f" OR org_level = '{SCHOOL}'" if design.spec.fitted is not None else "")
    raw = f"CASE WHEN {enough} THEN CASE WHEN org_level = '{SCHOOL}' THEN {schools} ELSE {others} END END"
    text = f"""SELECT b.*, CASE WHEN raw < 0e0 THEN 0e0 ELSE raw END AS between_
        FROM (SELECT i.*, {raw} AS raw FROM ({inner}) AS i) AS b"""
    return design.stage("between_orgs", "The variance of true effects between the orgs of a level.", text)


def _effects(design: Design) -> Stage:
    shrunken = design.spec.shrinkage == "empirical_bayes"
    shrink = "CASE WHEN between_ = 0e0 THEN 0e0 ELSE between_ / NULLIF(between_ + error2, 0e0) END"
    inner = f"SELECT b.*, {shrink if shrunken else NO_NUMBER} AS shrink FROM {design.name('between_orgs')} AS b"
    text = f"""SELECT school_year, org_level, org_id, student_group, category, population, complete, n, orgs, schools, mean,
        within, error2, between_, shrink, shrink * mean AS bayes,
        CASE WHEN between_ > 0e0 THEN between_ * (1e0 - shrink) END AS post,
        COALESCE(shrink * mean, mean) AS effect,
        CASE WHEN shrink IS NULL THEN error2 WHEN between_ > 0e0 THEN between_ * (1e0 - shrink) END AS effect2 FROM ({inner}) AS s"""
    return design.stage("effects", "The effect of each org, shrunken as far as it is uncertain.", text, stored=True)
