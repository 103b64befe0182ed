"""The tail that all indicators share: compare, round, judge, rate, release; compiled once over one long Tally."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from metricspec.compiler.constants import Rules, bands_stage, grids_stage, rule_name
from metricspec.compiler.years import in_years
from metricspec.model import BandSet, Grid, LevelTable, Policy, Threshold
from metricspec.sql import rounding
from metricspec.sql.stage import Stage, Template, lit, slot

Slots = dict[str, "exp.Expression | str"]
PRIORS = ("numerator", "denominator", "n", "value")
RESULT = (
    "indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group", "category", "statistic",
    "numerator", "denominator", "n", "value", "standard_error", "low", "high", "prior_numerator", "prior_denominator",
    "prior_n", "prior_value", "change", "status", "change_level", "rating", "suppressed", "prior_suppressed", "notes",
)  # fmt: skip

NUMBERS = RESULT[RESULT.index("numerator") : RESULT.index("status")]
_OF_BOTH = ("change", "change_level", "rating")  # hides with either number that it compares
HIDES_WITH_VALUE = ("numerator", "denominator", "n", "value", "standard_error", "low", "high", "status", *_OF_BOTH)
HIDES_WITH_PRIOR = (*(f"prior_{c}" for c in PRIORS), *_OF_BOTH)
ORDER = (
    "indicator", "school_year", "org_level", "org_id", "student_group", "COALESCE(category, '')", "COALESCE(statistic, '')",
)  # fmt: skip


def _stage(name: str, says: str, text: str, slots: Slots | None = None, stored: bool = False) -> Stage:
    return Stage(name, says, Template((name, text), text), slots or {}, stored)


def _mode(rules: Rules) -> str:
    """How a row is compared: by the first entry of its rule that holds for its year; NULL is not at all."""
    branches = [
        f"WHEN {' AND '.join([f'i.compare_rule = {lit(rule_name(compare, rules))}', *in_years(part.years, 't.school_year')])} "
        f"THEN {lit(part.mode) if part.mode != 'none' else 'NULL'}"
        for compare in rules.compares
        for part in compare
    ]
    return f"CAST(CASE {' '.join(branches)} END AS VARCHAR)" if branches else "CAST(NULL AS VARCHAR)"


def compared_stage(rules: Rules) -> Stage:
    """Each row with its prior year's: given with the row, or the same org and group the year before."""
    window = """OVER (PARTITION BY indicator, org_level, org_id, student_group, category, statistic
                ORDER BY school_year)"""
    lags = ", ".join(f"LAG({c}) {window} AS lag_{c}" for c in (*PRIORS, "school_year"))
    start = "CAST(SUBSTRING({}, 1, 4) AS INTEGER)"
    follows = (
        f"(mode = 'latest_available' OR {start.format('t.school_year')} = {start.format('t.lag_school_year')} + 1)"
    )
    given = "(t.prior_denominator IS NOT NULL OR t.prior_value IS NOT NULL)"
    priors = ", ".join(
        f"CASE WHEN mode IS NULL THEN NULL WHEN {given} THEN t.prior_{c} WHEN {follows} THEN t.lag_{c} END AS prior_{c}"
        for c in PRIORS
    )
    own = ", ".join(
        f"t.{c}" for c in ("shown_as AS indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group", "category",
                           "statistic", *PRIORS, "standard_error", "low", "high")
    )  # fmt: skip
    text = f"""
        SELECT {own}, {priors}, CASE WHEN mode IS NOT NULL THEN t.change END AS published_change, t.certified, t.notes,
            t.units, t.shift, t.exact, t.policy, t.levels, t.telling
        FROM (SELECT t.*, i.shown_as, i.version, i.group_set, i.units, i.shift, i.exact, i.policy, i.levels, i.telling, {_mode(rules)} AS mode
            FROM (SELECT *, {lags} FROM tally) AS t INNER JOIN indicators AS i ON i.indicator = t.indicator AND i.statistic = COALESCE(t.statistic, '')) AS t"""
    return _stage("compared", "Each row beside the prior year's, where its rule compares.", text)


COUNTS = ("numerator", "denominator", "prior_numerator", "prior_denominator")
COMPARED = (
    "indicator", "version", "school_year", "org_level", "org_id", "group_set", "student_group", "category", "statistic",
    *PRIORS, "standard_error", "low", "high", *(f"prior_{c}" for c in PRIORS), "published_change", "certified", "notes",
    "units", "shift", "exact", "policy", "levels", "telling",
)  # fmt: skip


def rounded_stage(exact_integer: str) -> Stage:
    """Value and change in whole published units: from counts in integers, from doubles half away from zero."""
    wholes = [f"{rounding.whole(c, 'exact', exact_integer)} AS whole_{c}" for c in COUNTS]
    near = "exact IS NOT NULL AND ABS({0} * exact - FLOOR({0} * exact + 5e-1)) < 1e-6"
    exact = [f"CASE WHEN {near.format(c)} THEN 1 ELSE 0 END AS exact_{c}" for c in COUNTS]

    def counts(prefix: str) -> str:
        of = f"exact_{prefix}numerator = 1 AND exact_{prefix}denominator = 1 AND {prefix}denominator > 0"
        return f"CASE WHEN {of} THEN 1 ELSE 0 END AS {prefix}counts"

    units = f"CAST(units AS {exact_integer})"
    cross = "(whole_numerator * whole_prior_denominator) - (whole_prior_numerator * whole_denominator)"
    products = f"""{units} * whole_numerator AS above, {units} * whole_prior_numerator AS prior_above,
        {units} * ({cross}) AS change_above, whole_denominator * whole_prior_denominator AS change_below"""

    def rounded(prefix: str) -> str:
        exactly = rounding.exact_quotient(f"{prefix}above", f"whole_{prefix}denominator")
        return f"""CASE WHEN {prefix}counts = 1 THEN {exactly}
            WHEN {prefix}value IS NOT NULL THEN {rounding.double_quotient(f"{prefix}value * units")} END"""

    change = f"""CASE WHEN published_change IS NOT NULL AND (numerator IS NULL OR prior_numerator IS NULL)
            THEN {rounding.double_quotient("published_change * units")}
        WHEN counts = 1 AND prior_counts = 1 THEN {rounding.exact_quotient("change_above", "change_below")}
        WHEN value IS NOT NULL AND prior_value IS NOT NULL
            THEN {rounding.double_quotient("(value - prior_value) * units")} END"""
    text = f"""SELECT {", ".join(COMPARED)}, {rounded("")} AS value_units, {rounded("prior_")} AS prior_units,
        {change} AS change_units
        FROM (SELECT w.*, {counts("")}, {counts("prior_")}, {products}
            FROM (SELECT c.*, {", ".join(wholes)}, {", ".join(exact)} FROM compared AS c) AS w) AS p"""
    says = "Value and change rounded once, half away from zero; the change is exact less exact, then rounded."
    return _stage("rounded", says, text)


def _threshold(
    policies: Iterable[Policy], of: Callable[[Policy], Sequence[Threshold]], *, hides: bool = False, ever: bool = False
) -> str:
    """The n that applies to a row: of each policy the last entry that matches, or (`ever`) the greatest of any year.

    Where no entry matches, a minimum that `hides` is the greatest of the policy: it says less by an entry, never by
    silence. The others then do not apply.
    """
    branches = []
    for policy in policies:
        entries = list(of(policy))
        for entry in sorted(entries, key=lambda e: -e.n) if ever else reversed(entries):
            parts = [f"policy = {lit(policy.id)}", *([] if ever else in_years(entry.dated.years))]
            if entry.groups:
                parts.append(f"student_group IN ({', '.join(lit(g) for g in entry.groups)})")
            if entry.org_levels:
                parts.append(f"org_level IN ({', '.join(lit(o) for o in entry.org_levels)})")
            branches.append(f"WHEN {' AND '.join(parts)} THEN {entry.n}")
        if entries and hides:
            branches.append(f"WHEN policy = {lit(policy.id)} THEN {max(e.n for e in entries)}")
    return f"CASE {' '.join(branches)} ELSE 0 END" if branches else "0"


def _thresholds(policies: Sequence[Policy]) -> str:
    """Every n as a column; the prior year is held against the greatest hidden n of any year."""
    columns = [
        f"{_threshold(policies, lambda p: p.privacy, hides=True)} AS privacy_n",
        f"{_threshold(policies, lambda p: p.report, hides=True)} AS report_n",
        f"{_threshold(policies, lambda p: p.rating)} AS rating_n",
        f"{_threshold(policies, lambda p: p.small)} AS small_n",
        f"{_threshold(policies, lambda p: p.privacy, hides=True, ever=True)} AS prior_privacy_n",
        f"{_threshold(policies, lambda p: p.report, hides=True, ever=True)} AS prior_report_n",
    ]
    return ", ".join(columns)


def judged_stage(rules: Rules) -> Stage:
    """The n's that apply, what they say of each row, and the org's attributes that the cut scores need.

    A policy of denominators tests a category or a further statistic by n too, which may count those whom the value
    beside it tells of; and by n alone what has no denominator.
    """
    names = ", ".join(lit(p.id) for p in rules.policies if p.of == "denominator")
    by_n = f"policy NOT IN ({names}) OR ((category IS NOT NULL OR statistic IS NOT NULL) AND {{0}}n < {{0}}denominator)"
    of = f"CASE WHEN {by_n} THEN {{0}}n ELSE COALESCE({{0}}denominator, {{0}}n) END" if names else "{0}n"
    tested, prior = of.format(""), of.format("prior_")
    attributes = "o.org_type, COALESCE(o.charter, 0) AS charter, COALESCE(o.alternative, 0) AS alternative"
    source = """rounded AS r LEFT JOIN
        (SELECT org_id AS of_org, school_year AS of_year, org_type, charter, alternative FROM org_attributes) AS o
        ON o.of_org = r.org_id AND o.of_year = r.school_year"""
    text = f"""SELECT *, CASE WHEN denominator < small_n THEN 1 ELSE 0 END AS small
        FROM (SELECT r.*, {attributes}, {tested} AS tested_n, {prior} AS prior_tested_n, {_thresholds(rules.policies)} FROM {source}) AS j"""
    return _stage("judged", "The minimum n's of the policy that apply to each row.", text)


def _choice(levels: Sequence[LevelTable], kind: str, slots: Slots, conditions: dict[str, exp.Expression]) -> str:
    """Which band set or grid of its level table a row uses: the first whose years and condition match."""
    branches = []
    for table in levels:
        entries: Sequence[BandSet | Grid] = getattr(table, {"grid": "grids"}.get(kind, kind))
        for at, entry in enumerate(entries):
            parts = [f"levels = {lit(table.id)}", *in_years(entry.dated.years)]
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
    branches, doubts = [], []
    for table in rules.levels:
        for override in table.overrides:
            parts = [f"levels = {lit(table.id)}", *in_years(override.dated.years), f"({slot(f'over_{len(slots)}')})"]
            slots[f"over_{len(slots)}"] = conditions[override.when]
            if override.unless:
                parts.append(f"g.rating NOT IN ({', '.join(lit(u) for u in override.unless)})")
            branches.append(f"WHEN {' AND '.join(parts)} THEN {lit(override.rating)}")
            if override.dated.unverified:
                doubts.append(f"({' AND '.join(parts)})")
    rating = f"CASE {' '.join(branches)} ELSE g.rating END" if branches else "g.rating"
    doubt = "".join(f" OR {one}" for one in doubts)
    text = f"""SELECT c.*, s.band AS status, k.band AS change_level,
            CASE WHEN s.unverified = 1 OR k.unverified = 1 OR g.unverified = 1{doubt} THEN 1 ELSE 0 END AS unverified,
            CASE WHEN c.tested_n >= c.rating_n AND c.prior_tested_n >= c.rating_n AND g.rating IS NOT NULL
                THEN {rating} END AS rating
        FROM chosen AS c
        LEFT JOIN bands AS s ON s.band_set = c.status_set AND {_within("s", "c.value_units")}
        LEFT JOIN bands AS k ON k.band_set = c.change_set AND {_within("k", "c.change_units")}
        LEFT JOIN grids AS g ON g.grid_set = c.grid_set AND g.status_band = s.band AND g.change_band = k.band"""
    return _stage("rated", "Status, change level and rating of the rounded numbers.", text, slots)


def hidden_stage(*, categories: bool) -> Stage:
    """Why a row's numbers may not be published.

    With `categories` rows may be parts of a whole that is shown beside them (the grades of a school): where the parts
    hidden come to fewer students than the policy shows, the smallest of the others hides too, or subtraction would
    tell them. Complementary suppression between groups and orgs will add its reason here.
    """
    few = "(tested_n < privacy_n OR tested_n < report_n)"
    source, complement = "rated", ""
    if categories:
        whole = "indicator, school_year, org_level, org_id, student_group, statistic"
        source = f"""(SELECT *,
            SUM(CASE WHEN category IS NOT NULL AND {few} THEN tested_n END) OVER (PARTITION BY {whole}) AS hidden_n,
            ROW_NUMBER() OVER (PARTITION BY {whole}, CASE WHEN category IS NULL OR {few} THEN 1 ELSE 0 END
                ORDER BY tested_n, category) AS place
            FROM rated) AS r"""
        complement = """WHEN category IS NOT NULL AND place = 1 AND hidden_n > 0
            AND (hidden_n < privacy_n OR hidden_n < report_n) THEN 'complementary'"""
    text = f"""SELECT *,
            CASE WHEN n = 0 AND value_units IS NULL THEN 'input' WHEN {few} THEN 'primary' {complement}
                 WHEN value_units IS NULL THEN 'input' END AS suppressed,
            CASE WHEN prior_tested_n IS NULL AND prior_units IS NULL THEN NULL
                 WHEN prior_tested_n < prior_privacy_n OR prior_tested_n < prior_report_n THEN 'primary'
                 WHEN prior_units IS NULL THEN 'input' END AS prior_suppressed
        FROM {source}"""
    says = "Which numbers stay hidden, and why: too few students, or hidden where they came from."
    return _stage("hidden", says, text)


def released_stage(years: Sequence[str], only: Sequence[str] = ()) -> Stage:
    """The Result: what depends on a hidden number hides with it. `only` are the indicators wanted (empty: all)."""
    conditions = dict.fromkeys(HIDES_WITH_VALUE, "suppressed IS NULL")
    for c in HIDES_WITH_PRIOR:
        conditions[c] = " AND ".join(filter(None, (conditions.get(c), "prior_suppressed IS NULL")))
    for c in ("numerator", "denominator", "n"):
        conditions[c] += " AND tested_n IS NOT NULL"
        conditions[f"prior_{c}"] += " AND prior_tested_n IS NOT NULL"
    given = {
        **{c: f"{c} * units / shift" for c in ("standard_error", "low", "high")},  # percent: shares until here
        "value": "value_units / shift", "prior_value": "prior_units / shift", "change": "change_units / shift",
    }  # fmt: skip
    values = {
        "category": "CASE WHEN telling = 0 OR suppressed IS NULL THEN category END",
        **{c: f"CASE WHEN {shown} THEN {given.get(c, c)} END" for c, shown in conditions.items()},
        "notes": """CASE WHEN suppressed <> 'input' THEN NULL WHEN unverified = 1 AND notes IS NOT NULL
            THEN notes || '; unverified cut scores' WHEN unverified = 1 THEN 'unverified cut scores' ELSE notes END""",
    }
    listed = ", ".join(f"{values[c]} AS {c}" if c in values else c for c in RESULT)
    wanted = [f"school_year IN ({', '.join(lit(y) for y in years)})"] if years else []
    wanted += [f"indicator IN ({', '.join(lit(i) for i in only)})"] if only else []
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    text = f"SELECT {listed} FROM hidden{where} ORDER BY {', '.join(ORDER)}"
    return _stage("result", "The Result: rounded, rated, with hidden numbers left empty.", text)


def tail_stages(
    rules: Rules,
    conditions: dict[str, exp.Expression],
    exact_integer: str,
    *,
    years: Sequence[str] = (),
    only: Sequence[str] = (),
    categories: bool = False,
) -> tuple[Stage, ...]:
    """Every stage after the Tally and the constants of the indicators, in order."""
    return (
        bands_stage(rules),
        grids_stage(rules),
        compared_stage(rules),
        rounded_stage(exact_integer),
        judged_stage(rules),
        chosen_stage(rules, conditions),
        rated_stage(rules, conditions),
        hidden_stage(categories=categories),
        released_stage(years, only),
    )
