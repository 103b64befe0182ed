"""Reads files of specs: from the disk, or as they stand unsaved in an editor; what did not change is not read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from metricspec.problems import Place, Problem
from metricspec.reading.document import Document, read_document
from metricspec.reading.paths import leads_out

T = TypeVar("T")
Read = tuple[Document | None, tuple[Problem, ...]]
SUFFIXES = (".yaml", ".yml")


class Reader:
    """`texts` are unsaved texts by resolved path: they stand for what lies on the disk, or for files not there yet.

    One reader belongs to one registry: what it keeps of a file follows from its content and from the measure types.
    """

    def __init__(self, texts: Mapping[Path, str] | None = None) -> None:
        self.texts: Mapping[Path, str] = texts if texts is not None else {}
        self._read: dict[str, tuple[bytes, Read]] = {}
        self._kept: dict[tuple[str, str], tuple[Document, Any]] = {}

    def paths(self, folder: Path) -> list[Path]:
        """The files of specs below a folder."""
        found = {path for path in folder.rglob("*") if path.suffix in SUFFIXES}
        inside = folder.resolve()
        found |= {
            folder / path.relative_to(inside)
            for path in self.texts
            if path.suffix in SUFFIXES and path.is_relative_to(inside)
        }
        return sorted(found)

    def is_file(self, path: Path) -> bool:
        return path.resolve() in self.texts or path.is_file()

    def document(self, path: Path) -> Read:
        """The document in a file with what is wrong with it as YAML; problem MS008 where it cannot be read."""
        file = str(path)
        try:
            content = self._content(path)
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            return None, (Problem("MS008", f"the file cannot be read: {reason}", Place(file)),)
        mark = sha256(content).digest()
        known = self._read.get(file)
        if known is not None and known[0] == mark:
            return known[1]
        read = read_document(file, content)
        self._read[file] = mark, read
        return read

    def kept(self, what: str, document: Document, make: Callable[[], T]) -> T:
        """What `make` yields of a document, made once while the document stays what it is."""
        known = self._kept.get((what, document.file))
        if known is not None and known[0] is document:
            made: T = known[1]
            return made
        made = make()
        self._kept[what, document.file] = document, made
        return made

    def _content(self, path: Path) -> bytes:
        text = self.texts.get(path.resolve()) if self.texts else None
        return path.read_bytes() if text is None else text.encode("utf-8", "surrogatepass")


def spec_files(folder: Path, reader: Reader, problems: list[Problem]) -> Iterator[Path]:
    """The files of specs below a folder; of a link that leads out of it there is a problem instead."""
    for path in reader.paths(folder):
        if leads_out(path, folder):
            message = "the file is not read: it is a link that leads out of its folder"
            problems.append(Problem("MS507", message, Place(str(path)), "put the file itself there"))
        else:
            yield path
