"""Finding and loading a project: the shipped catalogue, the project's own specs, its binding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from metricspec.model import Project as Described
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.reading.load import Loaded, load_project
from metricspec.reading.load import load as read
from metricspec.reading.mentions import dependents
from metricspec.reading.reader import Reader
from metricspec.reading.schemas import Schemas
from metricspec.reading.suggest import hint
from metricspec.registry import Registry
from metricspec.running.plugins import check_problems, project_registry, unlocked
from metricspec.running.project import Project

FILE = "metricspec.yaml"


def load(folder: Path | str | None = None, *, registry: Registry | None = None) -> Project:
    """The project in `folder` (default: this folder if it is one, else the shipped catalogue alone), with the plugins that
    it names, or those of a given registry.

    Specs with problems are left out and named in `Project.problems`; what is wrong with plugins stands in
    `Project.registry.problems`. Raises UsageError where the folder is no project, SpecError where its metricspec.yaml has
    problems or its lock does not fit the plugins that are installed.
    """
    root = Path(folder) if folder is not None else Path()
    described = opened_project(root, demanded=folder is not None)
    registry = registry or project_registry(described)
    if described is None:
        return _project(read(registry.spec_folders, registry), registry, root)
    loaded = read([*registry.spec_folders, *(root / name for name in described.specs)], registry)
    project = replace(_project(loaded, registry, root), warehouse=described.warehouse, name=described.id)
    if described.binding is None:
        return project
    if described.binding not in loaded.catalog.bindings:
        broken = [p for p in loaded.problems if p.severity == "error"]
        raise SpecError([*broken, *_no_binding(described, loaded)])
    return replace(project, binding=loaded.catalog.bindings[described.binding])


def _no_binding(described: Described, loaded: Loaded) -> list[Problem]:
    """That the project's binding is nowhere; what is wrong with one that is there are its own problems."""
    written = {document.id for document in loaded.documents.values() if document.kind == "binding"}
    if described.binding is None or described.binding in written:
        return []
    offered = hint(described.binding, loaded.catalog.bindings, "there are")
    return [Problem("MS201", f"there is no binding '{described.binding}'", described.place, offered)]


def _project(loaded: Loaded, registry: Registry, folder: Path) -> Project:
    written = {document.id for document in loaded.documents.values() if document.kind == "indicator"}
    whole = {one.id for several in loaded.catalog.versions.values() for one in several} | set(loaded.catalog.indicators)
    broken = frozenset(written - whole)
    return Project(loaded.catalog, registry, loaded.expressions, folder, None, loaded.problems, broken)


def open_project(root: Path, demanded: bool, reader: Reader | None = None) -> tuple[Described | None, list[Problem]]:
    """What the metricspec.yaml of a folder says, and its problems. Raises UsageError where one is demanded and not there."""
    reader = reader or Reader()
    if reader.is_file(root / FILE):
        opened = load_project(root / FILE, reader)
        return opened.project, list(opened.problems)
    if demanded:
        raise UsageError(f"{root} is not a project: there is no {FILE} (metricspec demo makes one to learn from)")
    return None, []


def opened_project(root: Path, demanded: bool) -> Described | None:
    """The same for who cannot go on with problems. Raises SpecError where there are any."""
    described, problems = open_project(root, demanded)
    if problems:
        raise SpecError(problems)
    return described


def read_for_check(
    root: Path,
    described: Described | None,
    registry: Registry,
    paths: Sequence[Path] = (),
    reader: Reader | None = None,
) -> Loaded:
    """The shipped specs, those of the project in `root`, and those beside or below `paths`."""
    folders = [*registry.spec_folders, *(root / name for name in (described.specs if described else ()))]
    inside = [f.resolve() for f in folders]
    for path in paths:
        place = path.resolve()
        home = place if place.is_dir() else place.parent
        if place != (root / FILE).resolve() and not any(home == known or known in home.parents for known in inside):
            folders.append(path if path.is_dir() else path.parent)
            inside.append(home)
    return read(folders, registry, reader)


def all_problems(described: Described | None, registry: Registry, loaded: Loaded) -> list[Problem]:
    """Everything that a check tells of a project, beside what is wrong in its metricspec.yaml."""
    own = [*_no_binding(described, loaded), *unlocked(described)] if described is not None else []
    return [*registry.problems, *loaded.problems, *check_problems(registry, loaded.catalog), *own]


def load_for_check(paths: Sequence[Path], folder: Path | None, *, affected: bool = False) -> tuple[int, list[Problem]]:
    """How many files were checked, and their problems. With `paths`, only those files are reported on (`affected`: and
    those that depend on them; and plugins that could not be loaded), though everything else is read too, so that
    references resolve."""
    root = folder or Path()
    described, problems = open_project(root, folder is not None)
    registry = project_registry(described)
    for path in paths:
        if path.is_file() and path.suffix not in (".yaml", ".yml"):
            raise UsageError(f"{path} is no spec: specs are files that end in .yaml")
    loaded = read_for_check(root, described, registry, paths)
    problems.extend(all_problems(described, registry, loaded))
    files = [Path(name) for name in loaded.documents]
    if paths:
        wanted = [p.resolve() for p in paths]
        if affected:
            wanted += affected_files(loaded, registry, wanted)
        own = [root / FILE] if under(root / FILE, wanted) and (root / FILE).is_file() else []
        files = [f for f in (*files, *own) if under(f, wanted)]
        named = {one.place for one in registry.provided if one.place.file}  # a plugin's check that failed
        problems = [
            p for p in problems if p in registry.problems or p.place in named or under(Path(p.place.file), wanted)
        ]
        if not files and not problems:
            raise UsageError(f"there are no specs in {', '.join(str(p) for p in paths)}")
    return len(files), problems


def affected_files(loaded: Loaded, registry: Registry, wanted: Sequence[Path]) -> list[Path]:
    """The files of `wanted`, and those of all documents that depend on what is in them."""
    documents = loaded.documents.values()
    changed = [document for document in documents if under(Path(document.file), wanted)]
    return [
        Path(file).resolve()
        for file in dependents(documents, Schemas(registry.measure_types, registry.elsewhere), changed)
    ]


def under(path: Path, wanted: Sequence[Path]) -> bool:
    """Whether a path is one of some, or lies in one of them."""
    place = path.resolve()
    return any(place == one or one in place.parents for one in wanted)
