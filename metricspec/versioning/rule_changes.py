"""Dated rules of two documents, compared year by year, as changes with their sentences."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from types import MappingProxyType

from metricspec.model import GroupSet, Indicator, LevelTable, Policy
from metricspec.reporting.words import MODES, listed
from metricspec.versioning.calendar import span_words
from metricspec.versioning.changes import Change
from metricspec.versioning.rules import (
    HIDING,
    THRESHOLDS,
    Cell,
    Differing,
    Form,
    When,
    compare_facts,
    differing,
    effective_facts,
    group_facts,
    level_facts,
    policy_cells,
    policy_facts,
)

N = MappingProxyType(
    {"privacy": "privacy n", "report": "reporting n", "rating": "rating n", "small": "n of the small-number rules"}
)
CUTS = MappingProxyType(
    {
        "status": "Cut scores",
        "change": "Cut scores of the change",
        "grids": "Ratings",
        "overrides": "Ratings set by rule",
    }
)


def policy_changes(old: Policy, new: Policy, years: Sequence[str]) -> list[Change]:
    cells = policy_cells(old, new)
    found = differing(lambda y: policy_facts(old, y, cells), lambda y: policy_facts(new, y, cells), years)
    changes = []
    for name in THRESHOLDS:
        plain = [one for one in found if one.key[0] == name]
        changes += _thresholds(name, plain, years, cells)
        everywhere = {(one.key[1:]) for one in plain if one.years == tuple(years)}
        ever = [one for one in found if one.key[0] == f"{name} ever" and one.key[1:] not in everywhere]
        if ever and name in HIDING:
            one = ever[0]
            assert one.old and one.new
            says = (
                f"The number of the year before is now hidden below {one.new.words} (was {one.old.words}) in every year, "
                f"because the greatest {N[name]} of any year decides on it."
            )
            changes.append(Change((name,), says, "past", one.old.words, one.new.words, tuple(years), prior=True))
    return changes


def _thresholds(name: str, found: Iterable[Differing], years: Sequence[str], cells: Sequence[Cell]) -> list[Change]:
    """One change for each pair of n's and years, whatever number of groups and levels it is about."""
    same: dict[tuple[str, str, tuple[str, ...]], list[tuple[Hashable, ...]]] = {}
    for one in found:
        assert one.old and one.new
        same.setdefault((one.old.words, one.new.words, one.years), []).append(one.key[1:])
    changes = []
    for (old, new, when), about in same.items():
        rest = [cell for cell in cells if cell not in about]
        whom = f" for {_cells(about, cells)}" if rest else ""
        if rest and (None, None) in about:
            whom = f" except for {_cells(rest, cells)}"
        says = f"{N[name]} {old} -> {new}{whom}, {span_words(when, years)}."
        changes.append(Change((name,), says.replace(", for all", " for all"), "past", old, new, when))
    return changes


def _cells(about: Sequence[tuple[Hashable, ...]], cells: Sequence[Cell]) -> str:
    """Student groups, each with the org levels where it is meant."""
    every = {level for _, level in cells}
    by_group: dict[Hashable, list[Hashable]] = {}
    for group, level in about:
        by_group.setdefault(group, []).append(level)
    by_levels: dict[tuple[Hashable, ...], list[Hashable]] = {}
    for group, levels in by_group.items():
        by_levels.setdefault(tuple(levels), []).append(group)
    parts = []
    for places, groups in by_levels.items():
        who = listed([str(group) if group else "all other student groups" for group in groups])
        where = listed([f"{level} level" if level else "all other levels" for level in places])
        parts.append(who if set(places) == every else f"{who} at {where}")
    return "; ".join(parts)


def level_changes(old: LevelTable, new: LevelTable, years: Sequence[str], form: Form) -> list[Change]:
    found = differing(lambda y: level_facts(old, y, form), lambda y: level_facts(new, y, form), years)
    parts: dict[tuple[str, When, tuple[str, ...]], list[Differing]] = {}
    orders = []
    for one in found:
        if str(one.key[0]).endswith(" order"):
            orders.append(one)
        else:
            when = one.key[1]
            assert isinstance(when, When)
            parts.setdefault((str(one.key[0]), when, one.years), []).append(one)
    changes = []
    for (kind, when, span), members in parts.items():
        where = f" where `{when.text}`" if when.text else ""
        told = "; ".join(_member(one) for one in members)
        says = f"{CUTS[kind]}{where}, {span_words(span, years)}: {told}."
        before, after = (_side(members, side) for side in ("old", "new"))
        changes.append(Change((kind,), says.replace(", for all", " for all"), "past", before, after, span))
    for one in orders:
        if one.old and one.new and _members(one.old.value) == _members(one.new.value):
            kind = str(one.key[0]).removesuffix(" order")
            says = f"{CUTS[kind]}, {span_words(one.years, years)}: {one.new.words} are looked at in this order now."
            changes.append(Change((kind,), says, "past", one.old.words, one.new.words, one.years))
    return changes


def _members(value: Hashable) -> frozenset[Hashable]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()


def _member(one: Differing) -> str:
    name = " and ".join(str(part) for part in one.key[2:]) or "the rating"
    if one.old is None:
        return f"{name} is new ({one.new.words if one.new else ''})"
    return f"{name} was {one.old.words}, now {one.new.words}" if one.new else f"{name} is gone (was {one.old.words})"


def _side(members: Sequence[Differing], side: str) -> str:
    facts = ((one.key[2:], getattr(one, side)) for one in members)
    return "; ".join(f"{' and '.join(str(p) for p in key) or 'rating'}: {fact.words}" for key, fact in facts if fact)


def group_changes(old: GroupSet, new: GroupSet, years: Sequence[str], form: Form) -> list[Change]:
    changes = []
    for one in differing(lambda y: group_facts(old, y, form), lambda y: group_facts(new, y, form), years):
        name, span = str(one.key[1]), span_words(one.years, years)
        if one.old is None and one.new:
            says = f"The student group {name} is new {span}: {one.new.words}."
        elif one.new is None and one.old:
            says = f"The student group {name} is gone {span}; it was {one.old.words}."
        else:
            assert one.old and one.new
            says = f"The student group {name} was {one.old.words}; now {one.new.words} ({span})."
        before, after = (fact.words if fact else "" for fact in (one.old, one.new))
        changes.append(Change(("groups", name), says, "past", before, after, one.years))
    return changes


def indicator_changes(old: Indicator, new: Indicator, years: Sequence[str]) -> list[Change]:
    """The years with results, and those that are compared."""
    changes = []
    for one in differing(lambda y: effective_facts(old, y), lambda y: effective_facts(new, y), years):
        says = f"There are results {span_words(one.years, years)} now; there were none."
        if one.new is None:
            says = f"There are no results {span_words(one.years, years)} any more."
        before, after = ("results" if fact else "no results" for fact in (one.old, one.new))
        changes.append(Change(("effective",), says, "past", before, after, one.years))
    for one in differing(lambda y: compare_facts(old, y), lambda y: compare_facts(new, y), years):
        before, after = (MODES[fact.words] if fact else MODES["none"] for fact in (one.old, one.new))
        says = f"Values are compared with {after}, {span_words(one.years, years)}; it was {before}."
        changes.append(Change(("compare",), says, "past", before, after, one.years))
    return changes
