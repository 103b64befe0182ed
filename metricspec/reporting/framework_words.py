"""`metricspec list --frameworks`, and `metricspec show` of a framework: its rules in plain English."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rich.console import Console
from rich.text import Text

from metricspec.frameworks.released import title
from metricspec.model import Catalog
from metricspec.model.framework import (
    Condition,
    Counted,
    Criterion,
    Designation,
    Framework,
    Index,
    Indexed,
    Local,
    Pooled,
    Rated,
    Share,
)
from metricspec.reporting import words
from metricspec.reporting.figures import console, plural
from metricspec.reporting.grids import Heading, fitted
from metricspec.reporting.show import Page
from metricspec.reporting.unverified import Unverified, years_words

LISTED = (
    Heading("framework", right=False),
    Heading("", right=False),
    Heading("title", right=False),
    Heading("has", right=False),
)


def print_frameworks(found: Sequence[Framework], to: Console | None = None) -> None:
    to = to or console()
    rows = []
    for one in found:
        what = [plural(len(one.inputs), "indicator"), *(["an index"] if one.indexes else [])]
        what += [plural(len(one.designations), "designation")] if one.designations else []
        mark = "!" if unverified_rules(one) else ""
        rows.append(
            [Text(one.id, style="bold"), Text(mark, style="bold yellow"), Text(str(one.title)), Text(", ".join(what))]
        )
    if rows:
        to.print(fitted(LISTED, rows, to.width, gives_way=2))
    to.print()
    if any(unverified_rules(one) for one in found):
        to.print(Text("! a part of it is not verified against its source", style="yellow"))
    to.print(Text(f"{plural(len(rows), 'framework')}; metricspec show ID says what one means", style="dim"))


def frameworks_as_json(found: Sequence[Framework]) -> str:
    rows = [
        {
            "id": one.id,
            "title": dict(one.title.by_language),
            "indicators": {each.name: list(each.of) for each in one.inputs},
            "index": bool(one.indexes),
            "designations": [each.name for each in one.designations],
            "unverified": [each.part for each in unverified_rules(one)],
        }
        for one in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def unverified_rules(one: Framework) -> list[Unverified]:
    """Every rule of a framework that nobody has compared with its source."""
    found = [Unverified("the framework as a whole", one.note)] if one.unverified else []
    for each in one.inputs:
        for entry in each.stand_ins:
            if entry.dated.unverified:
                part = f"which rating a status of {title(each)} stands for{years_words(entry.dated)}"
                found.append(Unverified(part, entry.dated.note))
        if each.dated.unverified:
            found.append(Unverified(f"how {title(each)} is taken", each.dated.note))
    for index in one.indexes:
        if index.dated.unverified:
            found.append(Unverified(f"the index{years_words(index.dated)}", index.dated.note))
    for criterion in one.criteria:
        for condition in criterion.conditions:
            if condition.dated.unverified:
                found.append(Unverified(f"the criterion '{_named(criterion)}'", condition.dated.note))
    for designation in one.designations:
        if designation.dated.unverified:
            found.append(Unverified(f"the designation '{_named(designation)}'", designation.dated.note))
    return found


def show_framework(one: Framework, catalog: Catalog, to: Console | None = None) -> None:
    """Everything that a framework's spec says."""
    page = Page(to or console())
    page.to.print(Text.assemble((str(one.title), "bold"), f"  {one.id}"))
    page.section("What it is", [str(one.description)] if str(one.description) else [])
    page.section(
        "Indicators", [f"- {title(i)}: {words.listed([f'`{id_}`' for id_ in i.of], 'or')}" for i in one.inputs]
    )
    for index in one.indexes:
        page.section(f"The index{years_words(index.dated)}", index_words(one, index))
    page.section("Criteria", [text for criterion in one.criteria for text in _criterion(one, criterion)])
    for designation in one.designations:
        page.section(f"{_named(designation)}{years_words(designation.dated)}", designation_words(one, designation))
    page.section("Source", [words.source_words(one.source) or "no source given"])
    rules = unverified_rules(one)
    page.section("Not verified", [f"! {r.part[0].upper()}{r.part[1:]}{f'. {r.note}' if r.note else ''}" for r in rules])


def _named(one: Criterion | Designation) -> str:
    return str(one.title) or one.name.replace("_", " ")


def _number(value: Decimal) -> str:
    return f"{value:f}"


def index_words(one: Framework, index: Index) -> list[str]:
    """What the index is made of, a sentence each."""
    items = [f"Each {index.org_level} has one. A metric gives its weight times its index level of {index.levels}."]
    for domain in index.domains:
        metrics = [f"{title(one.input(name))} {_number(weight)}" for name, weight in domain.metrics]
        items.append(f"- {str(domain.title) or domain.name}, weight {_number(domain.weight)}: {', '.join(metrics)}")
    items.append(f"A metric's weight is shared: {'; '.join(_share(share) for share in index.shares)}.")
    items.append(f"A student group counts from {plural(index.least_n, 'student')}.")
    spread = {"spread": "gives its weight to the others", "no_index": "leaves the org without an index"}
    items.append(
        f"A metric without a result {spread[index.missing_metric]}, a domain without any {spread[index.missing_domain]}."
    )
    ends = f"not below {_number(index.least)} nor above {_number(index.most)}"
    items.append(f"The sum is {ends}, and rounded once to {plural(index.digits, 'decimal place')}.")
    return items


def _share(share: Share) -> str:
    name = share.group or f"the lowest of {', '.join(share.lowest_of)}"
    return f"{_number(share.weight)} for {name}"


def _criterion(one: Framework, criterion: Criterion) -> Iterator[str]:
    yield f"{_named(criterion)}: any of"
    for condition in criterion.conditions:
        yield f"  - {condition_words(one, condition)}"


def condition_words(one: Framework, condition: Condition) -> str:
    """One way to meet a criterion, as a sentence without its full stop."""
    text = rule_words(one, condition)
    if condition.groups:
        text += f", only for {words.listed(condition.groups)}"
    if condition.except_groups:
        text += f", not for {words.listed(condition.except_groups)}"
    return text + years_words(condition.dated)


def rule_words(one: Framework, condition: Condition) -> str:
    rule = condition.rule
    if isinstance(rule, Rated):
        return words.listed([f"{title(one.input(name))} is {_or(ratings)}" for name, ratings in rule.ratings])
    if isinstance(rule, Counted):
        return _counted(one, rule)
    if isinstance(rule, Pooled):
        years = f"of {rule.years} years together " if rule.years > 1 else ""
        return f"{title(one.input(rule.indicator))} {years}is {_cut(rule.below, rule.at_least)}"
    if isinstance(rule, Local):
        silent = "met" if rule.missing == "met" else "unknown"
        return f"the local indicator of priority {rule.priority} is {_or(rule.found)} (without a report: {silent})"
    return _indexed(rule)


def _counted(one: Framework, rule: Counted) -> str:
    many = {"all": "all", "all_but_one": "all but one", "majority": "most"}
    number = many.get(str(rule.how_many), f"{rule.how_many} or more")
    what = _or(rule.ratings) if rule.ratings else f"at level {_or([str(level) for level in rule.levels])}"
    names = ", ".join(title(one.input(name)) for name in rule.indicators)
    least = f" (if {rule.rated_at_least} or more are rated)" if rule.rated_at_least > 1 else ""
    return f"of those that are rated {number} are {what}{least}: {names}"


def _indexed(rule: Indexed) -> str:
    if rule.lowest_percent is not None:
        return f"the index is among the lowest {_number(rule.lowest_percent)} percent"
    if rule.rose_by is not None:
        return f"the index rose by {_number(rule.rose_by)} or more in a year"
    return f"the index is {_cut(rule.below, rule.at_least)}"


def _cut(below: Decimal | None, at_least: Decimal | None) -> str:
    return f"below {_number(below)}" if below is not None else f"at least {_number(at_least or Decimal(0))}"


def _or(names: Iterable[str]) -> str:
    return words.listed(list(names), "or")


def designation_words(one: Framework, designation: Designation) -> list[str]:
    """Who is designated, a sentence each."""
    named = [_named(one.criterion(name)) for name in designation.criteria]
    number = "" if designation.at_least == 1 else f"{designation.at_least} or more of "
    only = "".join(f", {name.replace('_', ' ')}: {_flag(value)}" for name, value in designation.only)
    items = [
        f"Each {designation.org_level}{only}, to be {'helped' if designation.kind == 'support' else 'recognised'}."
    ]
    who = "its students" if designation.groups == ("ALL",) else f"one student group ({', '.join(designation.groups)})"
    items.append(f"By {who} it meets {number}{words.listed(named, 'or' if not number else 'and')}.")
    if designation.consecutive_years > 1:
        same = ", the same group in each" if designation.same_group else ""
        items.append(f"In {designation.consecutive_years} school years on end{same}.")
    if designation.entry:
        items.append(f"Orgs are chosen in {words.listed(designation.entry)}; in between the choice stands.")
    if designation.exit:
        items.append(f"It ends with: {_or(_named(one.criterion(name)) for name in designation.exit)}.")
    return items


def _flag(value: bool | str) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"
