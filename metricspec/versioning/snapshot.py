"""Specs as they stood at one time: each with its document and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from metricspec.compiler import Compiler
from metricspec.measure import MeasureType
from metricspec.model import Catalog, Indicator
from metricspec.problems import SpecError, UsageError
from metricspec.reading.build_indicator import build_indicator
from metricspec.reading.corpus import SHELVES
from metricspec.reading.document import Document, read_document
from metricspec.reading.load import BUILDERS
from metricspec.reading.schema_problems import schema_problems
from metricspec.reading.schemas import Schemas
from metricspec.reading.versions import side_by_side
from metricspec.registry import Registry
from metricspec.scopes import Expressions
from metricspec.versioning.bumps import numbers

Key = tuple[str, str]  # the kind of a document and its id
Reads = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Spec:
    """A document and the model made of it. `mark` is the same only where the bytes are the same."""

    document: Document
    model: Any
    mark: str

    @property
    def key(self) -> Key:
        return self.document.kind, self.document.id

    @property
    def names(self) -> frozenset[str]:
        """What an indicator is called by: its id, and id@N for this version alone."""
        return frozenset((self.document.id, f"{self.document.id}@{self.version[0]}"))

    @property
    def version(self) -> tuple[int, int, int]:
        """The version; of what has none, the lowest."""
        return numbers(str(self.document.data.get("version", "0.0.0")))


@dataclass(frozen=True)
class Broken:
    """A file whose spec could not be taken, with its kind and id where they show."""

    file: str
    key: Key | None


@dataclass(frozen=True)
class Written:
    """A file as it stood: what to call it, its bytes, and a mark of them."""

    file: str
    content: bytes
    mark: str


class Reader:
    """Reads files, each content once: what was read before is known by its mark."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.schemas = Schemas(registry.measure_types)
        self._read: dict[tuple[str, str], Spec | Broken | None] = {}

    def knows(self, file: str, mark: str) -> bool:
        """Whether a file was read before with the same content, so that its content need not be given again."""
        return (file, mark) in self._read

    def spec(self, one: Written) -> Spec | Broken | None:
        """The spec in a file, or that it has problems of its own; None for what is another document."""
        memory = (one.file, one.mark)
        if memory not in self._read:
            self._read[memory] = self._spec(one)
        return self._read[memory]

    def _spec(self, one: Written) -> Spec | Broken | None:
        document, problems = read_document(one.file, one.content)
        if document is None:
            return Broken(one.file, None)
        if document.kind not in SHELVES:
            return None
        unread = document.nodes.data is None or any(p.severity == "error" for p in problems)
        if unread or schema_problems(document, self.schemas):
            return Broken(one.file, (document.kind, document.id))
        return Spec(document, self._built(document), one.mark)

    def _built(self, document: Document) -> Any:
        if document.kind == "indicator":
            return build_indicator(document, self.schemas.measure_types[document.data["measure"]["type"]])
        return BUILDERS[document.kind](document)

    def snapshot(self, files: Iterable[Written], behind: Iterable[Written] = ()) -> Snapshot:
        """All that some files hold. Of two that define one thing the first counts; indicators may have several versions.
        Files that stand `behind` are there for what the others refer to and do not define."""
        found: dict[Key, list[Spec]] = {}
        broken = []
        for one in files:
            spec = self.spec(one)
            if not isinstance(spec, Spec):
                broken += [spec] if spec else []
                continue
            same = found.setdefault(spec.key, [])
            if not same or (spec.document.kind == "indicator" and spec.version[0] not in [s.version[0] for s in same]):
                same.append(spec)
        others = (spec for one in behind if isinstance(spec := self.spec(one), Spec))
        more = {spec.key: [spec] for spec in others if spec.key not in found}
        specs = {key: tuple(sorted(same, key=lambda s: s.version)) for key, same in {**found, **more}.items()}
        return Snapshot(MappingProxyType(specs), self.registry, tuple(broken), frozenset(more))


@dataclass(frozen=True)
class Snapshot:
    """What some files hold together; `broken` is what could not be taken, `behind` what is there only to be
    referred to."""

    specs: Mapping[Key, tuple[Spec, ...]]
    registry: Registry
    broken: tuple[Broken, ...] = ()
    behind: frozenset[Key] = frozenset()
    _reads: dict[str, Reads | None] = field(default_factory=dict, compare=False, repr=False)

    def spec(self, kind: str, id_: str) -> Spec | None:
        """Something by its kind and id; of an indicator the newest version in use."""
        if kind == "indicator":
            return self._named.get(id_)
        found = self.specs.get((kind, id_))
        return found[-1] if found else None

    def own(self, key: Key) -> tuple[Spec, ...]:
        """The versions of something, none of what only stands behind."""
        return () if key in self.behind else self.specs.get(key, ())

    def in_use(self, key: Key) -> tuple[Spec, ...]:
        """The versions that a plain id means, each in its years: no drafts, where there is anything else."""
        several = self.specs.get(key, ())
        return tuple(spec for spec in several if spec.model.status != "draft") or several

    @cached_property
    def unread(self) -> frozenset[Key]:
        """What is there, wholly or in part, in files that could not be taken: nobody can say that it is gone or new."""
        return frozenset(one.key for one in self.broken if one.key is not None)

    def mended(self, before: Snapshot) -> Snapshot:
        """The same, with what is broken as it stood before."""
        specs = dict(self.specs)
        for key in self.unread:
            known = {spec.version[0]: spec for spec in (*before.specs.get(key, ()), *specs.get(key, ()))}
            if known:
                specs[key] = tuple(known[number] for number in sorted(known))
        return Snapshot(MappingProxyType(specs), self.registry, behind=self.behind)

    def names(self) -> frozenset[str]:
        """What the indicators are called by, in all their versions."""
        keys = [("indicator", id_) for id_ in self.ids("indicator")]
        return frozenset(name for key in keys for spec in self.specs[key] for name in spec.names)

    def ids(self, kind: str) -> tuple[str, ...]:
        return tuple(key[1] for key in self.specs if key[0] == kind and key not in self.behind)

    @cached_property
    def catalog(self) -> Catalog:
        shelves: dict[str, Any] = {shelf: {} for shelf in SHELVES.values()}
        for (kind, id_), specs in self.specs.items():
            if kind != "indicator":
                shelves[SHELVES[kind]][id_] = specs[-1].model
        indicators = {name: replace(spec.model, id=name) for name, spec in self._named.items()}
        shelves["indicators"], shelves["versions"] = side_by_side(indicators)
        return Catalog(**shelves)

    @cached_property
    def _named(self) -> Mapping[str, Spec]:
        """Indicators by the name of each version: the plain id, or id@N beside a newer one."""
        found: dict[str, Spec] = {}
        for key, several in self.specs.items():
            if key[0] == "indicator":
                newest = self.in_use(key)[-1]
                found |= {key[1] if one is newest else f"{key[1]}@{one.version[0]}": one for one in several}
        return found

    def name(self, spec: Spec) -> str:
        """What to call a version where it is compiled or run: id@N where there are several."""
        return f"{spec.document.id}@{spec.version[0]}" if len(self.specs[spec.key]) > 1 else spec.document.id

    @cached_property
    def schemas(self) -> Schemas:
        return Schemas(self.registry.measure_types)

    @cached_property
    def expressions(self) -> Expressions:
        return Expressions(self.catalog)

    def measure_type(self, indicator: Indicator) -> MeasureType:
        return self.registry.measure_types[indicator.measure_type]

    def reads(self, indicator: str) -> Reads | None:
        """The columns that an indicator reads of each dataset; None where that cannot be told."""
        if indicator not in self._reads:
            try:
                compiler = Compiler(self.catalog, self.registry, self.expressions, laid_out=False)
                self._reads[indicator] = compiler.plan([indicator]).reads
            except (SpecError, UsageError, KeyError, AssertionError):  # it names what is not there
                self._reads[indicator] = None
        return self._reads[indicator]
