"""A document: one YAML file of a known kind, with its data and the places of everything in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from metricspec.problems import Place, Problem
from metricspec.reading.suggest import hint
from metricspec.reading.yaml_nodes import Nodes, read_nodes

KINDS = tuple(
    "codes lookup dataset orgs group_set policy levels indicator framework test binding project".split()  # noqa: SIM905
)
GRAMMAR = 1

_HEAD = re.compile(rf"^({'|'.join(KINDS)}):[ \t]+['\"]?([A-Za-z0-9_.-]+)", re.MULTILINE)

_ANCHOR = re.compile(r"^&\S+\s*")


@dataclass(frozen=True)
class Document:
    kind: str
    id: str
    nodes: Nodes

    @property
    def data(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = self.nodes.data
        return data

    @property
    def file(self) -> str:
        return self.nodes.file

    @cached_property
    def place(self) -> Place:
        """The place of the document's id."""
        return self.at(self.kind)

    def at(self, *path: str | int) -> Place:
        """The place of a value, or of the nearest thing around it that is written."""
        return self.nodes.value_place(path)

    def key(self, *path: str | int) -> Place:
        return self.nodes.key_place(path)

    def written(self, *path: str | int) -> str:
        """A scalar as it is written, before it becomes a number."""
        value: Any = self.nodes.data
        try:
            for key in path:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(value, dict | list):
            return ""
        return value if isinstance(value, str) else _ANCHOR.sub("", self.nodes.raw(path))

    def problem(self, code: str, message: str, *path: str | int, hint: str = "", warn: bool = False) -> Problem:
        return Problem(code, message, self.at(*path), hint, "warning" if warn else "error")


def read_document(file: str, content: bytes) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document in a file. What is broken keeps its kind and id where they show, and has no data."""
    nodes, problems = read_nodes(file, content)
    if nodes.data is None and any(p.severity == "error" for p in problems):
        match = _HEAD.search(nodes.text)
        return (Document(match[1], match[2], nodes) if match else None), problems
    wrong = _heading_problem(nodes)
    if wrong is not None:
        return None, (*problems, wrong)
    kind = tuple(nodes.data)[1]
    return Document(kind, str(nodes.data[kind]), nodes), problems


def _heading_problem(nodes: Nodes) -> Problem | None:
    """What is wrong with the first two keys, which say what a file is."""
    data = nodes.data
    if not isinstance(data, dict) or not data or next(iter(data)) != "metricspec":
        what = "this is not a metricspec document"
        keys = list(data) if isinstance(data, dict) else []
        place = nodes.key_place((keys[0],)) if keys else nodes.value_place(())
        return Problem("MS101", what, place, "its first line must be 'metricspec: 1'")
    if data["metricspec"] != GRAMMAR or isinstance(data["metricspec"], bool):
        message = f"the grammar '{nodes.raw(('metricspec',))}' is not known"
        return Problem("MS101", message, nodes.value_place(("metricspec",)), "write 'metricspec: 1'")
    keys = list(data)
    if len(keys) < 2:
        place = nodes.key_place(("metricspec",))
        return Problem("MS101", "the kind of document is missing", place, hint("", KINDS, "the second key is one of"))
    if keys[1] not in KINDS:
        message = f"'{keys[1]}' is not a kind of document"
        return Problem("MS101", message, nodes.key_place((keys[1],)), hint(keys[1], KINDS, "the second key is one of"))
    return None
