"""All expressions of the specs, each with its findings at their place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from metricspec.measure import StagedMeasure, Use
from metricspec.model import Fact, GroupSet, Indicator, OrgSet
from metricspec.problems import Place, Problem
from metricspec.reading.corpus import Corpus
from metricspec.reading.document import Document
from metricspec.reading.suggest import hint
from metricspec.reading.value_checks import value_problem
from metricspec.reading.yaml_nodes import Path, span_place
from metricspec.scopes import Expressions, fact_column
from metricspec.sql.expression import Expression, Finding

Parsed = tuple[Expression | None, tuple[Finding, ...]]


def expression_problems(corpus: Corpus, expressions: Expressions) -> Iterator[Problem]:
    for document in corpus.of_kind("group_set"):
        yield from _definition(corpus, document, expressions, _of_groups(corpus.catalog.groups[document.id]))
    for document in corpus.of_kind("orgs"):
        yield from _definition(corpus, document, expressions, _of_orgs(corpus.catalog.orgs[document.id]))
    for document in corpus.of_kind("levels"):
        yield from _levels(corpus, document, expressions)
    for document in corpus.of_kind("indicator"):
        indicator = corpus.catalog.indicators[document.id]
        if indicator.students in corpus.catalog.datasets:
            yield from _indicator(corpus, document, indicator, expressions)


def _indicator(corpus: Corpus, document: Document, indicator: Indicator, expressions: Expressions) -> Iterator[Problem]:
    dataset = str(indicator.students)
    for number, text in enumerate(indicator.stints):
        yield from _placed(corpus, document, expressions.stints(dataset, text), "stints", number)
    for fact in indicator.facts:
        if fact.dataset not in corpus.catalog.datasets:
            return  # what a fact would hold is not known, so nothing more can be judged
        if fact.where is not None:
            yield from _placed(
                corpus, document, expressions.rows(fact.dataset, fact.where), "facts", fact.name, "where"
            )
        if fact.value is not None:
            parsed = expressions.fact_value(fact)
            yield from _placed(corpus, document, parsed, "facts", fact.name, fact.aggregate)
        yield from _fact_value(corpus, document, fact, expressions)
    for number, text in enumerate(indicator.population):
        yield from _of_student(corpus, document, indicator, expressions.students(indicator, text), "population", number)
    measure_type = corpus.measure_types[indicator.measure_type]
    for use in measure_type.expressions(indicator.measure):
        parsed = expressions.students(indicator, use.text, use.wanted)
        written = document.written("measure", *use.path)
        if use.text != written:  # made of what is written there: all of that is pointed at
            parsed = parsed[0], tuple(replace(finding, offset=0, length=len(written)) for finding in parsed[1])
        yield from _of_student(corpus, document, indicator, parsed, "measure", *use.path)
    if isinstance(measure_type, StagedMeasure):
        yield from _at_one_school(document, indicator, measure_type, expressions)
    if not corpus.takes_rows(indicator) and "student" in corpus.catalog.datasets[dataset].keys:
        yield from _uses(corpus, document, indicator, expressions)


def _at_one_school(
    document: Document, indicator: Indicator, measure: StagedMeasure, expressions: Expressions
) -> Iterator[Problem]:
    """A score counts at one school, whatever the org level: nothing may ask at which org it is counted."""
    for fact in indicator.facts:
        if fact.at == "org":
            message = f"'{measure.name}' counts a score at one school, so a fact cannot be taken at each org"
            yield document.problem("MS110", message, "facts", fact.name, hint="write: at: anywhere")
    uses = [Use(("population", number), text, "boolean") for number, text in enumerate(indicator.population)]
    uses += [Use(("measure", *u.path), u.text, u.wanted) for u in measure.expressions(indicator.measure)]
    for use in uses:
        expression = expressions.students(indicator, use.text, use.wanted)[0]
        if expression is not None and "org_level" in expression.columns:
            message = f"'{measure.name}' counts a score at one school, so 'org_level' means nothing here"
            about = "who counts at which level is said by the org set, under stints of a level"
            yield document.problem("MS110", message, *use.path, hint=about)


def _fact_value(corpus: Corpus, document: Document, fact: Fact, expressions: Expressions) -> Iterator[Problem]:
    """What a fact becomes must have an order for max and min, and take the value that stands for a missing one."""
    value = expressions.fact_value(fact)[0] if fact.value is not None else None
    if fact.value is not None and value is None:
        return
    column = fact_column(fact, corpus.catalog.datasets[fact.dataset], value)
    if fact.aggregate in ("max", "min") and column.type in ("code", "boolean"):
        message = f"a {column.type} has no {fact.aggregate}: as text it would compare by its letters"
        yield document.problem("MS110", message, "facts", fact.name, fact.aggregate, hint="use any, latest or count")
    if fact.missing not in ("exclude", "error"):
        codes = corpus.catalog.codes.get(column.codes or "")
        yield from value_problem(document, column, fact.missing, codes, "facts", fact.name, "missing")


def _of_student(
    corpus: Corpus, document: Document, indicator: Indicator, parsed: Parsed, *path: str | int
) -> Iterator[Problem]:
    """Findings after rows are combined: a column that exists but has no rollup gets a message of its own."""
    dataset = corpus.catalog.datasets[str(indicator.students)]
    for problem, finding in zip(_placed(corpus, document, parsed, *path), parsed[1], strict=False):
        word = finding.word or document.written(*path)[finding.offset : finding.offset + finding.length]
        column = dataset.columns.get(word)
        if problem.code == "MS302" and column is not None and column.rollup is None:
            message = f"the column '{word}' has no rollup: a student's rows are combined already here"
            about = f"test it under 'stints', or give it a rollup in the dataset {dataset.id}"
            yield Problem("MS203", message, problem.place, about)
        else:
            yield problem


def _levels(corpus: Corpus, document: Document, expressions: Expressions) -> Iterator[Problem]:
    for key in ("status", "change", "grids", "overrides"):
        for number, entry in enumerate(document.data.get(key, ())):
            if "when" in entry:
                yield from _placed(corpus, document, expressions.levels(entry["when"]), key, number, "when")


@dataclass(frozen=True)
class Part:
    """An expression of a group set or an org set, which belong to no dataset of their own."""

    path: Path
    text: str
    of_group: bool
    wants: str | None = "boolean"

    def over(self, expressions: Expressions, dataset: str) -> Parsed:
        if self.of_group:
            return expressions.rows(dataset, self.text, self.wants)
        return expressions.stints(dataset, self.text, self.wants)


def _of_groups(groups: GroupSet) -> list[Part]:
    return [Part(("groups", group.id, "where"), group.where, True) for group in groups.groups]


def _of_orgs(orgs: OrgSet) -> list[Part]:
    parts: list[Part] = []
    for level in orgs.levels:
        here = ("levels", level.name)
        parts.append(Part((*here, "key"), level.key, False, None))
        parts.extend(Part((*here, "stints", n), text, False) for n, text in enumerate(level.stints))
    return parts


def _with_students(corpus: Corpus) -> list[str]:
    return [d.id for d in corpus.catalog.datasets.values() if "student" in d.keys]


def _definition(
    corpus: Corpus, document: Document, expressions: Expressions, parts: Sequence[Part]
) -> Iterator[Problem]:
    """Each expression of a set must hold over at least one dataset with students."""
    datasets = _with_students(corpus)
    for part in parts:
        answers = []
        for dataset in datasets:
            answers.append(part.over(expressions, dataset))
            if not answers[-1][1]:
                break
        else:
            wrong = [answer for answer in answers if answer[1][0].code != "MS302"]
            if wrong or (answers and corpus.all_built("dataset")):
                yield from _placed(corpus, document, (wrong or answers)[0], *part.path)


def _uses(corpus: Corpus, document: Document, indicator: Indicator, expressions: Expressions) -> Iterator[Problem]:
    """The groups and org levels of an indicator hold over its own dataset."""
    dataset = str(indicator.students)
    groups = corpus.catalog.groups.get(indicator.groups)
    orgs = corpus.catalog.orgs.get(indicator.orgs or "")
    for key, parts in (
        ("groups", _of_groups(groups) if groups else []),
        ("orgs", _of_orgs(orgs) if orgs else []),
    ):
        for part in parts:
            findings = part.over(expressions, dataset)[1]
            if findings and findings[0].code == "MS302" and _holds_elsewhere(corpus, expressions, part):
                what = f"'{part.path[1]}' of {document.data[key]}"
                message = f"{what} does not fit the dataset {dataset}: {findings[0].message}"
                yield document.problem("MS211", message, key, hint=f"it is written: {part.text}")
                break


def _holds_elsewhere(corpus: Corpus, expressions: Expressions, part: Part) -> bool:
    return any(not part.over(expressions, dataset)[1] for dataset in _with_students(corpus))


def _placed(corpus: Corpus, document: Document, parsed: Parsed, *path: str | int) -> Iterator[Problem]:
    for finding in parsed[1]:
        if finding.code == "MS306" and ("lookup", finding.word) in corpus.documents:
            continue  # it exists and has problems of its own
        place = place_inside(document, path, finding.offset, finding.length)
        about = finding.hint or (hint(finding.word, finding.allowed, "there are", 20) if finding.allowed else "")
        comment = _cut_off(document, path) if finding.code == "MS301" else ""
        yield Problem(finding.code, finding.message, place, comment or about)


def _cut_off(document: Document, path: Path) -> str:
    """A hint where a comment follows an expression that does not parse: ' #' may have cut it off."""
    rest = document.nodes.text[document.nodes.values[path][1] :].partition("\n")[0]
    cut = re.match(r"\s*#\s*(\S.*)", rest)
    if not cut:
        return ""
    return f"a comment starts at ' #': put all in double quotes if '{cut[1][:30]}' belongs to the expression"


def place_inside(document: Document, path: Path, offset: int, length: int) -> Place:
    """The place of some characters of a text; exact where they stand in the file as they do in the text."""
    nodes = document.nodes
    start, text, raw = nodes.values[path][0], document.written(*path), nodes.raw(path)
    if raw == text:
        at = offset
    else:
        token = text[offset : offset + length].split("\n")[0]
        at = -1
        for _ in range(text.count(token, 0, offset) + 1 if token else 0):
            at = raw.find(token, at + 1)
        length = len(token)
    if at < 0:
        return document.at(*path)
    return span_place(nodes.file, nodes.text, (start + at, start + at + max(1, length)))
