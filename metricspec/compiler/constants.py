"""The rules that the shared tail joins as constant tables: indicators, compare rules, bands, grids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from metricspec.measure import ORG_ATTRIBUTES, Statistic
from metricspec.model import BandSet, Catalog, Compare, Dataset, Indicator, LevelTable, Policy, Threshold
from metricspec.sql.stage import Stage, Template, lit, slot


def scale_of(unit: str) -> int:
    """How many units one whole is: percent 100, all others 1."""
    return 100 if unit == "percent" else 1


def table(rows: Sequence[Sequence[str]], names: Sequence[str], nothing: Sequence[str]) -> str:
    """A constant table in SQL that every dialect has; without rows, an empty table of the types of `nothing`."""
    if not rows:
        return (
            "SELECT "
            + ", ".join(f"{v} AS {n}" for v, n in zip(nothing, names, strict=True))
            + " FROM (SELECT 1 AS one) AS o WHERE 1 = 0"
        )
    first = "SELECT " + ", ".join(f"{v} AS {n}" for v, n in zip(rows[0], names, strict=True))
    return "\nUNION ALL\n".join([first, *("SELECT " + ", ".join(row) for row in rows[1:])])


@dataclass(frozen=True)
class Rules:
    """The policies, level tables and compare rules that a plan uses, each once."""

    policies: tuple[Policy, ...]
    levels: tuple[LevelTable, ...]
    compares: tuple[tuple[Compare, ...], ...]

    def conditions(self) -> list[str]:
        """Every `when:` of the level tables, once."""
        texts: list[str | None] = []
        for table in self.levels:
            texts += [entry.when for entry in (*table.status, *table.change)]
            texts += [entry.when for entry in table.grids]
            texts += [entry.when for entry in table.overrides]
        return list(dict.fromkeys(text for text in texts if text))


def strictest(name: str, policies: Sequence[Policy], own: Policy) -> Policy:
    """The policy of an indicator made of others: as its own, but hiding below the greatest n of any of them."""
    least = max(policy.least_shown() for policy in policies)
    return replace(own, id=name, privacy=(Threshold(least),), report=())


def rules_of(indicators: Sequence[Indicator], catalog: Catalog, made: Sequence[Policy] = ()) -> Rules:
    """The rules that some indicators refer to; `made` are the policies of those made of others."""
    policies = {i.policy: catalog.policies[i.policy] for i in indicators} | {policy.id: policy for policy in made}
    levels = {i.rating: catalog.levels[i.rating] for i in indicators if i.rating}
    return Rules(tuple(policies.values()), tuple(levels.values()), tuple(dict.fromkeys(i.compare for i in indicators)))


def rule_name(compare: tuple[Compare, ...], rules: Rules) -> str:
    return f"rule{rules.compares.index(compare)}"


@dataclass(frozen=True)
class Shown:
    """How the tail treats one indicator's numbers: the policy that hides them, exact decimal places (None for doubles),
    further statistics, and whether the category is itself a result (`telling`), which hides with the value."""

    indicator: Indicator
    policy: str
    places: int | None
    statistics: tuple[Statistic, ...] = ()
    telling: bool = False


def _shown_rows(at: int, one: Shown, rules: Rules) -> Iterator[tuple[str, ...]]:
    """The indicator's own row, and one for each further statistic, which is neither compared nor rated."""
    indicator, null = one.indicator, "CAST(NULL AS VARCHAR)"
    own = Statistic("", "", indicator.digits, percent=scale_of(indicator.unit) == 100)
    for statistic in (own, *one.statistics):
        exact = "CAST(NULL AS BIGINT)" if statistic is not own or one.places is None else f"{10**one.places}"
        rated = statistic is own and indicator.rating
        yield (
            slot(f"i{at}"), lit(statistic.name), slot(f"r{at}"), slot(f"v{at}"), lit(indicator.groups),
            f"{(100 if statistic.percent else 1) * 10**statistic.digits}", f"{10**statistic.digits}e0", exact,
            lit(one.policy), lit(indicator.rating) if rated else null,
            lit(rule_name(indicator.compare, rules)) if statistic is own else null, "1" if one.telling else "0",
        )  # fmt: skip


def indicators_stage(shown: Sequence[Shown], rules: Rules) -> Stage:
    """One row per indicator and statistic. Ids and versions are slots; `shown_as` is the indicator's id in the Result.

    `units` is how many published units one whole is, `shift` how many a number shown.
    """
    names = (
        "indicator", "statistic", "shown_as", "version", "group_set", "units", "shift", "exact", "policy", "levels", "compare_rule",
        "telling",
    )  # fmt: skip
    rows = [row for at, one in enumerate(shown) for row in _shown_rows(at, one, rules)]
    slots = {f"i{at}": lit(one.indicator.id) for at, one in enumerate(shown)}
    slots |= {f"r{at}": lit(one.indicator.result_id) for at, one in enumerate(shown)}
    slots |= {f"v{at}": lit(one.indicator.version) for at, one in enumerate(shown)}
    text = table(rows, names, names)
    says = "What the tail needs to know of each indicator: unit and digits, policy, cut scores, comparison."
    return Stage("indicators", says, Template(("indicators", text), text), slots, stored=True)


def _shifted(bound: Decimal | None, digits: int) -> str:
    if bound is None:
        return "CAST(NULL AS DOUBLE)"
    return f"CAST({(bound * 10**digits).normalize():f} AS DOUBLE)"


def _band_rows(table_id: str, kind: str, sets: Iterable[BandSet], digits: int) -> list[tuple[str, ...]]:
    return [
        (
            lit(f"{table_id}/{kind}{at}"), lit(band.name), _shifted(band.low, digits), _shifted(band.high, digits),
            "1" if band.low_closed else "0", "1" if band.high_closed else "0", "1" if one.dated.unverified else "0",
        )
        for at, one in enumerate(sets)
        for band in one.bands
    ]  # fmt: skip


def bands_stage(rules: Rules) -> Stage:
    """Cut scores in whole units of the published digits, so that a rounded value meets them exactly."""
    rows: list[tuple[str, ...]] = []
    for levels in rules.levels:
        rows += _band_rows(levels.id, "status", levels.status, levels.digits)
        rows += _band_rows(levels.id, "change", levels.change, levels.digits)
    names = ("band_set", "band", "low_end", "high_end", "low_closed", "high_closed", "unverified")
    nothing = ("''", "''", "CAST(0 AS DOUBLE)", "CAST(0 AS DOUBLE)", "0", "0", "0")
    text = table(rows, names, nothing)
    return Stage("bands", "The cut scores of status and change.", Template(("bands", text), text), stored=True)


def grids_stage(rules: Rules) -> Stage:
    rows = [
        (lit(f"{levels.id}/grid{at}"), lit(status), lit(change), lit(rating), "1" if grid.dated.unverified else "0")
        for levels in rules.levels
        for at, grid in enumerate(levels.grids)
        for status, ratings in grid.rows
        for change, rating in zip(grid.columns, ratings, strict=True)
        if rating is not None
    ]
    text = table(
        rows, ("grid_set", "status_band", "change_band", "rating", "unverified"), ("''", "''", "''", "''", "0")
    )
    return Stage("grids", "The rating of each status and change.", Template(("grids", text), text), stored=True)


def org_attributes_stage(datasets: Sequence[Dataset]) -> Stage:
    """What the datasets of orgs, and of published rows, say of each org; unknown where one has no such column."""
    kinds = {"org_type": "VARCHAR", "charter": "INTEGER", "alternative": "INTEGER"}
    rows = []
    for dataset in datasets:
        items = (n if n in dataset.columns else f"CAST(NULL AS {kind}) AS {n}" for n, kind in kinds.items())
        rows.append(f"SELECT org_id, school_year, {', '.join(items)} FROM bound_{dataset.id}")
    text = f"""SELECT org_id, school_year, MAX(org_type) AS org_type, MAX(charter) AS charter, MAX(alternative) AS alternative
        FROM ({" UNION ALL ".join(rows)}) AS o GROUP BY org_id, school_year"""
    says = "What the cut scores need to know of each org."
    return Stage(ORG_ATTRIBUTES, says, Template(("orgs", text), text), stored=True)
