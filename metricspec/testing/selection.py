"""Which tests to run: those of the whole catalogue, below some paths, or of some indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metricspec.model import Catalog, IndicatorTest
from metricspec.problems import Problem, UsageError
from metricspec.reading.document import Document
from metricspec.reading.suggest import indicator_hint
from metricspec.registry import Registry
from metricspec.running.loading import affected_files, open_project, read_for_check, under
from metricspec.running.plugins import project_registry
from metricspec.scopes import Expressions


@dataclass(frozen=True)
class Selection:
    """The tests chosen. `problems` are errors of the specs that concern them: tests with errors, or of indicators
    with errors, are not in `tests`. `untested` are the active indicators without any test."""

    tests: tuple[IndicatorTest, ...]
    problems: tuple[Problem, ...]
    untested: tuple[str, ...]
    catalog: Catalog
    registry: Registry
    expressions: Expressions


def select_tests(wanted: Sequence[str], folder: Path | None, *, affected: bool = False) -> Selection:
    """The tests of a project, or those that `wanted` names by path or by indicator (`affected`: and those of all
    indicators that depend on the files, which may be none). Raises UsageError where a path or an indicator does not
    exist, or none of them has a test."""
    root = folder or Path()
    described, problems = open_project(root, folder is not None)
    registry = project_registry(described)
    paths = [Path(text).resolve() for text in wanted if Path(text).exists()]
    ids = [text for text in wanted if not Path(text).exists()]
    loaded = read_for_check(root, described, registry, paths)
    if affected:
        paths += affected_files(loaded, registry, paths)
    problems += [p for p in loaded.problems if p.severity == "error"]
    known = {d.id for d in loaded.documents.values() if d.kind == "indicator"}
    newest = {f"{one.id}@{one.major}": one.id for one in loaded.catalog.indicators.values()}
    ids = [name if name in known else newest.get(name, name) for name in ids]
    for name in ids:
        if name not in known:
            near = indicator_hint(name, known, registry.home(name))
            raise UsageError(f"'{name}' is neither a file or folder nor an indicator: {near}")
    named = {d.id for file, d in loaded.documents.items() if d.kind == "indicator" and _file_named(file, paths)}
    chosen = [
        d for file, d in loaded.documents.items()
        if d.kind == "test" and (not wanted or d.id in ids or d.id in named or under(Path(file), paths))
    ]  # fmt: skip
    files = {d.file for d in chosen}
    tests = tuple(test for test in loaded.catalog.tests if test.place.file in files)
    if wanted:
        about = {d.id for d in chosen}
        files |= {file for file, d in loaded.documents.items() if d.kind == "indicator" and d.id in about}
        problems = [p for p in problems if p.place.file in files or under(Path(p.place.file), paths)]
    problems += _not_run(chosen, tests)
    if not tests and not problems and not affected:
        where = ", ".join(wanted) or "the project"
        raise UsageError(f"there are no tests in {where}: a test lies in a file such as ca.my_rate.test.yaml")
    tested = {d.id for d in loaded.documents.values() if d.kind == "test"}
    active = (i.id for i in loaded.catalog.indicators.values() if i.status == "active" and i.id not in tested)
    untested = () if wanted else tuple(sorted(active))
    return Selection(tests, tuple(problems), untested, loaded.catalog, registry, loaded.expressions)


def _file_named(file: str, paths: Sequence[Path]) -> bool:
    """Whether a path is this very file: naming an indicator's file runs its tests."""
    return Path(file).resolve() in paths


def _not_run(chosen: Iterable[Document], tests: Iterable[IndicatorTest]) -> Iterator[Problem]:
    """Tests that had to be left out; a run that says nothing of them would pass for the wrong reason."""
    ran = {test.place.file for test in tests}
    for document in chosen:
        if document.file not in ran:
            message = f"the test of {document.id} was not run: it, its indicator or what that needs has problems"
            yield Problem("MS613", message, document.place, "metricspec check says what is wrong")
