"""From people to orgs: sums, the score and its standard error, and what is said of the scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from metricspec.measures.survey_scale.design import Design, double
from metricspec.sql.intervals import t_quantile
from metricspec.sql.stage import Stage, Step, comma, plus

ORG = ("school_year", "org_level", "org_id", "student_group")
FEWEST = 3  # schools, or orgs, from which a variance between them is told
ROUNDING = "1e-12"  # sums of squares under it are nothing but rounding


def org_stages(design: Design) -> tuple[Step, ...]:
    """From `counted` to `told`: for each org and group

    invited, outside (people, answers); for each part (0 the whole) n, value, error2 (its squared standard error), half
    (of the interval); variance of people's scores, alpha with complete (the people it is of), icc; standing, where
    asked for; reached (1 where participation is what is asked); notes.
    """
    sums = design.inputs.sums("sums", design.name("counted"), (), sums_of(design))
    standing = (_standing(design),) if design.spec.standing_n is not None else ()
    return (*sums, _orgs(design), _values(design), *standing, _told(design))


def sums_of(design: Design) -> Mapping[str, str]:
    found = {"invited": "COUNT(*)", "outside": "SUM(outside)"}
    if design.spec.floors:
        found["asked"] = "SUM(asked)"
    for at in range(len(design.parts)):
        found |= {f"n_{at}": f"COUNT(y_{at})", f"t_{at}": f"SUM(y_{at})", f"s_{at}": f"SUM(y_{at} * y_{at})"}
        if design.percent:
            found |= {f"f_{at}": f"SUM(favorable_{at})", f"m_{at}": f"SUM(answered_{at})"}
        if design.pooled:
            found |= {
                f"ff_{at}": f"SUM(favorable_{at} * favorable_{at})",
                f"fm_{at}": f"SUM(favorable_{at} * answered_{at})",
                f"mm_{at}": f"SUM(answered_{at} * answered_{at})",
            }
    return found | dict(_complete(design))


def _complete(design: Design) -> Iterator[tuple[str, str]]:
    """Sums over people who answered every item: of each item, and of all together."""
    if len(design.spec.items) < 2:
        return
    yield "complete", "COUNT(complete_0)"
    middle = float(design.spec.middle)
    of = {str(at): (f"x_{at}", middle) for at in design.parts[0].items}
    of["all"] = ("total_0", middle * len(design.spec.items))
    for name, (column, origin) in of.items():
        value = f"({column} - {double(origin)})"
        yield f"a_{name}", f"SUM(CASE WHEN complete_0 = 1 THEN {value} END)"
        yield f"b_{name}", f"SUM(CASE WHEN complete_0 = 1 THEN {value} * {value} END)"


def _orgs(design: Design) -> Stage:
    """Adds, of the whole scale, the schools with a score, the sum of their squared n, and between: the sum over schools
    of squared totals divided by n."""
    added = comma(f"CAST(SUM({name}) AS DOUBLE) AS {name}" for name in sums_of(design))
    n, by = "CAST(n_0 AS DOUBLE)", comma(ORG)
    text = f"""SELECT {by}, {added}, CAST(SUM(CASE WHEN n_0 > 0 THEN 1 ELSE 0 END) AS DOUBLE) AS schools,
        SUM({n} * {n}) AS nn, SUM(t_0 * t_0 / NULLIF({n}, 0e0)) AS between_
        FROM {design.name("sums")} GROUP BY {by}"""
    return design.stage("orgs", "The sums of each org and group, and of the schools in it.", text, stored=True)


def _values(design: Design) -> Stage:
    floored = "CASE WHEN 1e2 * n_0 >= asked THEN 1 ELSE 0 END" if design.spec.floors else "1"
    items = [*ORG, "invited", "outside", "n_0", f"{floored} AS reached", f"{_spread(0)} AS variance"]
    if design.spec.floors:
        items.append("asked / NULLIF(invited, 0e0) AS asked")
    items += ["schools", f"{_icc()} AS icc"]
    items += ["complete", f"{_alpha(design)} AS alpha"] if len(design.spec.items) > 1 else []
    for at in range(len(design.parts)):
        items += [f"n_{at}"] if at else []
        items += [f"{value} AS {name}_{at}" for name, value in _estimate(design, at).items()]
    inner = f"SELECT {comma(items)} FROM {design.name('orgs')}"
    halves = comma(
        f"({t_quantile(f'n_{at} - 1e0')}) * SQRT(error2_{at}) AS half_{at}" for at in range(len(design.parts))
    )
    text = f"SELECT v.*, {halves} FROM ({inner}) AS v"
    return design.stage("values", "The score of each org and group, and how certain it is.", text, stored=True)


def _squares(total: str, squares: str, n: str) -> str:
    """A sum of squares about the mean, never below 0."""
    about = f"({squares} - {total} * {total} / NULLIF({n}, 0e0))"
    return f"CASE WHEN {about} > {ROUNDING} THEN {about} WHEN {n} > 0e0 THEN 0e0 END"


def _spread(at: int) -> str:
    """The variance of people's scores; NULL for fewer than two."""
    return f"CASE WHEN n_{at} > 1e0 THEN ({_squares(f't_{at}', f's_{at}', f'n_{at}')}) / (n_{at} - 1e0) END"


def _estimate(design: Design, at: int) -> dict[str, str]:
    """Numerator, denominator, value and squared standard error of a part.

    Pooled answers are clustered by person: with f favorable of m answers of a person, the variance of R = sum f / sum m
    is that of f - R m (the ratio linearised; Cochran 1977, chapter 6).
    """
    n = f"n_{at}"
    if design.pooled:
        share = f"(f_{at} / NULLIF(m_{at}, 0e0))"
        left = f"(ff_{at} - 2e0 * {share} * fm_{at} + {share} * {share} * mm_{at})"
        error2 = f"CASE WHEN {n} > 1e0 AND {left} > {ROUNDING} THEN {left} * {n} / ({n} - 1e0) / (m_{at} * m_{at}) END"
        return {"above": f"f_{at}", "below": f"m_{at}", "value": share, "error2": error2}
    total = f"t_{at}" if design.percent else f"({n} * {design.origin(at)} + t_{at})"
    error2 = f"({_spread(at)}) / NULLIF({n}, 0e0)"
    if design.percent:  # people who are all alike say nothing of how certain their percent is
        error2 = f"NULLIF({error2}, 0e0)"
    value = f"{design.origin(at)} + t_{at} / NULLIF({n}, 0e0)"
    return {"above": total, "below": n, "value": value, "error2": error2}


def _alpha(design: Design) -> str:
    """Cronbach's alpha over complete answers: k / (k - 1) * (1 - sum of the items' variances / variance of the sum)."""
    k = len(design.spec.items)
    own = plus(f"({_squares(f'a_{at}', f'b_{at}', 'complete')})" for at in design.parts[0].items)
    whole = f"NULLIF({_squares('a_all', 'b_all', 'complete')}, 0e0)"
    return f"CASE WHEN complete > 1e0 THEN {double(k / (k - 1))} * (1e0 - ({own}) / {whole}) END"


def _icc() -> str:
    """The share of the variance that lies between schools, from the one-way analysis of variance with unequal n's
    (Shrout and Fleiss 1979, ICC(1); n0 as in Snedecor and Cochran); at least 0."""
    among = "((between_ - t_0 * t_0 / NULLIF(n_0, 0e0)) / NULLIF(schools - 1e0, 0e0))"
    within = "((s_0 - between_) / NULLIF(n_0 - schools, 0e0))"
    typical = "((n_0 - nn / NULLIF(n_0, 0e0)) / NULLIF(schools - 1e0, 0e0))"
    icc = f"({among} - {within}) / NULLIF({among} + ({typical} - 1e0) * {within}, 0e0)"
    told = f"schools >= {FEWEST} AND n_0 > schools"
    return f"CASE WHEN {told} THEN CASE WHEN {among} > {within} THEN {icc} ELSE 0e0 END END"


def _standing(design: Design) -> Stage:
    """How many standard deviations an org lies above the mean of its level, both weighted by people, over the orgs of at
    least so many people."""
    over = "OVER (PARTITION BY org_level, school_year, student_group)"
    fits = f"n_0 >= {design.spec.standing_n} AND reached = 1"
    weight = f"CASE WHEN {fits} THEN n_0 END"
    middle = f"""SELECT v.*, {weight} AS weight, SUM(CASE WHEN {fits} THEN 1 ELSE 0 END) {over} AS peers,
        SUM(CASE WHEN {fits} THEN n_0 * value_0 END) {over} / NULLIF(SUM({weight}) {over}, 0e0) AS centre
        FROM {design.name("values")} AS v"""
    spread = f"SQRT(SUM(weight * (value_0 - centre) * (value_0 - centre)) {over} / NULLIF(SUM(weight) {over}, 0e0))"
    text = f"SELECT w.*, CASE WHEN peers >= 2e0 THEN (value_0 - centre) / NULLIF({spread}, 0e0) END AS standing FROM ({middle}) AS w"
    return design.stage("standings", "How far each org lies from the average of its level.", text, stored=True)


def _told(design: Design) -> Stage:
    source = design.name("standings" if design.spec.standing_n is not None else "values")
    spec = design.spec
    count = "CAST(CAST(outside AS BIGINT) AS VARCHAR)"
    notes = [
        f"CASE WHEN outside > 0e0 AND n_0 > 0e0 THEN '; answers outside {spec.low} to {spec.high}, which count as none: ' || {count} ELSE '' END",
        "CASE WHEN n_0 = 0e0 THEN '; nobody answered enough items' ELSE '' END",
    ]
    if spec.floors:
        asked = "CAST(CAST(CEIL(asked - 1e-9) AS BIGINT) AS VARCHAR)"
        text = f"'; participation below ' || {asked} || ' percent: not reported'"
        notes.append(f"CASE WHEN n_0 > 0e0 AND reached = 0 THEN {text} ELSE '' END")
    text = f"SELECT v.*, NULLIF(SUBSTR({' || '.join(notes)}, 3), '') AS notes FROM {source} AS v"
    return design.stage("told", "The scores, with what has to be said about them.", text)
