"""What a spec says, in plain English: sentences only, without any layout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from metricspec.model import Band, Catalog, Compare, Fact, Group, Indicator, Policy, Source, Threshold, Years
from metricspec.registry import Registry
from metricspec.reporting.unverified import between, years_words
from metricspec.scopes import Expressions
from metricspec.sql.expression import Expression

ROLLUPS = {
    "sum": "added up over the student's rows at the org",
    "any": "yes if it is in any of the student's rows",
    "all": "yes if it is in all of the student's rows",
    "latest": "from the student's latest row",
    "first": "from the student's first row",
    "max": "the highest of the student's rows",
    "min": "the lowest of the student's rows",
}
AGGREGATES = {
    "sum": "the sum of {value}", "count": "how many rows", "any": "whether any row has {value}",
    "latest": "the latest {value}", "max": "the highest {value}", "min": "the lowest {value}",
}  # fmt: skip
MEMBERSHIPS = {
    "any_time_in_year": "at any time in the year",
    "any_time_in_cohort": "at any time in the cohort's years",
    "latest": "by the latest row",
}
MODES = {
    "previous": "the year before",
    "latest_available": "the latest earlier year that has a result",
    "none": "no other year",
}

ROWS = "Of a student's rows only those count, before they are combined, for which"
FACTS = "Each student also has, from other datasets,"
POPULATION = "A student counts, once the rows at an org are combined, if"
EVERYBODY = "Every such student counts."
NOBODY = "It takes results that are there already: nobody is counted here."
ONCE = "A student counts once at each school, district and network, however many rows there are."


def value_words(indicator: Indicator) -> str:
    units = {"percent": "a percentage", "points": "points", "days": "days", "count": "a count", "ratio": "a ratio"}
    digits = {0: "no decimal places", 1: "one decimal place"}.get(
        indicator.digits, f"{indicator.digits} decimal places"
    )
    better = {"higher": "; higher is better", "lower": "; lower is better", "none": ""}
    aim = better.get(indicator.better, f"; the aim is {indicator.better.removeprefix('toward:').strip()}")
    return f"The result is {units.get(indicator.unit, indicator.unit)} with {digits}, rounded half away from zero{aim}."


def fact_words(fact: Fact) -> str:
    value = f"`{fact.value}`" if fact.value else "rows"
    what = AGGREGATES[fact.aggregate].format(value=value)
    where = f" where `{fact.where}`" if fact.where else ""
    at = "at the org" if fact.at == "org" else "at any school"
    missing = {"exclude": "a student without any stays unknown", "error": "a student without any stops the run"}
    none = missing.get(str(fact.missing), f"a student without any has {_plain(fact.missing)}")
    return f"`{fact.name}` is {what} in `{fact.dataset}`{where}, {at}, that year; {none}"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def effective_words(years: Years) -> str:
    if years == Years():
        return "in force in every year"
    parts = f"in force{between(years.first, years.last) or ' in every year'}"
    return parts + (f", not in {listed(years.excluded)}" if years.excluded else "")


def in_force_words(indicator: Indicator, catalog: Catalog) -> str:
    """In which years an indicator's rules hold; of a version that others stand beside, until a newer one begins."""
    plain = indicator.id.partition("@")[0]
    several = catalog.in_force(plain) if plain in catalog.versions else ()
    at = next((number for number, one in enumerate(several) if one.version == indicator.version), None)
    if not several:
        return effective_words(indicator.effective)
    if at is None:  # a draft, which the plain id does not mean
        return effective_words(indicator.effective).replace("in force", "not in force yet: meant", 1)
    said = effective_words(several[at].effective)
    if at + 1 == len(several):
        return said
    later = several[at + 1]
    return f"{said}; from {later.effective.first} on version {later.version}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def compare_words(compares: Iterable[Compare]) -> list[str]:
    """One sentence for each rule of comparison; years without a rule are not compared."""
    rules = [c for c in compares if c.mode != "none"]
    if not rules:
        return ["Not compared with other years."]
    said = [f"With {MODES[c.mode]}{between(c.years.first, c.years.last)}." for c in rules]
    if any(c.years != Years() for c in rules):
        said.append("No comparison in any other year.")
    return [*said, "The change is taken from exact values and rounded once."]


def threshold_words(policy: Policy) -> list[str]:
    """What a policy does with small numbers, a sentence for each threshold."""
    of = "students" if policy.of == "students" else "in the denominator"
    texts = {
        "privacy": "Hidden: every number of an org and group with fewer than {n} " + of,
        "report": "Not reported: an org and group with fewer than {n} " + of,
        "rating": "Not rated: fewer than {n} " + of + " this year or the year before",
        "small": "Rules for small numbers: fewer than {n} in the denominator",
    }
    found = []
    for kind, text in texts.items():
        entries: Sequence[Threshold] = getattr(policy, kind)
        for at, entry in enumerate(entries):
            whom = f" for {listed(entry.groups)}" if entry.groups else ""
            where = f" at {listed(entry.org_levels, 'or')} level" if entry.org_levels else ""
            mark = " (not verified)" if entry.dated.unverified else ""
            start = f"- but {entry.n}" if at else text.format(n=entry.n)
            found.append(f"{start}{whom}{where}{years_words(entry.dated)}{mark}.")
    return found


def band_words(band: Band, unit: str) -> str:
    """
    >>> from decimal import Decimal
    >>> band_words(Band("Low", Decimal("2.5"), False, Decimal("5.0"), True), "%")
    'above 2.5% to 5.0%'
    """
    low = f"{'from' if band.low_closed else 'above'} {band.low}{unit}" if band.low is not None else ""
    high = f"{'to' if band.high_closed else 'below'} {band.high}{unit}" if band.high is not None else ""
    return " ".join(part for part in (low, "up " + high if high and not low and band.high_closed else high) if part)


def source_words(source: Source | None) -> str:
    if source is None:
        return ""
    parts = [part for part in (source.publisher, source.document) if part]
    read = f", read {source.read.isoformat()}" if source.read else ""
    note = f". {source.note.rstrip('.')}" if source.note else ""
    return f"{': '.join(parts)}{read}{f' ({source.url})' if source.url else ''}{note}"


def group_words(group: Group) -> str:
    condition = group.where.strip()
    who = "everyone" if condition.lower() == "true" else f"`{condition}`, {MEMBERSHIPS[group.membership]}"
    return f"{who}{between(group.years.first, group.years.last)}"


def expressions_of(
    indicator: Indicator, catalog: Catalog, registry: Registry, expressions: Expressions
) -> list[tuple[str, Expression]]:
    """Every expression of an indicator that could be parsed, with the dataset whose columns it names."""
    if indicator.students is None:
        return []
    found = []
    name = indicator.students
    for text in indicator.stints:
        found.append((name, expressions.stints(name, text)[0]))
    for fact in indicator.facts:
        if fact.where:
            found.append((fact.dataset, expressions.rows(fact.dataset, fact.where)[0]))
    for text in indicator.population:
        found.append((name, expressions.students(indicator, text)[0]))
    measure = registry.measure_types[indicator.measure_type]
    for use in measure.expressions(indicator.measure):
        found.append((name, expressions.students(indicator, use.text, use.wanted)[0]))
    return [(dataset, one) for dataset, one in found if one is not None]


def column_words(
    indicator: Indicator, catalog: Catalog, registry: Registry, expressions: Expressions
) -> list[tuple[str, str]]:
    """The columns that the indicator's rules name, each with its title, how rows combine, and the codes in use."""
    found: dict[str, str] = {}
    codes: dict[str, dict[str, None]] = {}
    parts = expressions_of(indicator, catalog, registry, expressions)
    for dataset, expression in parts:
        for name in expression.columns:
            column = catalog.datasets[dataset].columns.get(name)
            if column is None:
                continue
            after = f"; {ROLLUPS[column.rollup]}" if column.rollup and dataset == indicator.students else ""
            found.setdefault(name, f"{column.title}{after}")
            if column.codes:
                written = {s.this for s in expression.tree.find_all(exp.Literal) if s.is_string}
                known = [c for c in catalog.codes[column.codes].names if c in written and f"'{c}'" in expression.text]
                codes.setdefault(name, {}).update(dict.fromkeys(known))
    for fact in indicator.facts:
        if any(fact.name in e.columns for _, e in parts):
            found[fact.name] = "from another dataset, see above"
    for name, used in codes.items():
        column = next(catalog.datasets[d].columns[name] for d, e in parts if name in catalog.datasets[d].columns)
        meaning = dict(catalog.codes[column.codes or ""].values)
        if used:
            found[name] += "; " + ", ".join(f"'{code}' is {meaning[code]}" for code in used)
    return list(found.items())
