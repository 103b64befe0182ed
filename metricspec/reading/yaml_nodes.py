"""Strict YAML with positions: the C parser's events become plain data, with side tables from path to span.

Only null, true, false, whole numbers and decimals resolve; everything else stays text, as do numbers with
leading zeros, and so do all keys. Duplicate keys, tags and second documents are refused; size, depth and
aliases are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any
from unicodedata import normalize

from yaml import YAMLError
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from metricspec.problems import Place, Problem
from metricspec.reading.yaml_problems import forbidden_character, forbidden_value, syntax_problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_ALIASES = 50
MAX_DIGITS = 18
LARGEST, SMALLEST = 1e18, 1e-18
# Keys below which text is for people, and never compared.
WORDS = frozenset(("title", "description", "note", "source"))

Path = tuple[str | int, ...]
Span = tuple[int, int]  # where something starts and ends in the text, in characters
Event = Any  # an event of yaml.events: start_mark, end_mark and, for scalars, value

_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]+([eE][-+]?[0-9]+)?")
_NUMBER_STARTS = frozenset("-+.0123456789")
_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Nodes:
    """The data of one file with the span of every value and every key in its text.

    Spans are plain tuples of numbers, so that the garbage collector has nothing to follow in large catalogues.
    """

    file: str
    text: str
    data: Any = None
    values: Mapping[Path, Span] = field(default_factory=dict)
    keys: Mapping[Path, Span] = field(default_factory=dict)

    def value_place(self, path: Path) -> Place:
        """Where the value at `path` stands, or the nearest thing around it that is written."""
        while path not in self.values and path:
            path = path[:-1]
        span = self.values.get(path)
        return Place(self.file) if span is None else span_place(self.file, self.text, span)

    def key_place(self, path: Path) -> Place:
        """Where the last key of `path` stands; an item of a list has none, so its value stands for it."""
        span = self.keys.get(path)
        return self.value_place(path) if span is None else span_place(self.file, self.text, span)

    def raw(self, path: Path) -> str:
        """The value at `path` as it stands in the file, with its quotes."""
        start, end = self.values.get(path, (0, 0))
        return self.text[start:end]


def span_place(file: str, text: str, span: Span) -> Place:
    """The place of a span; what goes over several lines is shown by its first character."""
    start, end = span
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return Place(file, line, column, 1 if "\n" in text[start:end] else max(1, end - start))


def read_nodes(file: str, content: bytes) -> tuple[Nodes, tuple[Problem, ...]]:
    """The nodes of one file. With problems of code MS001 the data is None."""
    if len(content) > MAX_BYTES:
        hint = f"the limit is {MAX_BYTES:,} bytes; split the file"
        problem = Problem("MS003", f"the file has {len(content):,} bytes", Place(file), hint)
        return Nodes(file, ""), (problem,)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "save the file with the encoding UTF-8"
        return Nodes(file, ""), (Problem("MS006", "the file is not UTF-8 text", Place(file, line, 1), hint),)
    bad = forbidden_character(file, text)
    if bad is not None:
        return Nodes(file, text), (bad,)
    builder = _Builder(file, text)
    try:
        return builder.nodes(), tuple(builder.problems)
    except YAMLError as error:
        return Nodes(file, text), (syntax_problem(file, text, error),)
    except RefusalError as refused:
        return Nodes(file, text), (refused.problem,)


class RefusalError(Exception):
    def __init__(self, code: str, message: str, place: Place, hint: str) -> None:
        self.problem = Problem(code, message, place, hint)


class _Builder:
    """Builds data out of a list of events; an alias goes back to the index of its anchor."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.problems: list[Problem] = []
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self.anchors: dict[str, int] = {}
        self.aliases = 0
        self.at = 0
        self.events: list[Event] = []

    def nodes(self) -> Nodes:
        self.events = self._collect()
        if not self.events:
            raise RefusalError("MS005", "the file is empty", Place(self.file), "a document starts with 'metricspec: 1'")
        data = self._node((), 1)
        return Nodes(self.file, self.text, data, self.values, self.keys)

    def _collect(self) -> list[Event]:
        """The events of the one document; stops where the nesting is too deep or a second one starts."""
        parser = CParser(self.text)
        events: list[Event] = []
        depth = documents = 0
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is ScalarEvent or kind is AliasEvent:
                events.append(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                depth += 1
                if depth > MAX_DEPTH:
                    self._refuse("MS003", f"more than {MAX_DEPTH} levels of nesting", event, "flatten the document")
                events.append(event)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                depth -= 1
                events.append(event)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._refuse("MS005", "a second document starts here", event, "one document a file: split it")
            elif kind is StreamEndEvent or event is None:
                return events

    def _refuse(self, code: str, message: str, event: Event, hint: str) -> None:
        raise RefusalError(code, message, self._place(event), hint)

    def _place(self, event: Event) -> Place:
        return span_place(self.file, self.text, (event.start_mark.index, event.end_mark.index))

    def _node(self, path: Path, depth: int) -> Any:
        event = self.events[self.at]
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event, path, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = self.at
        if event.tag is not None:
            hint = "remove it: the kind of a value follows from its key"
            self._refuse("MS004", f"the tag {event.tag} is not allowed", event, hint)
        self.at += 1
        self.values[path] = event.start_mark.index, event.end_mark.index
        if kind is ScalarEvent:
            self._seen(event.value, event, words=bool(WORDS.intersection(path)))
            return self._scalar(event)
        if depth > MAX_DEPTH:
            self._refuse("MS003", f"more than {MAX_DEPTH} levels of nesting", event, "flatten the document")
        if kind is MappingStartEvent:
            return self._mapping(path, depth)
        return self._sequence(path, depth)

    def _alias(self, event: Event, path: Path, depth: int) -> Any:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            hint = "write the text out, or move it to a document of its own"
            self._refuse("MS003", f"more than {MAX_ALIASES} aliases are expanded", event, hint)
        if event.anchor not in self.anchors:
            hint = f"an anchor '&{event.anchor}' must stand before it; quote the text if '*' is meant"
            self._refuse("MS001", f"nothing is named by the alias '*{event.anchor}'", event, hint)
        back = self.at + 1
        self.at = self.anchors[event.anchor]
        value = self._node(path, depth)
        self.at = back
        return value

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        twins: dict[str, str] = {}
        while type(self.events[self.at]) is not MappingEndEvent:
            event = self.events[self.at]
            if type(event) is not ScalarEvent or event.tag is not None:
                self._refuse("MS004", "a key must be a plain word", event, "quote it if it is text")
            self.at += 1
            key = event.value
            here = (*path, key)
            self._seen(key, event, words=False)
            twin = twins.setdefault(normalize("NFC", key), key)
            if twin != key:
                message = f"the key '{key}' looks like another one, written with other characters"
                self.problems.append(Problem("MS002", message, self._place(event), "keep one of them"))
            if key in data:
                first = span_place(self.file, self.text, self.keys[here]).line
                message = f"the key '{key}' is written twice (first in line {first})"
                self.problems.append(Problem("MS002", message, self._place(event), "keep one of them"))
            self.keys[here] = event.start_mark.index, event.end_mark.index
            data[key] = self._node(here, depth + 1)
        self.at += 1
        return data

    def _sequence(self, path: Path, depth: int) -> list[Any]:
        data: list[Any] = []
        while type(self.events[self.at]) is not SequenceEndEvent:
            data.append(self._node((*path, len(data)), depth + 1))
        self.at += 1
        return data

    def _seen(self, text: str, event: Event, *, words: bool) -> None:
        """Refuses characters that nobody sees."""
        if text.isascii() and text.isprintable():
            return
        found = forbidden_value(text, self._place(event), words=words)
        if found is not None:
            self.problems.append(found)

    def _scalar(self, event: Event) -> Any:
        value = event.value
        if not event.implicit[0]:
            return value
        if value in _CONSTANTS:
            return _CONSTANTS[value]
        if value[0] not in _NUMBER_STARTS or _NUMBER.fullmatch(value) is None:
            return value
        if sum(map(str.isdigit, value)) > MAX_DIGITS or len(value.lower().partition("e")[2]) > 3:
            hint = "if it names something, write it in quotes; numbers have up to 18 digits"
            self.problems.append(Problem("MS007", "the number is too long", self._place(event), hint))
            return 0
        return int(value) if value.lstrip("-+").isdigit() else self._decimal(value, event)

    def _decimal(self, value: str, event: Event) -> float:
        found = float(value)
        if not isfinite(found) or (found and not SMALLEST <= abs(found) <= LARGEST):
            hint = f"numbers lie between {SMALLEST:g} and {LARGEST:g}"
            self.problems.append(Problem("MS007", "the number is too large or too small", self._place(event), hint))
            return 0.0
        return found
