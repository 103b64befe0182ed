"""What an editor has open of one project: its unsaved texts over what lies on the disk, and what was read of them last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from metricspec.model import Catalog, Project
from metricspec.problems import Problem, SpecError
from metricspec.reading.corpus import SHELVES
from metricspec.reading.document import Document, read_document
from metricspec.reading.load import Loaded
from metricspec.reading.reader import Reader
from metricspec.reading.schemas import Schemas
from metricspec.registry import Registry, load_registry
from metricspec.running.loading import FILE, all_problems, open_project, read_for_check
from metricspec.running.plugins import lock_file, project_registry


class Desk:
    """One project, or the shipped specs alone where `root` holds no project.

    `catalog` is what was whole when it was last so: a dataset does not vanish while somebody types in it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts: dict[Path, str] = {}
        self.known_plugins: object = ((), b"")
        self.loaded: Loaded | None = None
        self._take(load_registry())
        self.catalog = Catalog()
        self.documents: Mapping[tuple[str, str], Document] = MappingProxyType({})

    def _take(self, registry: Registry) -> None:
        """Work with what is installed and named; what was read under another registry counts no more."""
        self.registry = registry
        self.reader = Reader(self.texts)
        self.schemas = Schemas(registry.measure_types, registry.elsewhere)

    def look(self) -> tuple[Problem, ...]:
        """Read everything again that changed; all problems, exactly as `metricspec check` finds them. Where the lock does not
        fit, which stops a check, that is one more: the specs are read with the plugins that were known before."""
        described, problems = open_project(self.root, False, self.reader)
        saved, _ = open_project(self.root, False)  # plugins follow what is saved, not each letter that is typed
        named = _plugins(saved) if saved is not None else self.known_plugins
        if named != self.known_plugins:
            try:
                self._take(project_registry(saved))
                self.known_plugins = named
            except SpecError as refused:
                problems += refused.problems
        loaded = self.loaded = read_for_check(self.root, described, self.registry, self._outside(), self.reader)
        documents: dict[tuple[str, str], Document] = {}
        for document in loaded.documents.values():
            if document.kind != "test":
                documents.setdefault((document.kind, document.id), document)
        self.documents = MappingProxyType(documents)
        self.catalog = _over(self.catalog, loaded.catalog, documents)
        return (*problems, *all_problems(described, self.registry, loaded))

    def _outside(self) -> list[Path]:
        """Open documents of ours, which may lie in no folder of specs."""
        return [path for path, text in sorted(self.texts.items()) if path.name != FILE and _ours(text)]

    def has(self, path: Path) -> bool:
        """Whether a file was read for this project."""
        return self.loaded is not None and any(Path(file).resolve() == path for file in self.loaded.documents)

    def text(self, path: Path) -> str:
        """A file's text as it is now; empty where it cannot be read."""
        if path in self.texts:
            return self.texts[path]
        try:
            return path.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def document(self, path: Path) -> Document | None:
        """The document in a file as it is now, if it can be read."""
        document, _ = read_document(str(path), self.text(path).encode("utf-8", "surrogatepass"))
        return document if document is not None and isinstance(document.nodes.data, dict) else None

    def schema(self, document: Document) -> Mapping[str, Any]:
        return self.schemas.schema(document.kind, document.data)

    def named(self, kind: str, id_: str) -> Document | None:
        """The document of an id, or of one version of it (`id@N`)."""
        return self.documents.get((kind, id_)) or self.documents.get((kind, id_.partition("@")[0]))

    def ids(self, kind: str) -> Iterator[tuple[str, str]]:
        """The ids of a kind, each with its title."""
        shelf = getattr(self.catalog, SHELVES[kind])
        for of, id_ in sorted(self.documents):
            if of == kind:
                yield id_, str(getattr(shelf.get(id_), "title", ""))


def _plugins(project: Project) -> object:
    """What tells whether plugins must be looked at anew: which are named, and their lock."""
    if not project.plugins:
        return (), b""
    lock = lock_file(project)
    locked = lock.read_bytes() if lock.is_file() else b""
    return tuple((one.package, one.versions) for one in project.plugins), locked


def _ours(text: str) -> bool:
    """Whether a text is a document of ours: other YAML that an editor opens is none of our business."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "").startswith("metricspec:")


def _over(earlier: Catalog, now: Catalog, written: Mapping[tuple[str, str], Document]) -> Catalog:
    """What is whole now, and what was whole before and is still written."""
    shelves: dict[str, Any] = {}
    for kind, shelf in SHELVES.items():
        kept = {id_: one for id_, one in getattr(earlier, shelf).items() if (kind, id_) in written}
        shelves[shelf] = {**kept, **getattr(now, shelf)}
    return Catalog(**shelves, tests=now.tests, versions=now.versions)
