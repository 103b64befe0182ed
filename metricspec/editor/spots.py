"""What stands at a place of a text that somebody is writing: its path in the document, though the text may be broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from metricspec.reading.document import Document, read_document
from metricspec.reading.yaml_nodes import Nodes, Path, read_nodes

MARK = "x_here_x"
_WORD = re.compile(r"[A-Za-z0-9_.\-]*")


@dataclass(frozen=True)
class Spot:
    """A key or a value of a document: `start` and `end` are where it stands in the text."""

    document: Document
    path: Path
    key: bool
    start: int
    end: int

    @property
    def value(self) -> Any:
        return value_at(self.document.data, self.path)


@dataclass(frozen=True)
class Gap:
    """Where something is being written: a key of the block at `path`, or the value at `path`.

    `before` is what of it stands before the cursor, `start` and `end` what a proposal replaces. `nodes` are those of the
    text with a mark in the place of what is written; `document` is None where its heading is not there yet. `colon`: one
    stands behind a key already; `flow`: it is inside { } or [ ].
    """

    nodes: Nodes
    document: Document | None
    path: Path
    key: bool
    before: str
    start: int
    end: int
    colon: bool = False
    flow: bool = False

    @property
    def cursor(self) -> int:
        return self.start + len(self.before)


def value_at(data: Any, path: Path) -> Any:
    """The value at a path, or None."""
    try:
        for step in path:
            data = data[step]
    except (KeyError, IndexError, TypeError):
        return None
    return data


def readable(file: str, text: str, offset: int) -> Document | None:
    """The document in a text; of a broken one, what stands before the line after `offset`."""
    cut = text.find("\n", offset)
    for tried in (text, text[: cut if cut >= 0 else len(text)], text[: text.rfind("\n", 0, offset) + 1]):
        document, _ = read_document(file, tried.encode("utf-8", "surrogatepass"))
        if document is not None and isinstance(document.nodes.data, dict):
            return document
    return None


def spot_at(file: str, text: str, offset: int) -> Spot | None:
    """The key or scalar at an offset."""
    document = readable(file, text, offset)
    if document is None:
        return None
    nodes = document.nodes
    for key, table in ((True, nodes.keys), (False, nodes.values)):
        for path, (start, end) in table.items():
            if start <= offset < max(end, start + 1) and path:
                scalar = not isinstance(value_at(nodes.data, path), dict | list)
                if key or (scalar and end > start):
                    return Spot(document, path, key, start, end)
    return None


def gap_at(file: str, text: str, offset: int) -> Gap | None:
    """Where something is being written at an offset."""
    inside = _inside_text(file, text, offset)
    if inside is not None:
        return inside
    for marked, before, start, end in _marked(text, offset):
        after = marked.find("\n", start)
        for tried in (marked, marked[: after if after >= 0 else len(marked)]):
            nodes, _ = read_nodes(file, tried.encode("utf-8", "surrogatepass"))
            found = _marks(nodes.data, ())
            if found is not None:
                path, key = found
                document, _ = read_document(file, tried.encode("utf-8", "surrogatepass"))
                line = text[text.rfind("\n", 0, start) + 1 : start]
                colon = key and text[end : end + 1] == ":"
                return Gap(nodes, document, path, key, before, start, end, colon, "{" in line or "[" in line)
    return None


def _inside_text(file: str, text: str, offset: int) -> Gap | None:
    """Inside a value of several lines or in quotes, which stays as it is."""
    document, _ = read_document(file, text.encode("utf-8", "surrogatepass"))
    if document is None or not isinstance(document.nodes.data, dict):
        return None
    for path, (start, end) in document.nodes.values.items():
        raw = text[start:end]
        if start < offset < end and isinstance(value_at(document.data, path), str) and ("\n" in raw or raw[0] in "'\""):
            opened = start + (raw[0] in "'\"")
            return Gap(document.nodes, document, path, False, text[opened:offset], opened, offset)
    return None


def _marked(text: str, offset: int) -> Iterator[tuple[str, str, int, int]]:
    """The text with a mark where it is written, in the ways that YAML may take it; and what the mark stands for."""
    line_start = text.rfind("\n", 0, offset) + 1
    found = text.find("\n", offset)
    line_end = found if found >= 0 else len(text)
    line, column = text[line_start:line_end], offset - line_start
    head = re.match(r"\s*(?:- +)*(?:(?P<key>[A-Za-z0-9_.'\"-]+):(?: +|$))?", line[:column])
    begin = head.end() if head else 0
    flow = max(line.rfind(c, begin, column) for c in "{[,") if re.match(r"[{\[]", line[begin:column]) else -1
    if flow >= 0:
        yield from _in_braces(text, line_start, line_end, flow + 1, column)
        return
    start, before = line_start + begin, line[begin:column]
    value_end = line_start + column + len(line[column:].partition(" #")[0].rstrip())
    if head and head["key"]:
        yield f"{text[:start]}{MARK}{text[line_end:]}", before, start, value_end
        return
    word = _WORD.match(line, begin)
    end = line_start + (word.end() if word else column)
    rest = line[end - line_start :]
    if rest.startswith(":"):
        yield f"{text[:start]}{MARK}{text[end:]}", before, start, end
    else:
        yield f"{text[:start]}{MARK}:{text[line_end:]}", before, start, end
        yield f"{text[:start]}{MARK}{text[line_end:]}", before, start, value_end


def _in_braces(
    text: str, line_start: int, line_end: int, begin: int, column: int
) -> Iterator[tuple[str, str, int, int]]:
    """The same inside { } or [ ], of which the last may not be written yet."""
    line = text[line_start:line_end]
    part = re.match(r"\s*(?:[A-Za-z0-9_]+: *)?", line[begin:column])
    begin += part.end() if part else 0
    stop = re.search(r"[,}\]]|$", line[column:])
    end = column + (stop.start() if stop else 0)
    start, before = line_start + begin, line[begin:column]
    key_only = ":" in line[column:end]
    end = line.index(":", column) if key_only else end
    marked = f"{line[:begin]}{MARK}{line[end:]}"
    opened = [c for c in re.sub(r"'[^']*'|\"[^\"]*\"", "", marked) if c in "{}[]"]
    closing = ""
    for letter in opened:
        closing = {"{": "}", "[": "]"}[letter] + closing if letter in "{[" else closing[1:]
    yield f"{text[:line_start]}{marked}{closing}{text[line_end:]}", before, start, line_start + end


def _marks(data: Any, path: Path) -> tuple[Path, bool] | None:
    """Where the mark stands: the path of the block and that it is a key, or the path of the value."""
    if data == MARK:
        return path, False
    if isinstance(data, dict):
        if MARK in data:
            return path, True
        steps: Any = data.items()
    elif isinstance(data, list):
        steps = enumerate(data)
    else:
        return None
    return next((found for step, inner in steps if (found := _marks(inner, (*path, step))) is not None), None)
