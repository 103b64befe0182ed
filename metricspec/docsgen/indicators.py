"""The page of indicators: each one of the shipped catalogue in a few lines."""

from __future__ import annotations

from itertools import groupby

from metricspec.docsgen.markdown import code, listing, page
from metricspec.model import Catalog, Indicator
from metricspec.registry import Registry
from metricspec.reporting import words
from metricspec.reporting.figures import plural
from metricspec.reporting.listing import AUTHORITIES, authority
from metricspec.reporting.unverified import unverified_parts

INTRO = """Every indicator that metricspec ships. `metricspec show ID` says more about each: its groups, cut scores and terms.
*Not verified* names parts that nobody has compared with their source yet."""


def _line(text: str) -> str:
    return code(" ".join(text.split()))


def _indicator(indicator: Indicator, catalog: Catalog, registry: Registry) -> str:
    measure = registry.measure_types[indicator.measure_type]
    policy, groups = catalog.policies[indicator.policy], catalog.groups[indicator.groups]
    least = max((entry.n for entry in (*policy.privacy, *policy.report) if not entry.groups), default=1)
    sentence = measure.sentence(indicator.measure)
    items = [
        f"Version {indicator.version}, {indicator.status}; {words.effective_words(indicator.effective)}.",
        words.value_words(indicator),
    ]
    items.append(f"Measure ({code(indicator.measure_type)}): {sentence}.")
    if indicator.students:
        items.append(f"Students: those in [{indicator.students}](datasets.md#{indicator.students}).")
    if indicator.stints:
        items.append(f"Rows that count: {'; '.join(_line(text) for text in indicator.stints)}.")
    items += [f"Fact: {words.fact_words(fact)}." for fact in indicator.facts]
    if indicator.population:
        items.append(f"Students who count: {'; '.join(_line(text) for text in indicator.population)}.")
    items.append(f"Groups: {code(groups.id)}, {str(groups.title)[:1].lower()}{str(groups.title)[1:]}.")
    items.append(f"Policy: {code(policy.id)}; shown from {plural(least, 'student')}.")
    if indicator.rating:
        items.append(f"Cut scores: {code(indicator.rating)}.")
    items.append(f"Compared: {' '.join(words.compare_words(indicator.compare))}")
    items.append(f"Source: {words.source_words(indicator.source) or 'none given'}.")
    items += [
        f"**Not verified:** {one.part}{f' ({one.note})' if one.note else ''}"
        for one in unverified_parts(indicator, catalog)
    ]
    about = str(indicator.description)
    return "\n\n".join(
        part for part in (f"### {indicator.id}", f"**{indicator.title}**", about, listing(items)) if part
    )


def indicators_page(catalog: Catalog, registry: Registry) -> str:
    found = sorted(catalog.indicators.values(), key=lambda one: (authority(one.id), one.id))
    parts = []
    for name, members in groupby(found, key=lambda one: authority(one.id)):
        parts.append(f"## {AUTHORITIES.get(name, name)}")
        parts += [_indicator(one, catalog, registry) for one in members]
    return page("Indicators", INTRO, parts)
