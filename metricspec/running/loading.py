"""Finding and loading a project: the shipped catalogue, the project's own specs, its binding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from metricspec.problems import Problem, SpecError, UsageError
from metricspec.reading.load import Loaded, load_project
from metricspec.reading.load import load as read
from metricspec.reading.mentions import dependents
from metricspec.reading.reader import Reader
from metricspec.reading.schemas import Schemas
from metricspec.reading.suggest import hint
from metricspec.registry import Registry, load_registry
from metricspec.running.project import Project

FILE = "metricspec.yaml"


def load(folder: Path | str | None = None, *, registry: Registry | None = None) -> Project:
    """The project in `folder` (default: this folder if it is one, else the shipped catalogue alone).

    Specs with problems are left out and named in `Project.problems`. Raises UsageError where the folder is no
    project, SpecError where its metricspec.yaml has problems.
    """
    registry = registry or load_registry()
    root = Path(folder) if folder is not None else Path()
    if not (root / FILE).is_file():
        if folder is not None:
            raise UsageError(f"{root} is not a project: there is no {FILE} (metricspec demo makes one to learn from)")
        return _project(read(registry.spec_folders, registry), registry, root)
    opened = load_project(root / FILE)
    if opened.project is None:
        raise SpecError(opened.problems)
    described = opened.project
    loaded = read([*registry.spec_folders, *(root / name for name in described.specs)], registry)
    project = replace(_project(loaded, registry, root), warehouse=described.warehouse)
    if described.binding is None:
        return project
    if described.binding not in loaded.catalog.bindings:
        offered = hint(described.binding, loaded.catalog.bindings, "there are")
        broken = [p for p in loaded.problems if p.severity == "error"]
        written = {document.id for document in loaded.documents.values() if document.kind == "binding"}
        if described.binding in written:
            raise SpecError(broken)
        missing = Problem("MS201", f"there is no binding '{described.binding}'", described.place, offered)
        raise SpecError([*broken, missing])
    return replace(project, binding=loaded.catalog.bindings[described.binding])


def _project(loaded: Loaded, registry: Registry, folder: Path) -> Project:
    written = {document.id for document in loaded.documents.values() if document.kind == "indicator"}
    broken = frozenset(written - set(loaded.catalog.indicators))
    return Project(loaded.catalog, registry, loaded.expressions, folder, None, loaded.problems, broken)


@dataclass(frozen=True)
class Found:
    """What was read for a check: the specs, and all that is wrong with them and with the project's own file."""

    loaded: Loaded
    problems: tuple[Problem, ...]


def read_for_check(root: Path, registry: Registry, paths: Sequence[Path] = (), reader: Reader | None = None) -> Found:
    """The shipped specs, those of the project in `root` if it is one, and those beside or below `paths`."""
    reader = reader or Reader()
    folders = list(registry.spec_folders)
    problems: list[Problem] = []
    if reader.is_file(root / FILE):
        opened = load_project(root / FILE, reader)
        problems.extend(opened.problems)
        folders += [root / name for name in opened.project.specs] if opened.project else []
    inside = [f.resolve() for f in folders]
    for path in paths:
        place = path.resolve()
        home = place if place.is_dir() else place.parent
        if place != (root / FILE).resolve() and not any(home == known or known in home.parents for known in inside):
            folders.append(path if path.is_dir() else path.parent)
            inside.append(home)
    loaded = read(folders, registry, reader)
    return Found(loaded, (*problems, *loaded.problems))


def load_for_check(paths: Sequence[Path], folder: Path | None, *, affected: bool = False) -> tuple[int, list[Problem]]:
    """How many files were checked, and their problems. With `paths`, only those files are reported on (`affected`: and
    those that depend on them), though everything else is read too, so that references resolve."""
    registry = load_registry()
    root = folder or Path()
    if folder is not None and not (root / FILE).is_file():
        raise UsageError(f"{root} is not a project: there is no {FILE}")
    for path in paths:
        if path.is_file() and path.suffix not in (".yaml", ".yml"):
            raise UsageError(f"{path} is no spec: specs are files that end in .yaml")
    found = read_for_check(root, registry, paths)
    files, problems = [Path(name) for name in found.loaded.documents], list(found.problems)
    if paths:
        wanted = [p.resolve() for p in paths]
        if affected:
            wanted += affected_files(found.loaded, registry, wanted)
        own = [root / FILE] if _under(root / FILE, wanted) and (root / FILE).is_file() else []
        files = [f for f in (*files, *own) if _under(f, wanted)]
        problems = [p for p in problems if _under(Path(p.place.file), wanted)]
        if not files and not problems:
            raise UsageError(f"there are no specs in {', '.join(str(p) for p in paths)}")
    return len(files), problems


def affected_files(loaded: Loaded, registry: Registry, wanted: Sequence[Path]) -> list[Path]:
    """The files of `wanted`, and those of all documents that depend on what is in them."""
    documents = loaded.documents.values()
    changed = [document for document in documents if _under(Path(document.file), wanted)]
    return [Path(file).resolve() for file in dependents(documents, Schemas(registry.measure_types), changed)]


def _under(path: Path, wanted: Sequence[Path]) -> bool:
    place = path.resolve()
    return any(place == one or one in place.parents for one in wanted)
