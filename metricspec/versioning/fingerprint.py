"""The fingerprint of an indicator: a hash of all that decides its numbers, and of nothing that is only said about them.

In it: the typed indicator, its measure, and whatever it refers to (datasets with the columns named, codes, lookups, orgs,
groups, policy, levels, other indicators). Not in it: titles, notes, sources, places, versions, the order of keys, and
whether another version stands beside.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from metricspec.measure import MeasureType
from metricspec.model import Catalog, Codes, Dataset, Framework, Indicator
from metricspec.registry import Registry
from metricspec.versioning.canonical import Canonical, ordered, written

RECIPE = 1  # raised where the same spec would get another fingerprint
PLAIN = Canonical()
_WORD = re.compile(r"\w+")


def fingerprint(indicator: Indicator, catalog: Catalog, registry: Registry, years: Sequence[str] = ()) -> str:
    """sha256 of all that decides the indicator's numbers, with `years` those of some school years: of an indicator that it
    is made of, the versions in force in one of them.

    Raises UsageError where a plugin's measure holds a value that cannot be compared.
    """
    return _hash(parts(indicator, catalog, registry, years))


def framework_fingerprint(framework: Framework, catalog: Catalog, registry: Registry, years: Sequence[str] = ()) -> str:
    """sha256 of a framework's rules, and of the indicators that it takes results from."""
    others = _others(framework.indicators, catalog, registry, years)
    return _hash({"recipe": RECIPE, "framework": PLAIN.of(framework), "others": others})


def versions_of(name: str, catalog: Catalog, years: Sequence[str] = ()) -> tuple[Indicator, ...]:
    """Every version that a name stands for in some years (none: all), oldest first, each as it was written: without the
    end that a newer one sets.

    Raises KeyError where there is none.
    """
    found = catalog.in_force(name, years)
    return tuple((one.stands_for and catalog.find(f"{one.stands_for}@{one.major}")) or one for one in found)


def _others(ids: Iterable[str], catalog: Catalog, registry: Registry, years: Sequence[str]) -> dict[str, list[str]]:
    """The fingerprints of what something is made of, of each every version in force."""
    return {
        id_: [fingerprint(one, catalog, registry, years) for one in versions_of(id_, catalog, years)]
        for id_ in sorted(ids)
    }


def _hash(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(written(found).encode()).hexdigest()


def parts(indicator: Indicator, catalog: Catalog, registry: Registry, years: Sequence[str] = ()) -> dict[str, Any]:
    """What the fingerprint is made of, by what it is."""
    indicator = replace(indicator, id=indicator.id.partition("@")[0])
    measure = registry.measure_types[indicator.measure_type]
    found: dict[str, Any] = {
        "recipe": RECIPE,
        "indicator": {**PLAIN.of(replace(indicator, measure=None)), "measure": _measure(indicator, measure)},
        "groups": PLAIN.of(catalog.groups[indicator.groups]),
        "policy": PLAIN.of(catalog.policies[indicator.policy]),
        "orgs": PLAIN.of(catalog.orgs[indicator.orgs]) if indicator.orgs else None,
        "levels": PLAIN.of(catalog.levels[indicator.rating]) if indicator.rating else None,
        "others": _others(registry.made_of(indicator), catalog, registry, years),
    }
    texts = (*_texts(found), repr(indicator.measure))  # what a measure names by default is not among the former
    words = {word for text in texts for word in _WORD.findall(text)}
    reads = _reads(indicator, catalog, registry)
    datasets = {name: _dataset(catalog.datasets[name], words, whole) for name, whole in reads.items()}
    codes = {column["codes"] for one in datasets.values() for column in one["columns"].values() if "codes" in column}
    lookups = {id_: one for id_, one in catalog.lookups.items() if any(id_ in text for text in texts)}
    codes |= {one.key for one in lookups.values()}
    return {
        **found,
        "datasets": datasets,
        "codes": {id_: _codes(catalog.codes[id_]) for id_ in codes},
        "lookups": {id_: PLAIN.of(one) for id_, one in lookups.items()},
    }


def _measure(indicator: Indicator, measure: MeasureType) -> Any:
    """A measure's typed block. Its schema tells which keys only say something, and which hold entries by name."""
    texts = frozenset(use.text for use in measure.expressions(indicator.measure))
    keys = tuple(_keys(measure.schema))
    ruling = {key for key, block in keys if block.get("x-effect", "past") != "label"}
    labels = frozenset({key for key, _ in keys} - ruling)
    entries = frozenset(key for key, block in keys if block.get("type") == "object" and "properties" not in block)
    return Canonical(labels, entries, texts).of(indicator.measure)


def _keys(schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key that a schema describes, wherever it stands, with its own schema."""
    if isinstance(schema, Mapping):
        named = schema.get("properties", {})
        yield from ((key, block) for key, block in named.items() if isinstance(block, Mapping))
        for inner in schema.values():
            yield from _keys(inner)
    elif isinstance(schema, list | tuple):
        for inner in schema:
            yield from _keys(inner)


def _reads(indicator: Indicator, catalog: Catalog, registry: Registry) -> dict[str, bool]:
    """The datasets that an indicator reads itself; True where all columns matter, since some are read without being named."""
    rows = registry.rows_of(indicator)
    if rows is not None:
        return {rows: True}
    found = dict.fromkeys((fact.dataset for fact in indicator.facts), False)
    if indicator.students:
        found[indicator.students] = False
    if indicator.orgs:
        found[catalog.orgs[indicator.orgs].dataset] = True
    return found


def _dataset(dataset: Dataset, words: Set[str], whole: bool) -> dict[str, Any]:
    """A dataset with the columns that play a role in it or are named."""
    used = {*dataset.grain, *dataset.order, *dataset.keys.values(), *words}
    columns = {name: column for name, column in dataset.columns.items() if whole or name in used}
    found: dict[str, Any] = PLAIN.of(replace(dataset, columns=columns))
    return found


def _codes(codes: Codes) -> dict[str, Any]:
    """A code list without the words for its codes."""
    names = list(codes.names)
    return {"ordered": codes.ordered, "codes": names if codes.ordered else ordered(names)}


def _texts(value: Any) -> Iterator[str]:
    """Every text in a canonical value, keys of mappings too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
