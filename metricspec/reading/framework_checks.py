"""Frameworks: every name leads somewhere, every condition has one rule, and what is asked for can be met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from metricspec.model import BandSet, Indicator, LevelTable
from metricspec.model.framework import LOCAL, Counted, Framework, Indexed, Input, Local, Pooled, Rated
from metricspec.problems import Problem
from metricspec.reading.build_framework import RULES
from metricspec.reading.corpus import Corpus, unknown_name
from metricspec.reading.document import Document
from metricspec.reading.level_checks import band_problems
from metricspec.reading.yaml_nodes import Path


def framework_problems(corpus: Corpus) -> Iterator[Problem]:
    for document in corpus.of_kind("framework"):
        framework = corpus.catalog.frameworks[document.id]
        yield from _inputs(corpus, document, framework)
        yield from _indexes(corpus, document, framework)
        yield from _criteria(corpus, document, framework)
        yield from _designations(corpus, document, framework)


def _inputs(corpus: Corpus, document: Document, framework: Framework) -> Iterator[Problem]:
    for one in framework.inputs:
        here = ("indicators", one.name)
        for at, id_ in enumerate(one.of):
            yield from corpus.unknown(document, "indicator", id_, *here, "of", at)
        found = indicators_of(corpus, one)
        sets = [corpus.catalog.groups[i.groups] for i in found if i.groups in corpus.catalog.groups]
        known = () if any(one.column for one in sets) else tuple(group.id for of in sets for group in of.groups)
        for group, code in one.groups if known else ():
            yield from unknown_name(document, "student group", code, known, *here, "groups", group)
        if one.levels:
            digits = max((indicator.digits for indicator in found), default=0)
            yield from band_problems(document, digits, BandSet(one.levels), (*here, "levels"))
            yield from _level_names(document, (band.name for band in one.levels), (*here, "levels"))
        statuses = tuple(dict.fromkeys(s for t in tables_of(corpus, one) for b in t.status for s in _band_names(b)))
        for at, entry in enumerate(one.stand_ins):
            for status, _ in entry.ratings if statuses else ():
                path = (*here, "status_as_rating", at, "ratings", status)
                yield from _placed_at_key(document, unknown_name(document, "status", status, statuses), path)


def _band_names(entry: Any) -> Iterable[str]:
    return (band.name for band in entry.bands)


def _level_names(document: Document, levels: Iterable[str], path: Path) -> Iterator[Problem]:
    for name in levels:
        if not name.isdigit() or int(name) < 1:
            message = f"'{name}' is not an index level"
            yield Problem(
                "MS110", message, document.key(*path, name), "name bands '1', '2', ... up to the highest level"
            )


def _placed_at_key(document: Document, found: Iterable[Problem], path: Path) -> Iterator[Problem]:
    for problem in found:
        yield Problem(problem.code, problem.message, document.key(*path), problem.hint)


def indicators_of(corpus: Corpus, one: Input) -> list[Indicator]:
    """Those of an input's indicators that could be read."""
    return [corpus.catalog.indicators[id_] for id_ in one.of if id_ in corpus.catalog.indicators]


def tables_of(corpus: Corpus, one: Input) -> list[LevelTable]:
    """The level tables that rate an input; none where one of its indicators could not be read or has none."""
    found = indicators_of(corpus, one)
    ids = [indicator.rating for indicator in found if indicator.rating in corpus.catalog.levels]
    return [corpus.catalog.levels[id_] for id_ in ids if id_] if len(ids) == len(one.of) else []


def ratings_of(corpus: Corpus, one: Input) -> tuple[str, ...]:
    """Every rating that an input can have; empty where that is not known."""
    tables = tables_of(corpus, one)
    cells = [cell for t in tables for grid in t.grids for _, row in grid.rows for cell in row if cell]
    overrides = [override.rating for t in tables for override in t.overrides]
    stand_ins = [rating for entry in one.stand_ins for _, rating in entry.ratings]
    return tuple(dict.fromkeys([*cells, *overrides, *stand_ins])) if tables else ()


def _indexes(corpus: Corpus, document: Document, framework: Framework) -> Iterator[Problem]:
    known = tuple(one.name for one in framework.inputs)
    for at, index in enumerate(framework.indexes):
        for domain in index.domains:
            here = ("index", at, "domains", domain.name, "metrics")
            for name, _ in domain.metrics:
                found = unknown_name(document, "indicator", name, known)
                yield from _placed_at_key(document, found, (*here, name))
                if name in known:
                    yield from _has_levels(corpus, document, framework.input(name), index.levels, (*here, name))
        for number, share in enumerate(index.shares):
            path = ("index", at, "shares", number)
            if (share.group is None) == (not share.lowest_of):
                message = "a share goes to one 'group' or to the 'lowest_of' several"
                yield document.problem("MS110", message, *path, hint="write one of the two")
            if share.group is not None:
                yield from _group_names(corpus, document, framework, (share.group,), (*path, "group"))
            yield from _group_names(corpus, document, framework, share.lowest_of, (*path, "lowest_of"))
            if share.lowest_of:
                yield from _directed(corpus, document, framework, index.domains, (*path, "lowest_of"))


def _has_levels(corpus: Corpus, document: Document, one: Input, highest: int, path: Path) -> Iterator[Problem]:
    """A metric's level is named by bands '1' to the highest, its own or those of its indicators' status."""
    if any(id_ not in corpus.catalog.indicators for id_ in one.of):
        return
    own = [band.name for band in one.levels]
    tables = tables_of(corpus, one)
    levels = own or [name for table in tables for entry in table.status for name in _band_names(entry)]
    wanted = {str(level) for level in range(1, highest + 1)}
    if not levels or not set(levels) <= wanted:
        message = f"'{one.name}' has no index levels from 1 to {highest}"
        about = "give it 'levels:' under 'indicators:', or rate its indicators by bands of these names"
        yield Problem("MS110", message, document.key(*path), about)


def _directed(
    corpus: Corpus, document: Document, framework: Framework, domains: Iterable[Any], path: Path
) -> Iterator[Problem]:
    """The lowest group can be told only where higher or lower is better."""
    names = {name for domain in domains for name, _ in domain.metrics}
    for one in framework.inputs:
        for indicator in indicators_of(corpus, one) if one.name in names else ():
            if indicator.better == "none":
                message = f"no group is the lowest in {indicator.id}, of which neither higher nor lower is better"
                yield document.problem("MS110", message, *path, hint="say in the indicator which direction is better")


def _criteria(corpus: Corpus, document: Document, framework: Framework) -> Iterator[Problem]:
    for criterion in framework.criteria:
        for at, condition in enumerate(criterion.conditions):
            here = ("criteria", criterion.name, "any_of", at)
            given = [key for key in RULES if key in document.data["criteria"][criterion.name]["any_of"][at]]
            if len(given) != 1:
                message = f"this condition has {' and '.join(given) if given else 'nothing to look at'}"
                yield document.problem("MS110", message, *here, hint=f"write exactly one of {', '.join(RULES)}")
                continue
            for key in ("groups", "except_groups"):
                yield from _group_names(corpus, document, framework, getattr(condition, key), (*here, key))
            yield from _rule(corpus, document, framework, condition.rule, (*here, given[0]))


def _rule(corpus: Corpus, document: Document, framework: Framework, rule: Any, here: Path) -> Iterator[Problem]:
    known = tuple(one.name for one in framework.inputs)
    if isinstance(rule, Rated):
        for name, ratings in rule.ratings:
            yield from _placed_at_key(document, unknown_name(document, "indicator", name, known), (*here, name))
            if name in known:
                yield from _ratings(corpus, document, framework.input(name), ratings, (*here, name))
    elif isinstance(rule, Counted):
        for at, name in enumerate(rule.indicators):
            yield from unknown_name(document, "indicator", name, known, *here, "indicators", at)
        if bool(rule.ratings) == bool(rule.levels):
            message = "count takes one of 'rating' and 'level'"
            yield document.problem("MS110", message, *here, hint="write one of the two")
    elif isinstance(rule, Pooled):
        yield from unknown_name(document, "indicator", rule.indicator, known, *here, "indicator")
        if (rule.below is None) == (rule.at_least is None):
            yield document.problem(
                "MS110", "pooled takes one of 'below' and 'at_least'", *here, hint="write one of the two"
            )
    elif isinstance(rule, Local):
        for at, finding in enumerate(rule.found):
            yield from _finding(corpus, document, finding, (*here, "found", at))
    elif isinstance(rule, Indexed) and not framework.indexes:
        yield document.problem("MS110", "the framework has no index", *here, hint="write 'index:'")


def _finding(corpus: Corpus, document: Document, finding: str, path: Path) -> Iterator[Problem]:
    dataset = corpus.catalog.datasets.get(LOCAL)
    codes = corpus.catalog.codes.get((dataset.columns["finding"].codes or "") if dataset else "")
    if codes is not None:
        yield from unknown_name(document, "finding", finding, codes.names, *path)


def _ratings(corpus: Corpus, document: Document, one: Input, ratings: Iterable[str], path: Path) -> Iterator[Problem]:
    known = ratings_of(corpus, one)
    for at, rating in enumerate(ratings if known else ()):
        yield from unknown_name(document, "rating", rating, known, *path, at)


def _designations(corpus: Corpus, document: Document, framework: Framework) -> Iterator[Problem]:
    known = tuple(criterion.name for criterion in framework.criteria)
    for one in framework.designations:
        here = ("designations", one.name)
        for key in ("criteria", "exit"):
            for at, name in enumerate(getattr(one, key)):
                yield from unknown_name(document, "criterion", name, known, *here, key, at)
        if one.at_least > len(one.criteria):
            message = f"{one.at_least} criteria cannot be met where {len(one.criteria)} are named"
            yield document.problem("MS107", message, *here, "at_least", hint="lower it, or name more criteria")
        if "groups" in document.data["designations"][one.name]:
            yield from _group_names(corpus, document, framework, one.groups, (*here, "groups"))


def _group_names(
    corpus: Corpus, document: Document, framework: Framework, groups: tuple[str, ...], path: Path
) -> Iterator[Problem]:
    """Student groups that no indicator of the framework has; `path` is that of a list, or of the one group."""
    known = _groups(corpus, framework)
    for at, group in enumerate(groups if known else ()):
        where = (*path, at) if document.written(*path) == "" else path
        yield from unknown_name(document, "student group", group, known, *where)


def _groups(corpus: Corpus, framework: Framework) -> tuple[str, ...]:
    """The student groups of its indicators; empty where one of them takes them from the data and none is listed."""
    sets = [
        corpus.catalog.groups[indicator.groups]
        for one in framework.inputs
        for indicator in indicators_of(corpus, one)
        if indicator.groups in corpus.catalog.groups
    ]
    return tuple(dict.fromkeys(group.id for one in sets for group in one.groups))
