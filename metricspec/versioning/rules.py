"""Dated rules as facts of one school year: what holds in it, whatever entries of a list say so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metricspec.model import GroupSet, Indicator, LevelTable, Policy, Threshold
from metricspec.reading.level_checks import band_steps
from metricspec.reporting.words import MEMBERSHIPS, band_words

THRESHOLDS = ("privacy", "report", "rating", "small")
HIDING = ("privacy", "report")
FactKey = tuple[Hashable, ...]


@dataclass(frozen=True)
class Fact:
    """A value for comparing and the words for it."""

    value: Hashable
    words: str = field(default="", compare=False)


Facts = Mapping[FactKey, Fact]
Cell = tuple[str | None, str | None]  # student group and org level; None is any that no entry names
Form = Callable[[str], Hashable]  # what an expression says, whatever way it is written


@dataclass(frozen=True)
class Differing:
    """One fact that differs, and in which years."""

    key: FactKey
    old: Fact | None
    new: Fact | None
    years: tuple[str, ...]


def differing(old: Callable[[str], Facts], new: Callable[[str], Facts], years: Sequence[str]) -> tuple[Differing, ...]:
    """What differs between two rules, each difference once with all its years."""
    found: dict[tuple[FactKey, Fact | None, Fact | None], list[str]] = {}
    for year in years:
        before, after = old(year), new(year)
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key):
                found.setdefault((key, before.get(key), after.get(key)), []).append(year)
    return tuple(Differing(*what, tuple(when)) for what, when in found.items())


def policy_facts(policy: Policy, year: str, cells: Sequence[Cell]) -> Facts:
    """The smallest n of each list that applies to each cell, as the compiler chooses it; and of those that hide, the
    greatest of any year (`ever`), against which the prior year's number is held."""
    facts: dict[FactKey, Fact] = {}
    for name in THRESHOLDS:
        entries: Sequence[Threshold] = getattr(policy, name)
        for cell in cells:
            matching = [e.n for e in entries if year in e.dated.years and _about(e, cell)]
            of_all = max((e.n for e in entries), default=0) if name in HIDING else 0
            n = matching[-1] if matching else of_all
            facts[name, *cell] = Fact(n, str(n) if n else "none")
            if name in HIDING:
                ever = max((e.n for e in entries if _about(e, cell)), default=of_all)
                facts[f"{name} ever", *cell] = Fact(ever, str(ever))
    return facts


def _about(entry: Threshold, cell: Cell) -> bool:
    group, level = cell
    return (not entry.groups or group in entry.groups) and (not entry.org_levels or level in entry.org_levels)


def policy_cells(*policies: Policy) -> tuple[Cell, ...]:
    """Every group and level that some entry names, and any other."""
    entries = [entry for policy in policies for name in THRESHOLDS for entry in getattr(policy, name)]
    groups = dict.fromkeys([None, *(group for entry in entries for group in entry.groups)])
    levels = dict.fromkeys([None, *(level for entry in entries for level in entry.org_levels)])
    return tuple((group, level) for group in groups for level in levels)


def level_facts(table: LevelTable, year: str, form: Form) -> Facts:
    """The bands, grid and overrides that can be used in a year: those after one without a condition cannot."""
    facts: dict[FactKey, Fact] = {}
    for kind, sets in (("status", table.status), ("change", table.change)):
        for when, one in _usable(sets, year, form, kind, facts):
            for band in one.bands:
                low, high = band_steps(band, table.digits)
                facts[kind, when, band.name] = Fact((low, high), band_words(band, ""))
    for when, grid in _usable(table.grids, year, form, "grids", facts):
        for status, cells in grid.rows:
            for change, rating in zip(grid.columns, cells, strict=True):
                facts["grids", when, status, change] = Fact(rating, rating or "none")
    for when, over in _usable(table.overrides, year, form, "overrides", facts):
        unless = f" unless it is {', '.join(over.unless)}" if over.unless else ""
        facts["overrides", when] = Fact((over.rating, frozenset(over.unless)), f"{over.rating}{unless}")
    return facts


@dataclass(frozen=True)
class When:
    """A condition of an entry: compared by what it says, shown as it is written."""

    value: Hashable
    text: str = field(default="", compare=False)


def _usable(
    entries: Sequence[Any], year: str, form: Form, kind: str, facts: dict[FactKey, Fact]
) -> Iterator[tuple[When, Any]]:
    """Entries of a year by their condition, the first of each; and their order, where it decides, as a fact of its own."""
    found: dict[When, Any] = {}
    for entry in entries:
        if year in entry.dated.years:
            found.setdefault(When(form(entry.when) if entry.when else None, entry.when or ""), entry)
            if not entry.when:
                break
    if len(found) > 1:
        order = tuple(found)
        facts[f"{kind} order",] = Fact(
            order, ", then ".join(f"`{when.text}`" if when.text else "all" for when in order)
        )
    yield from found.items()


def compare_facts(indicator: Indicator, year: str) -> Facts:
    """With which earlier year the values of a year are compared; none is as good as no entry."""
    mode = next((one.mode for one in indicator.compare if year in one.years), "none")
    return {} if mode == "none" else {("compare",): Fact(mode, mode)}


def effective_facts(indicator: Indicator, year: str) -> Facts:
    return {("effective",): Fact(True)} if year in indicator.effective else {}


def group_facts(groups: GroupSet, year: str, form: Form) -> Facts:
    """The student groups of a year, each with its rule of membership."""
    facts: dict[FactKey, Fact] = {}
    for group in groups.groups:
        if year in group.years:
            rule = (
                "everyone"
                if group.where.strip().lower() == "true"
                else f"`{group.where}`, {MEMBERSHIPS[group.membership]}"
            )
            facts["groups", group.id] = Fact((form(group.where), group.membership), rule)
    return facts
