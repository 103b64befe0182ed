"""A comparison as text, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Any, Literal

from metricspec.problems import Problem
from metricspec.reading.corpus import NAMES
from metricspec.reporting.figures import plural
from metricspec.versioning.bumps import BUMPS, EFFECTS, Bump, Effect, enough, raised
from metricspec.versioning.changes import Told
from metricspec.versioning.compared import Compared, by_effect, through
from metricspec.versioning.numbers import HIDDEN_WORDS, Cell, NumbersChange
from metricspec.versioning.statements import SqlChange

EFFECT_WORDS: Mapping[Effect, str] = MappingProxyType(
    {
        "past": "Results of finished school years change",
        "future": "Results change only of school years that are not finished",
        "label": "No result changes",
    }
)
Style = Literal["title", "verdict", "wrong", "head", "item", "code", "plain"]
Line = tuple[Style, str]


@dataclass(frozen=True)
class Report:
    """A whole comparison. By the mark of each version: the `errors` for which it gives no results, on both sides; `sql`
    and `numbers`, where they were asked for."""

    old: str
    new: str
    found: tuple[Compared, ...]
    left_out: tuple[str, ...] = ()
    errors_before: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    sql: Mapping[str, SqlChange] = field(default_factory=dict)
    numbers: Mapping[str, NumbersChange] = field(default_factory=dict)
    rows: int = 20


def lines(report: Report) -> Iterator[Line]:
    """What there is to say, line by line."""
    detailed = bool(report.sql or report.numbers)
    for _, group in groupby(report.found, key=lambda one: one if detailed else _together(one, report)):
        members = list(group)
        yield from _several(members, report) if len(members) > 1 else _one(members[0], report)
    yield "verdict", summary(report.found) if report.found or not report.left_out else "nothing else changed"
    if report.left_out:
        yield "wrong", f"left out, because of problems (metricspec check shows them): {', '.join(report.left_out)}"


def _together(one: Compared, report: Report) -> Any:
    """Indicators on end to which the same happened, only through what they depend on, are told of together."""
    shared = one.became == "changed" and one.changes and all(told.via for told in one.changes)
    return (one.changes, *_errors(one, report)) if shared else one


def _several(members: Sequence[Compared], report: Report) -> Iterator[Line]:
    yield "title", f"{plural(len(members), 'indicator')}, through what they depend on"
    yield from _errors(members[0], report)
    yield from _changes(members[0].changes)
    yield "head", "They are"
    for one in members:
        yield "item", f"{one.key[1]}: {verdict(one)[1]}"


def _one(one: Compared, report: Report) -> Iterator[Line]:
    kind, id_ = one.key
    title = str(one.spec.model.title)
    yield "title", f"{id_}  {title}" if kind == "indicator" else f"{NAMES[kind]} {id_}  {title}".rstrip()
    yield verdict(one)
    yield from _errors(one, report)
    yield from _changes(one.changes)
    if one.mark in report.sql:
        yield from _sql(report.sql[one.mark])
    if one.mark in report.numbers:
        yield from _numbers(report.numbers[one.mark], one, report.rows)


def verdict(one: Compared) -> Line:
    """The versions and whether they tell of what changed."""
    old, new = one.versions
    if one.became == "new":
        return "verdict", f"new{f', {new}' if new else ''}"
    if one.became == "gone":
        return "wrong", f"gone{f'; it was {old}' if old else ''}"
    if not new:
        return "verdict", "used by no indicator here"
    if one.declared is None:
        return "wrong", f"the version went down from {old} to {new}"
    if not enough(one.declared, one.needed):
        return "wrong", f"{old} -> {new}, which is too low: {raised(old, one.needed)} is needed ({one.needed})"
    if one.needed == "none":
        return "verdict", f"{old} as before" if old == new else f"{old} -> {new}, and no change"
    return "verdict", f"{old} -> {new}, which is enough ({one.needed} is needed)"


def _errors(one: Compared, report: Report) -> Iterator[Line]:
    """Why it gives no results on a side."""
    for says, errors in (
        ("it gave no results before", report.errors_before),
        ("it gives no results now", report.errors),
    ):
        if found := errors.get(one.mark):
            yield "wrong", f"{says}, because of {plural(len(found), 'problem')}"
            yield from (("item", f"{problem.place}: {problem.code} {problem.message}") for problem in found)


def _changes(changes: Sequence[Told]) -> Iterator[Line]:
    for effect, members in by_effect(changes).items():
        if members:
            yield "head", EFFECT_WORDS[effect]  # type: ignore[index]  # by_effect has effects for keys
            yield from (("item", capital(f"{through(told.via)}{told.change.says}")) for told in members)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def summary(found: Sequence[Compared]) -> str:
    """How many indicators changed, and what they need."""
    indicators = [one for one in found if one.key[0] == "indicator"]
    if not found:
        return "nothing changed"
    changed = [one for one in indicators if one.became in ("changed", "renamed")]
    said = [words for bump in reversed(BUMPS) if bump != "none" and (words := _demand(bump, changed))]
    same = sum(one.needed == "none" for one in changed)
    said += [f"{same} without a change"] if same else []
    came = Counter(one.became for one in indicators)
    said += [f"{came[what]} {what}" for what in ("new", "gone", "renamed") if came[what]]
    others = len(found) - len(indicators)
    said += [f"{plural(others, 'other document')} changed"] if others else []
    return f"{plural(len(indicators), 'indicator')}: {', '.join(said)}"


def _demand(bump: Bump, changed: Sequence[Compared]) -> str:
    """How many need a bump, and whether their versions say so."""
    ours = [one for one in changed if one.needed == bump]
    low = sum(not enough(one.declared, bump) for one in ours)
    if not ours:
        return ""
    if len(ours) == 1:
        return f"1 with a {bump} change (its version is {'too low' if low else 'enough'})"
    versions = "their versions are enough" if not low else f"{plural(low, 'version')} too low"
    return f"{len(ours)} with a {bump} change ({versions})"


def _sql(change: SqlChange) -> Iterator[Line]:
    yield "head", f"SQL ({change.dialect})"
    if change.without:
        yield "item", change.without
    elif change.diff:
        yield "code", change.diff
    else:
        yield "item", "the SQL is the same"


def _numbers(change: NumbersChange, one: Compared, most: int) -> Iterator[Line]:
    yield "head", "Results"
    if change.without:
        yield "item", change.without
        return
    shown = [cell for cell in change.cells if not cell.hidden]
    hidden = [cell for cell in change.cells if cell.hidden]
    yield (
        "item",
        f"{len(shown):,} of {plural(change.compared, 'number')} differ"
        + (
            f"; {len(hidden):,} more are not shown, being hidden on one side, or because too few students make the difference"
            if hidden
            else ""
        ),
    )
    if change.only_before or change.only_now:
        yield (
            "item",
            f"{plural(change.only_now, 'number')} only in the new results, {change.only_before:,} only in the old",
        )
    for colours in change.colours:
        moves = ", ".join(f"{old} to {new} {count}" for old, new, count in colours.moves)
        more = f" ({moves})" if moves else ""
        gained = f"; {colours.only_now:,} rated only now" if colours.only_now else ""
        lost = f"; {colours.only_before:,} rated only before" if colours.only_before else ""
        said = f"{plural(colours.recoloured, 'school')} of {colours.rated:,} rated change colour"
        yield "item", f"{colours.school_year}: {said}{more}{gained}{lost}"
    digits = one.spec.model.digits
    listed = [*shown, *(cell for cell in hidden if cell.hidden != "too few between")]  # of these the number says enough
    yield from (("item", cell_words(cell, digits)) for cell in listed[:most])
    if len(listed) > most:
        yield "item", f"and {len(listed) - most:,} more (--rows {len(listed)} shows them)"


def cell_words(cell: Cell, digits: int) -> str:
    part = f" {cell.category}" if cell.category else ""
    where = f"{cell.school_year} {cell.org_level} {cell.org_id} {cell.student_group}{part}"
    if cell.hidden:
        return f"{where}: * ({HIDDEN_WORDS[cell.hidden]})"
    old, new = (f"{value:,.{digits}f}" if value is not None else "none" for value in (cell.old, cell.new))
    change = f" ({cell.change:+,.{digits}f})" if cell.old is not None and cell.new is not None else ""
    rating = f", {cell.old_rating or 'not rated'} -> {cell.new_rating or 'not rated'}"
    return f"{where}: {old} -> {new}{change}{rating if cell.old_rating != cell.new_rating else ''}"


def as_markdown(report: Report) -> str:
    """For a pull request or a page."""
    marks = {
        "title": "\n## {}\n",
        "verdict": "\n{}",
        "wrong": "\n**{}**",
        "head": "\n### {}\n",
        "item": "- {}",
        "plain": "{}",
    }
    parts = [f"# What changes from {report.old} to {report.new}\n"]
    for style, text in lines(report):
        parts.append(f"\n```diff\n{text}\n```\n" if style == "code" else marks[style].format(text))
    return "\n".join(parts)


def as_json(report: Report) -> str:
    found = {"indicators": [], "others": []}  # type: dict[str, list[dict[str, Any]]]
    for one in report.found:
        found["indicators" if one.key[0] == "indicator" else "others"].append(_object(one, report))
    about = {"old": report.old, "new": report.new, **found, "left_out": list(report.left_out)}
    return json.dumps(about, ensure_ascii=False, indent=2)


def _object(one: Compared, report: Report) -> dict[str, Any]:
    kind, id_ = one.key
    old, new = one.versions
    made: dict[str, Any] = {"kind": kind, "id": id_, "became": one.became, "old_version": old, "new_version": new}
    made |= {"needed": one.needed, "declared": one.declared or "down", "enough": enough(one.declared, one.needed)}
    made["lowest_version"] = raised(old, one.needed) if old and new else new
    made["changes"] = [
        {
            "key": told.change.key, "effect": told.effect, "says": told.change.says,
            "through": {"kind": told.via[0], "id": told.via[1]} if told.via else None,
            "old": told.change.old, "new": told.change.new,
            "years": list(told.change.years) if told.change.years is not None else None,
        }
        for told in sorted(one.changes, key=lambda told: EFFECTS.index(told.effect))
    ]  # fmt: skip
    for name, errors in (("errors_before", report.errors_before), ("errors", report.errors)):
        made[name] = [{"code": p.code, "place": str(p.place), "message": p.message} for p in errors.get(one.mark, ())]
    if one.mark in report.sql:
        made["sql"] = asdict(report.sql[one.mark])
    if one.mark in report.numbers:
        made["numbers"] = asdict(report.numbers[one.mark])
    return made
