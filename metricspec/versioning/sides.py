"""Where the two sides of a comparison come from: the working tree, a folder, or a git revision of the project."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from metricspec.problems import Problem, UsageError
from metricspec.reading.document import read_document
from metricspec.reading.load import Loaded, assemble
from metricspec.reading.paths import leads_out, path_fault
from metricspec.reading.reader import Reader as Files
from metricspec.reading.reader import spec_files
from metricspec.registry import Registry
from metricspec.running.loading import FILE, opened_project
from metricspec.running.plugins import project_registry
from metricspec.running.project import Project
from metricspec.versioning.closure import depends_on
from metricspec.versioning.git import Blob, Repository
from metricspec.versioning.snapshot import Reader, Snapshot, Spec, Written


@dataclass(frozen=True)
class Side:
    """One side of a comparison: what it is called, and what it holds."""

    name: str
    snapshot: Snapshot

    @cached_property
    def loaded(self) -> Loaded:
        """The side's specs held together, with the problems that they have of each other."""
        documents = [spec.document for specs in self.snapshot.specs.values() for spec in specs]
        return assemble(documents, self.snapshot.registry)

    @property
    def faulty(self) -> tuple[str, ...]:
        """The files of specs with errors that show only where specs are held together."""
        return tuple(dict.fromkeys(p.place.file for p in self.loaded.problems if p.severity == "error"))

    def errors(self, spec: Spec) -> tuple[Problem, ...]:
        """Why a spec gives no results: the errors in it, in its other versions, and in what an indicator depends on."""
        needed = depends_on(self.snapshot, spec) if spec.key[0] == "indicator" else ()
        others = [one for key in (spec.key, *needed) for one in self.snapshot.specs[key]]
        files = {one.document.file for one in others}
        return tuple(p for p in self.loaded.problems if p.severity == "error" and p.place.file in files)

    def project(self, current: Project) -> Project:
        """The side's specs over the data of a project: its binding, folder and warehouse."""
        loaded = self.loaded
        broken = frozenset(self.snapshot.catalog.indicators) - set(loaded.catalog.indicators)
        return replace(
            current,
            catalog=loaded.catalog,
            registry=self.snapshot.registry,
            expressions=loaded.expressions,
            problems=loaded.problems,
            broken=broken,
        )


class Sides:
    """Reads sides of one project; what both have in common is read once."""

    def __init__(self, root: Path, registry: Registry) -> None:
        self.root = root
        self.registry = registry
        self.reader = Reader(registry)

    def working_tree(self) -> Side:
        """The project as it lies in its folder; without one, the shipped catalogue."""
        shipped = [one for folder in self.registry.spec_folders for one in on_disk(folder)]
        return self._side("the working tree", [*shipped, *self._of_project(self.root)])

    def folder(self, folder: Path) -> Side:
        """A project's folder, or a folder of specs, behind which the shipped ones stand."""
        shipped = [one for place in self.registry.spec_folders for one in on_disk(place)]
        if (folder / FILE).is_file():
            return self._side(str(folder), [*shipped, *self._of_project(folder)])
        files = list(on_disk(folder))
        if not files:
            raise UsageError(f"there are no specs in {folder}")
        return self._side(str(folder), files, shipped)

    def revision(self, name: str) -> Side:
        """The project as it was committed. Shipped specs are those of the revision only where they belong to the same
        repository. Raises UsageError where there is no such revision."""
        repository = Repository.around(self.root)
        tree = Tree(repository, repository.commit(name), self.root, self.registry)
        return self._side(name, tree.written(self.reader.knows))

    def _side(self, name: str, files: Iterable[Written], behind: Iterable[Written] = ()) -> Side:
        return Side(name, self.reader.snapshot(files, behind))

    @staticmethod
    def _of_project(root: Path) -> Iterator[Written]:
        if (root / FILE).is_file():
            described = opened_project(root, demanded=True)
            for name in described.specs if described else ():
                yield from on_disk(root / name)


def opened(folder: Path | None) -> Sides:
    """The sides of the project in a folder (default: this one), with the plugins that it names. Raises UsageError where the
    folder is no project, SpecError where its metricspec.yaml has problems."""
    root = folder or Path()
    return Sides(root, project_registry(opened_project(root, demanded=folder is not None)))


@dataclass(frozen=True)
class Tree:
    """A commit of a project's repository."""

    repository: Repository
    commit: str
    root: Path
    registry: Registry

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of specs that lie in the repository: the shipped ones where they are committed, then the project's."""
        shipped = (self._inside(folder) for folder in self.registry.spec_folders)
        own = (self._inside(self.root / name) for name in self._specs())
        return tuple(dict.fromkeys(folder for folder in (*filter(self._kept, shipped), *own) if folder is not None))

    def blobs(self) -> tuple[Blob, ...]:
        folders = self.folders
        return (
            ()
            if not folders
            else tuple(b for b in self.repository.files(self.commit, folders) if b.path.endswith(".yaml"))
        )

    def beside(self) -> Iterator[Written]:
        """Shipped specs that do not belong to the repository: as they are installed."""
        for folder in self.registry.spec_folders:
            if not self._kept(self._inside(folder)):
                yield from on_disk(folder)

    def written(self, known: Callable[[str, str], bool]) -> list[Written]:
        """All files of specs; the bytes of those that are known already are not fetched again."""
        blobs = self.blobs()
        files = {blob: self._file(blob) for blob in blobs}
        contents = self.repository.contents(blob.id for blob, file in files.items() if not known(file, blob.id))
        own = (Written(file, contents.get(blob.id, b""), blob.id) for blob, file in files.items())
        return [*self.beside(), *own]

    def _file(self, blob: Blob) -> str:
        """A file by the name that it has, or would have, in the working tree."""
        path, home = self.repository.root / blob.path, self.root.resolve()
        return str(self.root / path.relative_to(home) if path.is_relative_to(home) else path)

    def _kept(self, folder: str | None) -> bool:
        """Whether a folder has files in this commit or in the last one: an installed package may lie in the repository's
        folder and not belong to it."""
        if folder is None:
            return False
        commits = (self.commit, self.repository.commit("HEAD"))
        return any(self.repository.files(commit, [folder]) for commit in commits)

    def _inside(self, folder: Path) -> str | None:
        """A folder's path in the repository; None where it lies elsewhere."""
        path = Path(os.path.normpath(folder.resolve()))
        if not self._contains(path):
            return None
        return "" if path == self.repository.root else path.relative_to(self.repository.root).as_posix()

    def _contains(self, path: Path) -> bool:
        return path == self.repository.root or self.repository.root in path.parents

    def _specs(self) -> Sequence[str]:
        """The folders of specs that the project named in this commit, as far as they lie in it."""
        file = self._inside(self.root / FILE)
        found = [blob for blob in self.repository.files(self.commit, [file]) if blob.path == file] if file else []
        if not found:
            return ()
        document, _ = read_document(FILE, self.repository.contents([found[0].id])[found[0].id])
        data = document.data if document is not None and isinstance(document.nodes.data, Mapping) else {}
        named = data.get("specs", ())
        texts = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
        return [name for name in texts if path_fault(name) is None and not leads_out(self.root / name, self.root)]


def on_disk(folder: Path) -> Iterator[Written]:
    """The specs below a folder, each with the id that git would give its content; no links that lead out of it."""
    for path in spec_files(folder, Files(), []):
        if path.suffix == ".yaml" and path.is_file():
            content = path.read_bytes()
            mark = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            yield Written(str(path), content, mark)
