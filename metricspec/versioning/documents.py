"""What changed between two documents of one kind."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from metricspec.measure import MeasureType
from metricspec.model import Codes, Indicator
from metricspec.reading.schemas import indicator_schema, kind_schema
from metricspec.registry import Registry
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.changes import Change, Path
from metricspec.versioning.expressions import Typed, form, parsed, same
from metricspec.versioning.fields import ABSENT, Difference, Same, Schema, differences, label_differences
from metricspec.versioning.rule_changes import group_changes, indicator_changes, level_changes, policy_changes
from metricspec.versioning.sentences import sentence, written
from metricspec.versioning.snapshot import Snapshot, Spec

# Lists that are compared by the rule of each year, not as they are written.
DATED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "indicator": ("effective", "compare"),
        "policy": ("privacy", "report", "rating", "small"),
        "levels": ("status", "change", "grids", "overrides"),
    }
)
OF_GROUPS = ("where", "membership", "effective")


def document_changes(
    old: Spec, new: Spec, snapshots: tuple[Snapshot, Snapshot], calendar: Calendar
) -> tuple[Change, ...]:
    """Every change of one document; `snapshots` are what old and new stand among."""
    if old.mark == new.mark:
        return ()
    kind = new.document.kind
    years = calendar.years(old.document.data, new.document.data)
    if kind == "framework":
        return tuple(_by_year(old, new, years))
    if kind == "indicator" and old.model.measure_type != new.model.measure_type:
        return _other_measure(old, new, snapshots, years)
    schema = _schema(new, snapshots[1].registry)
    equal = _same(old, new, snapshots)
    found = differences(kind, schema, old.document.data, new.document.data, equal)
    plain = [
        one for one in found if not _by_rule(kind, one) and not _says_the_same(one, old, new, snapshots[1].registry)
    ]
    for key in DATED.get(kind, ()):
        before, after = (spec.document.data.get(key) for spec in (old, new))
        plain += label_differences(schema["properties"][key], before, after, (key,), equal)
    return (*_rules(old, new, years, snapshots), *(change(one) for one in plain))


def change(difference: Difference) -> Change:
    old, new = ("" if value is ABSENT else written(value) for value in (difference.old, difference.new))
    return Change(difference.path, sentence(difference), difference.effect, old, new)


def _schema(spec: Spec, registry: Registry) -> Schema:
    if spec.document.kind == "indicator":
        return indicator_schema(registry.measure_types[spec.model.measure_type])
    return kind_schema(spec.document.kind)


def _by_rule(kind: str, one: Difference) -> bool:
    """Whether a difference is one of dates or codes, which are compared by what holds."""
    if kind == "group_set" and one.path[0] == "groups":
        return len(one.path) == 2 or one.path[2] in OF_GROUPS
    return one.path[0] in DATED.get(kind, ()) or (kind == "codes" and one.path[0] == "values")


def _rules(old: Spec, new: Spec, years: Sequence[str], snapshots: tuple[Snapshot, Snapshot]) -> list[Change]:
    kind = new.document.kind

    @cache
    def by_levels(text: str) -> Hashable:
        trees = (snapshot.expressions.levels(text)[0] for snapshot in reversed(snapshots))
        tree = next((found.tree for found in trees if found is not None), parsed(text))
        return text if tree is None else form(tree)

    @cache
    def plainly(text: str) -> Hashable:
        tree = parsed(text)
        return text if tree is None else form(tree)

    if kind == "indicator":
        return indicator_changes(old.model, new.model, years)
    if kind == "policy":
        return policy_changes(old.model, new.model, years)
    if kind == "levels":
        return level_changes(old.model, new.model, years, by_levels)
    if kind == "group_set":
        return group_changes(old.model, new.model, years, plainly)
    return list(_codes(old.model, new.model)) if kind == "codes" else []


def _codes(old: Codes, new: Codes) -> Iterator[Change]:
    """Codes that came, went or changed their place, and their titles."""
    before, after = dict(old.values), dict(new.values)
    for code in dict.fromkeys((*before, *after)):
        path = ("values", code)
        if code not in before:
            yield Change(path, f"The code {code} is new: “{after[code]}”.", "past", "", code)
        elif code not in after:
            yield Change(path, f"The code {code} (“{before[code]}”) is gone.", "past", code, "")
        elif before[code] != after[code]:
            says = f"The title of the code {code} was “{before[code]}”, now “{after[code]}”."
            yield Change(path, says, "label", before[code], after[code])
    orders = [[code for code in one.names if code in before and code in after] for one in (old, new)]
    if orders[0] != orders[1] and (old.ordered or new.ordered):
        was, now = (", ".join(order) for order in orders)
        yield Change(("values",), f"The order of the codes was {was}; now {now}.", "past", was, now)


def _other_measure(
    old: Spec, new: Spec, snapshots: tuple[Snapshot, Snapshot], years: Sequence[str]
) -> tuple[Change, ...]:
    """Another measure type: its keys are others, so the measure is told as a whole."""
    types = snapshots[1].registry.measure_types
    was, now = (types[spec.model.measure_type].sentence(spec.model.measure) for spec in (old, new))
    says = f"It was computed as {was} ({old.model.measure_type}); now as {now} ({new.model.measure_type})."
    whole = Change(("measure", "type"), says, "past", old.model.measure_type, new.model.measure_type)
    schema = indicator_schema(None)
    rest = differences("indicator", schema, old.document.data, new.document.data, _same(old, new, snapshots))
    plain = (change(one) for one in rest if one.path[0] != "measure" and not _by_rule("indicator", one))
    return (whole, *indicator_changes(old.model, new.model, years), *plain)


def _says_the_same(one: Difference, old: Spec, new: Spec, registry: Registry) -> bool:
    """Whether a key of a measure only writes what holds anyway: with it the old block is parsed to the same value."""
    if one.path[0] != "measure" or one.effect == "label" or (one.old is not ABSENT and one.new is not ABSENT):
        return False
    kind: MeasureType = registry.measure_types[new.model.measure_type]
    block = deepcopy({key: value for key, value in old.document.data["measure"].items() if key != "type"})
    inner: Any = block
    try:
        for key in one.path[1:-1]:
            inner = inner[key]
        if one.new is ABSENT:
            del inner[one.path[-1]]
        else:
            inner[one.path[-1]] = one.new
        return bool(kind.parse(block) == old.model.measure)
    except Exception:  # a measure's own code, on a block that no schema has accepted
        return False


def _same(old: Spec, new: Spec, snapshots: tuple[Snapshot, Snapshot]) -> Same:
    """Whether two expressions say the same among the new specs, else among the old ones."""
    if new.document.kind != "indicator":
        return lambda path, one, other: same(one, other)
    sides = ((snapshots[1], new.model), (snapshots[0], old.model))
    return lambda path, one, other: same(one, other, *(_typed(snapshot, spec, path) for snapshot, spec in sides))


def _typed(snapshot: Snapshot, indicator: Indicator, path: Path) -> Typed:
    """The typed tree of a text at a place of an indicator."""

    def tree(text: str) -> exp.Expression | None:
        known = snapshot.expressions
        if indicator.students not in snapshot.catalog.datasets:
            return None
        if path[0] == "stints":
            found = known.stints(str(indicator.students), text)[0]
        elif path[0] == "population":
            found = known.students(indicator, text)[0]
        elif path[0] == "measure":
            uses = snapshot.measure_type(indicator).expressions(indicator.measure)
            wanted = next((use.wanted for use in uses if use.path == path[1:]), None)
            found = known.students(indicator, text, wanted)[0]
        else:
            return None
        return None if found is None else found.tree

    return tree


def _by_year(old: Spec, new: Spec, years: Sequence[str]) -> Iterator[Change]:
    """Frameworks: what is left of each in a year, compared."""
    schema = kind_schema("framework")
    found: dict[str, tuple[Difference, list[str]]] = {}
    for year in years:
        before, after = (pruned(spec.document.data, year) for spec in (old, new))
        for one in differences("framework", schema, before, after, lambda path, a, b: same(a, b)):
            memory = json.dumps([one.path, str(one.old), str(one.new)])
            found.setdefault(memory, (one, []))[1].append(year)
    for one, when in found.values():
        told = change(one)
        yield Change(told.path, told.says, told.effect, told.old, told.new, tuple(when))


def pruned(data: Any, year: str) -> Any:
    """Data without what does not hold in a year, and without the years themselves.

    >>> pruned({"index": [{"to": "2019-20", "levels": 5}, {"from": "2020-21", "levels": 10}]}, "2021-22")
    {'index': [{'levels': 10}]}
    """
    if isinstance(data, Mapping):
        return {k: pruned(v, year) for k, v in data.items() if not _date(k, v) and _holds(v, year)}
    return [pruned(item, year) for item in data if _holds(item, year)] if isinstance(data, list) else data


def _date(key: str, value: Any) -> bool:
    return key in ("from", "to") and isinstance(value, str)


def _holds(entry: Any, year: str) -> bool:
    if not isinstance(entry, Mapping):
        return True
    first, last = entry.get("from"), entry.get("to")
    return not (isinstance(first, str) and year < first) and not (isinstance(last, str) and year > last)
