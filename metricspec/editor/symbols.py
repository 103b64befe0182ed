"""The outline of a document: its keys, each with what is inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from metricspec.editor.spots import value_at
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path

DEEPEST = 3
SHOWN = 60


@dataclass(frozen=True)
class Symbol:
    """A key: `start` to `end` is all that belongs to it, `key_end` where its own name ends."""

    name: str
    detail: str
    start: int
    key_end: int
    end: int
    inside: tuple[Symbol, ...] = ()


def symbols_of(document: Document) -> tuple[Symbol, ...]:
    ends: dict[Path, int] = {}
    for table in (document.nodes.keys, document.nodes.values):
        for path, (_, end) in table.items():
            for depth in range(1, min(len(path), DEEPEST) + 1):
                ends[path[:depth]] = max(end, ends.get(path[:depth], 0))
    return tuple(_below(document, (), ends))


def _below(document: Document, path: Path, ends: dict[Path, int]) -> Iterator[Symbol]:
    block = value_at(document.data, path)
    if not isinstance(block, dict) or len(path) >= DEEPEST:
        return
    for key in block:
        here = (*path, key)
        span = document.nodes.keys.get(here)
        if span is not None:
            inside = tuple(_below(document, here, ends))
            yield Symbol(key, _detail(block[key]), span[0], span[1], max(ends[here], span[1]), inside)


def _detail(value: Any) -> str:
    if isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return f"{len(value)} item{'s' * (len(value) != 1)}"
    text = " ".join(str(value).split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
