"""The tail that all indicators share: compare, round, judge, rate, release; compiled once over one long Tally."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from metricspec.compiler.constants import Rules, bands_stage, compare_stage, grids_stage
from metricspec.model import BandSet, Dated, Grid, LevelTable, Policy, Threshold
from metricspec.sql import rounding
from metricspec.sql.stage import Stage, Template, lit, slot

Slots = dict[str, "exp.Expression | str"]
PRIORS = ("numerator", "denominator", "n", "value")
MEASURED = ("numerator", "denominator", "n", "standard_error", "low", "high")
RESULT = (
    "indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group", "category", "statistic",
    "numerator", "denominator", "n", "value", "standard_error", "low", "high", "prior_numerator", "prior_denominator",
    "prior_n", "prior_value", "change", "status", "change_level", "rating", "suppressed", "prior_suppressed", "notes",
)  # fmt: skip


def _stage(name: str, says: str, text: str, slots: Slots | None = None, stored: bool = False) -> Stage:
    return Stage(name, says, Template((name, text), text), slots or {}, stored)


def compared_stage() -> Stage:
    """Each row with its prior year's: given with the row, or the same org and group the year before."""
    window = """OVER (PARTITION BY indicator, org_level, org_id, student_group, category, statistic
                ORDER BY school_year)"""
    lags = ", ".join(f"LAG({c}) {window} AS lag_{c}" for c in (*PRIORS, "school_year"))
    start = "CAST(SUBSTRING({}, 1, 4) AS INTEGER)"
    follows = (
        f"(r.mode = 'latest_available' OR {start.format('t.school_year')} = {start.format('t.lag_school_year')} + 1)"
    )
    given = "(t.prior_denominator IS NOT NULL OR t.prior_value IS NOT NULL)"
    priors = ", ".join(
        f"CASE WHEN r.mode IS NULL THEN NULL WHEN {given} THEN t.prior_{c} WHEN {follows} THEN t.lag_{c} END AS prior_{c}"
        for c in PRIORS
    )
    text = f"""
        SELECT t.indicator, i.version, t.school_year, t.org_level, t.org_id, i.group_set, t.student_group, t.category,
            t.statistic, t.numerator, t.denominator, t.n, t.value, t.standard_error, t.low, t.high, {priors},
            CASE WHEN r.mode IS NOT NULL THEN t.change END AS published_change, t.certified, t.notes,
            i.units, i.shift, i.exact, i.policy, i.levels
        FROM (SELECT *, {lags} FROM tally) AS t
        INNER JOIN indicators AS i ON i.indicator = t.indicator
        LEFT JOIN compare_rules AS r ON r.compare_rule = i.compare_rule
            AND t.school_year >= r.first_year AND t.school_year <= r.last_year"""
    return _stage("compared", "Each row beside the prior year's, where its rule compares.", text)


def rounded_stage(exact_integer: str) -> Stage:
    """Value and change in whole published units: from counts in integers, from doubles half away from zero."""

    def whole(column: str) -> str:
        return rounding.whole(column, "exact", exact_integer)

    def rounded(above: str, below: str, value: str) -> str:
        counts = f"exact IS NOT NULL AND {above} IS NOT NULL AND {below} > 0"
        units = f"CAST(units AS {exact_integer})"
        exactly = rounding.exact_quotient(f"({units} * {whole(above)})", whole(below), exact_integer)
        return f"""CASE WHEN {counts} THEN {exactly}
            WHEN {value} IS NOT NULL THEN {rounding.double_quotient(f"ROUND({value} * units, 6)")} END"""

    n1, d1, n0, d0 = (whole(c) for c in ("numerator", "denominator", "prior_numerator", "prior_denominator"))
    cross = f"(CAST(units AS {exact_integer}) * (({n1} * {d0}) - ({n0} * {d1})))"
    change = f"""CASE WHEN published_change IS NOT NULL AND (numerator IS NULL OR prior_numerator IS NULL)
            THEN {rounding.double_quotient("ROUND(published_change * units, 6)")}
        WHEN exact IS NOT NULL AND numerator IS NOT NULL AND prior_numerator IS NOT NULL
            AND denominator > 0 AND prior_denominator > 0 THEN {rounding.exact_quotient(cross, f"({d1} * {d0})", exact_integer)}
        WHEN value IS NOT NULL AND prior_value IS NOT NULL
            THEN {rounding.double_quotient("ROUND((value - prior_value) * units, 6)")} END"""
    text = f"""SELECT *, {rounded("numerator", "denominator", "value")} AS value_units,
        {rounded("prior_numerator", "prior_denominator", "prior_value")} AS prior_units, {change} AS change_units
        FROM compared"""
    says = "Value and change rounded once, half away from zero; the change is exact less exact, then rounded."
    return _stage("rounded", says, text)


def _dated(dated: Dated) -> list[str]:
    parts = [f"school_year >= {lit(dated.years.first)}"] if dated.years.first else []
    return parts + ([f"school_year <= {lit(dated.years.last)}"] if dated.years.last else [])


def _threshold(policies: Iterable[Policy], of: Callable[[Policy], Sequence[Threshold]]) -> str:
    """The n that applies to a row: of each policy the last entry that matches."""
    branches = []
    for policy in policies:
        for entry in reversed(of(policy)):
            parts = [f"policy = {lit(policy.id)}", *_dated(entry.dated)]
            if entry.groups:
                parts.append(f"student_group IN ({', '.join(lit(g) for g in entry.groups)})")
            if entry.org_levels:
                parts.append(f"org_level IN ({', '.join(lit(o) for o in entry.org_levels)})")
            branches.append(f"WHEN {' AND '.join(parts)} THEN {entry.n}")
    return f"CASE {' '.join(branches)} ELSE 0 END" if branches else "0"


def judged_stage(rules: Rules) -> Stage:
    """The n's that apply, what they say of each row, and the org's attributes that the cut scores need."""
    names = [p.id for p in rules.policies if p.of == "denominator"]
    of = f"policy IN ({', '.join(lit(n) for n in names)})" if names else "1 = 0"
    tested, prior = (f"CASE WHEN {of} THEN {p}denominator ELSE {p}n END" for p in ("", "prior_"))
    thresholds = ", ".join(
        f"{_threshold(rules.policies, lambda p, k=kind: getattr(p, k))} AS {kind}_n"  # type: ignore[misc]
        for kind in ("privacy", "report", "rating", "small")
    )
    attributes = "o.org_type, COALESCE(o.charter, 0) AS charter, COALESCE(o.alternative, 0) AS alternative"
    source = """rounded AS r LEFT JOIN
        (SELECT org_id AS of_org, school_year AS of_year, org_type, charter, alternative FROM org_attributes) AS o
        ON o.of_org = r.org_id AND o.of_year = r.school_year"""
    text = f"""SELECT *, CASE WHEN denominator < small_n THEN 1 ELSE 0 END AS small
        FROM (SELECT r.*, {attributes}, {tested} AS tested_n, {prior} AS prior_tested_n, {thresholds} FROM {source}) AS j"""
    return _stage("judged", "The minimum n's of the policy that apply to each row.", text)


def _choice(levels: Sequence[LevelTable], kind: str, slots: Slots, conditions: dict[str, exp.Expression]) -> str:
    """Which band set or grid of its level table a row uses: the first whose years and condition match."""
    branches = []
    for table in levels:
        entries: Sequence[BandSet | Grid] = getattr(table, {"grid": "grids"}.get(kind, kind))
        for at, entry in enumerate(entries):
            parts = [f"levels = {lit(table.id)}", *_dated(entry.dated)]
            if entry.when:
                name = f"when{len(slots)}"
                slots[name] = conditions[entry.when]
                parts.append(f"({slot(name)})")
            branches.append(f"WHEN {' AND '.join(parts)} THEN {lit(f'{table.id}/{kind}{at}')}")
    return f"CASE {' '.join(branches)} END" if branches else "CAST(NULL AS VARCHAR)"


def chosen_stage(rules: Rules, conditions: dict[str, exp.Expression]) -> Stage:
    slots: Slots = {}
    sets = ", ".join(
        f"{_choice(rules.levels, kind, slots, conditions)} AS {kind}_set" for kind in ("status", "change", "grid")
    )
    says = "Which dated set of cut scores each row is held against."
    return _stage("chosen", says, f"SELECT *, {sets} FROM judged", slots)


def _within(alias: str, value: str) -> str:
    return f"""({alias}.low_end IS NULL OR {value} > {alias}.low_end OR ({alias}.low_closed = 1 AND {value} = {alias}.low_end))
        AND ({alias}.high_end IS NULL OR {value} < {alias}.high_end OR ({alias}.high_closed = 1 AND {value} = {alias}.high_end))"""


def rated_stage(rules: Rules, conditions: dict[str, exp.Expression]) -> Stage:
    """Status and change bands of the rounded numbers, and the rating where both years reach the rating n."""
    slots: Slots = {}
    branches = []
    for table in rules.levels:
        for override in table.overrides:
            parts = [f"levels = {lit(table.id)}", *_dated(override.dated), f"({slot(f'over_{len(slots)}')})"]
            slots[f"over_{len(slots)}"] = conditions[override.when]
            if override.unless:
                parts.append(f"g.rating NOT IN ({', '.join(lit(u) for u in override.unless)})")
            branches.append(f"WHEN {' AND '.join(parts)} THEN {lit(override.rating)}")
    rating = f"CASE {' '.join(branches)} ELSE g.rating END" if branches else "g.rating"
    text = f"""SELECT c.*, s.band AS status, k.band AS change_level,
            CASE WHEN s.unverified = 1 OR k.unverified = 1 OR g.unverified = 1 THEN 1 ELSE 0 END AS unverified,
            CASE WHEN c.tested_n >= c.rating_n AND c.prior_tested_n >= c.rating_n AND g.rating IS NOT NULL
                THEN {rating} END AS rating
        FROM chosen AS c
        LEFT JOIN bands AS s ON s.band_set = c.status_set AND {_within("s", "c.value_units")}
        LEFT JOIN bands AS k ON k.band_set = c.change_set AND {_within("k", "c.change_units")}
        LEFT JOIN grids AS g ON g.grid_set = c.grid_set AND g.status_band = s.band AND g.change_band = k.band"""
    return _stage("rated", "Status, change level and rating of the rounded numbers.", text, slots)


def hidden_stage() -> Stage:
    """Why a row's numbers may not be published. Complementary suppression will add its reason here."""
    text = """SELECT *,
            CASE WHEN tested_n < privacy_n OR tested_n < report_n THEN 'primary'
                 WHEN value_units IS NULL THEN 'input' END AS suppressed,
            CASE WHEN prior_tested_n IS NULL AND prior_units IS NULL THEN NULL
                 WHEN prior_tested_n < privacy_n OR prior_tested_n < report_n THEN 'primary'
                 WHEN prior_units IS NULL THEN 'input' END AS prior_suppressed
        FROM rated"""
    return _stage(
        "hidden",
        "Which numbers stay hidden, and why: too few students, or hidden where they came from.",
        text,
    )


def released_stage(years: Sequence[str]) -> Stage:
    """The Result: what depends on a hidden number hides with it."""
    shown = "suppressed IS NULL"
    both = "suppressed IS NULL AND prior_suppressed IS NULL"
    prior = "prior_suppressed IS NULL"
    known = "units / shift"  # percent: low and high are shares until here
    values = {
        **{c: f"CASE WHEN {shown} THEN {c} END" for c in ("numerator", "denominator", "n")},
        "value": f"CASE WHEN {shown} THEN value_units / shift END",
        **{c: f"CASE WHEN {shown} THEN {c} * {known} END" for c in ("standard_error", "low", "high")},
        **{f"prior_{c}": f"CASE WHEN {prior} THEN prior_{c} END" for c in ("numerator", "denominator", "n")},
        "prior_value": f"CASE WHEN {prior} THEN prior_units / shift END",
        "change": f"CASE WHEN {both} THEN change_units / shift END",
        "status": f"CASE WHEN {shown} THEN status END",
        "change_level": f"CASE WHEN {both} THEN change_level END",
        "rating": f"CASE WHEN {both} THEN rating END",
        "notes": f"""CASE WHEN NOT ({shown}) THEN NULL WHEN unverified = 1 AND notes IS NOT NULL
            THEN notes || '; unverified cut scores' WHEN unverified = 1 THEN 'unverified cut scores' ELSE notes END""",
    }
    listed = ", ".join(f"{values[c]} AS {c}" if c in values else c for c in RESULT)
    where = f" WHERE school_year IN ({', '.join(lit(y) for y in years)})" if years else ""
    text = f"SELECT {listed} FROM hidden{where} ORDER BY indicator, school_year, org_level, org_id, student_group"
    return _stage("result", "The Result: rounded, rated, with hidden numbers left empty.", text)


def tail_stages(
    rules: Rules,
    conditions: dict[str, exp.Expression],
    exact_integer: str,
    *,
    years: Sequence[str] = (),
) -> tuple[Stage, ...]:
    """Every stage after the Tally and the constants of the indicators, in order."""
    return (
        compare_stage(rules),
        bands_stage(rules),
        grids_stage(rules),
        compared_stage(),
        rounded_stage(exact_integer),
        judged_stage(rules),
        chosen_stage(rules, conditions),
        rated_stage(rules, conditions),
        hidden_stage(),
        released_stage(years),
    )
