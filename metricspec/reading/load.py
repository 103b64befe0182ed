"""From folders of YAML to a catalogue: all problems of all files in one run, and what is broken left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from metricspec.model import Catalog, Indicator, Project
from metricspec.plugins.importing import raised
from metricspec.problems import Place, Problem
from metricspec.reading.binding_checks import binding_problems
from metricspec.reading.build_data import (
    build_binding,
    build_codes,
    build_dataset,
    build_lookup,
    build_project,
)
from metricspec.reading.build_framework import build_framework
from metricspec.reading.build_indicator import build_indicator, build_test
from metricspec.reading.build_rules import build_group_set, build_levels, build_orgs, build_policy
from metricspec.reading.corpus import SHELVES, Corpus
from metricspec.reading.deprecations import deprecation_problems
from metricspec.reading.document import Document
from metricspec.reading.expression_checks import expression_problems
from metricspec.reading.framework_checks import framework_problems
from metricspec.reading.level_checks import level_problems
from metricspec.reading.paths import leads_out, path_fault
from metricspec.reading.plugin_checks import plugin_problems
from metricspec.reading.reader import Reader, spec_files
from metricspec.reading.references import reference_problems
from metricspec.reading.schema_problems import schema_problems
from metricspec.reading.schemas import Schemas
from metricspec.reading.test_checks import test_problems
from metricspec.reading.versions import apart, side_by_side, told_apart, version_problems
from metricspec.reading.year_checks import year_problems
from metricspec.registry import MEASURES, US, Registry
from metricspec.scopes import Expressions
from metricspec.warehouses.messages import secrets_of

BUILDERS: Mapping[str, Callable[[Document], Any]] = MappingProxyType(
    {
        "codes": build_codes,
        "lookup": build_lookup,
        "dataset": build_dataset,
        "orgs": build_orgs,
        "group_set": build_group_set,
        "policy": build_policy,
        "levels": build_levels,
        "framework": build_framework,
        "binding": build_binding,
    }
)

NO_FOLDER = "make it (git keeps no empty folder), or take it out of specs: in metricspec.yaml"


@dataclass(frozen=True)
class Loaded:
    """`catalog` holds what is whole; `documents` everything that has a kind and an id, by file."""

    catalog: Catalog
    problems: tuple[Problem, ...]
    documents: Mapping[str, Document]
    expressions: Expressions

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")


@dataclass(frozen=True)
class LoadedProject:
    """The project of a file, or None with what is wrong with it."""

    project: Project | None
    problems: tuple[Problem, ...]


def load(folders: Sequence[Path], registry: Registry, reader: Reader | None = None) -> Loaded:
    """Read every *.yaml below the folders. Never raises for what the files say. A reader that was used before knows what
    did not change since, and the texts of files that are being written."""
    reader = reader or Reader()
    problems: list[Problem] = []
    return assemble(_read(folders, reader, problems), registry, problems, reader)


def assemble(
    written: Sequence[Document], registry: Registry, found_before: Iterable[Problem] = (), reader: Reader | None = None
) -> Loaded:
    """What some documents hold together; `found_before` are the problems of reading them."""
    problems = list(found_before)
    reader = reader or Reader()
    documents = told_apart(written, reader)
    corpus = _corpus(documents, registry, reader, problems)
    expressions = Expressions(corpus.catalog)
    for found in (
        reference_problems(corpus),
        year_problems(corpus),
        level_problems(corpus),
        framework_problems(corpus),
        binding_problems(corpus),
        expression_problems(corpus, expressions),
        version_problems(corpus),
        deprecation_problems(corpus),
        test_problems(corpus),
    ):
        problems.extend(found)
    catalog = _whole(corpus, problems, reader)
    by_file = MappingProxyType({document.file: document for document in documents})
    return Loaded(catalog, tuple(sorted(set(problems), key=_order)), by_file, Expressions(catalog))


def load_project(path: Path, reader: Reader | None = None) -> LoadedProject:
    """The project of a metricspec.yaml."""
    document, found = (reader or Reader()).document(path)
    problems = list(found)
    if document is not None and document.kind != "project":
        message = f"this is a {document.kind} document, not a project"
        problems.append(Problem("MS101", message, document.key(document.kind), "the second key is 'project'"))
    elif document is not None and document.nodes.data is not None:
        problems.extend([*schema_problems(document, Schemas({})), *plugin_problems(document)])
        problems.extend(_folders(document))
        url = document.data.get("warehouse")
        if isinstance(url, str) and secrets_of(url):
            hint = "leave it out here; give the whole URL in METRICSPEC_WAREHOUSE, or use PGPASSWORD, ~/.my.cnf, ..."
            problems.append(document.problem("MS506", "the warehouse's URL holds a secret", "warehouse", hint=hint))
    whole = document is not None and not problems
    return LoadedProject(build_project(document) if document and whole else None, tuple(problems))


def _folders(document: Document) -> Iterator[Problem]:
    """Folders of specs that do not lie in the project's."""
    root = Path(document.file).parent
    named = document.data.get("specs")
    for number, name in enumerate(named if isinstance(named, list) else ()):
        fault = path_fault(name) if isinstance(name, str) else None
        if fault is None and isinstance(name, str) and leads_out(root / name, root):
            fault = "this link leads out of the project's folder"
        if fault is not None:
            yield document.problem("MS507", f"specs: {fault}", "specs", number, hint="put the specs into the project")


def _read(folders: Sequence[Path], reader: Reader, problems: list[Problem]) -> list[Document]:
    documents: list[Document] = []
    seen: set[Path] = set()
    for folder in folders:
        if not folder.is_dir():
            problems.append(Problem("MS008", "there is no such folder of specs", Place(str(folder)), NO_FOLDER))
            continue
        for path in spec_files(folder, reader, problems):
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            document = _read_one(path, reader, problems)
            if document is not None and document.kind != "project":
                documents.append(document)
    return documents


def _read_one(path: Path, reader: Reader, problems: list[Problem]) -> Document | None:
    if path.suffix == ".yml":
        problems.append(Problem("MS009", "the file is not read", Place(str(path)), "rename it to end in .yaml"))
        return None
    document, found = reader.document(path)
    problems.extend(found)
    return document


def _corpus(documents: Iterable[Document], registry: Registry, reader: Reader, problems: list[Problem]) -> Corpus:
    """Everything that can be built. A document with problems stays known by its kind and id."""
    schemas = Schemas(registry.measure_types, registry.elsewhere)
    shelves: dict[str, Any] = {shelf: {} for shelf in SHELVES.values()}
    known: dict[tuple[str, str], Document] = {}
    tests: list[Document] = []
    broken = _broken(problems)
    for document in documents:
        found = _judged(document, schemas, reader) if document.nodes.data is not None else []
        problems.extend(found)
        whole = document.nodes.data is not None and not found and document.file not in broken
        if document.kind == "test":
            tests.extend([document] if whole else [])
            continue
        first = known.setdefault((document.kind, document.id), document)
        if first is not document:
            message = f"the {document.kind} '{document.id}' is defined in {first.place} already"
            problems.append(Problem("MS212", message, document.place, apart(first, document)))
        elif whole:
            built = _built(document, registry, reader)
            if isinstance(built, Problem):
                problems.append(built)
            else:
                shelves[SHELVES[document.kind]][document.id] = built
    return Corpus(Catalog(**shelves), known, tuple(tests), registry)


def _judged(document: Document, schemas: Schemas, reader: Reader) -> list[Problem]:
    return reader.kept("judged", document, lambda: schema_problems(document, schemas))


def _built(document: Document, registry: Registry, reader: Reader) -> Any:
    if document.kind == "indicator":
        return reader.kept("built", document, lambda: _indicator(document, registry))
    return reader.kept("built", document, lambda: BUILDERS[document.kind](document))


def _indicator(document: Document, registry: Registry) -> Indicator | Problem:
    """An indicator, or what a plugin's measure type raises at it: then only this spec is left out."""
    name = document.data["measure"]["type"]
    measure, package = registry.measure_types[name], registry.package_of(MEASURES, name)
    try:
        built = build_indicator(document, measure)
        if package != US:
            measure.expressions(built.measure)
            measure.sentence(built.measure)
    except Exception as error:  # a plugin's own code
        if package == US:
            raise
        message = f"the measure type '{name}' of the plugin {package} fails at this block: {raised(error)}"
        return document.problem("MS715", message, "measure", "type", hint=f"tell the authors of {package}")
    return built


def _broken(problems: Iterable[Problem]) -> set[str]:
    """The files with errors."""
    return {problem.place.file for problem in problems if problem.severity == "error"}


def _whole(corpus: Corpus, problems: Iterable[Problem], reader: Reader) -> Catalog:
    """The catalogue without what has errors, and without what depends on it."""
    broken = _broken(problems)
    ok = {key for key, document in corpus.documents.items() if document.file not in broken}
    ok = {(kind, id_) for kind, id_ in ok if id_ in getattr(corpus.catalog, SHELVES[kind])}
    while True:
        lost = {key for key in ok if not _needs(corpus, *key) <= ok}
        if not lost:
            break
        ok -= lost
    shelves: dict[str, Any] = {
        shelf: {id_: value for id_, value in getattr(corpus.catalog, shelf).items() if (kind, id_) in ok}
        for kind, shelf in SHELVES.items()
    }
    catalog = Catalog(**shelves)
    tests = []
    for document in corpus.tests:
        indicator = catalog.indicators.get(document.id)
        if indicator is not None and document.file not in broken:
            name = corpus.dataset_of(indicator)
            student = catalog.datasets[name].keys.get("student")
            built = partial(build_test, document, name, student)
            tests.append(reader.kept(f"test over {name} by {student}", document, built))
    newest, versions = side_by_side(catalog.indicators)
    return replace(catalog, tests=tuple(tests), indicators=newest, versions=versions)


def _needs(corpus: Corpus, kind: str, id_: str) -> set[tuple[str, str]]:
    """What a document cannot do without."""
    value = getattr(corpus.catalog, SHELVES[kind])[id_]
    if kind == "lookup":
        return {("codes", value.key)}
    if kind == "dataset":
        return {("codes", column.codes) for column in value.columns.values() if column.codes}
    if kind == "orgs":
        return {("dataset", value.dataset)}
    if kind == "framework":
        return {("indicator", name) for name in value.indicators}
    if kind == "binding":
        return {("dataset", name) for name in value.datasets}
    return _needs_of_indicator(corpus, value) if kind == "indicator" else set()


def _needs_of_indicator(corpus: Corpus, indicator: Indicator) -> set[tuple[str, str]]:
    needed = {("group_set", indicator.groups), ("policy", indicator.policy)}
    if "@" not in indicator.id:
        needed |= {("indicator", name) for name in corpus.older_than(indicator)}
    needed |= {("dataset", fact.dataset) for fact in indicator.facts}
    others = corpus.registry.made_of(indicator)
    needed |= {("indicator", id_) for id_ in others} if others else {("dataset", corpus.dataset_of(indicator))}
    needed |= {("orgs", indicator.orgs)} if indicator.orgs else set()
    needed |= {("levels", indicator.rating)} if indicator.rating else set()
    return needed


def _order(problem: Problem) -> tuple[Place, str, str]:
    return problem.place, problem.code, problem.message
