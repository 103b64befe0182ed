"""The one way to write a value of the typed model as JSON: what means the same is written the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from metricspec.model import (
    BandSet,
    Column,
    Fact,
    Grid,
    Group,
    GroupSet,
    Indicator,
    Lookup,
    OrgLevel,
    OrgSet,
    Override,
    Source,
    Text,
)
from metricspec.model import framework as frameworks
from metricspec.problems import Place, UsageError

MODEL = "metricspec.model"
# What values of the model say about a rule, and is no part of it.
LABELS = frozenset(("note", "unverified", "places"))
SAID: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Indicator: ("version", "status", "supersedes", "deprecated", "stands_for"),
        Column: ("default", "has_default"),  # for tests of specs
    }
)
# Fields that hold the entries of a mapping, whose written order means nothing.
UNORDERED: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Indicator: ("facts",),
        GroupSet: ("groups",),
        OrgSet: ("levels",),
        Lookup: ("values",),
        BandSet: ("bands",),
        Grid: ("rows",),
        frameworks.Framework: ("inputs", "criteria", "designations"),
        frameworks.Input: ("groups", "levels"),
        frameworks.StandIn: ("ratings",),
        frameworks.Domain: ("metrics",),
        frameworks.Index: ("domains", "shares", "bands"),
        frameworks.Rated: ("ratings",),
        frameworks.Designation: ("only",),
    }
)
# Fields whose text is an expression, in which spaces outside of quotes mean nothing.
EXPRESSIONS: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Indicator: ("stints", "population"),
        Fact: ("value", "where"),
        Group: ("where",),
        OrgLevel: ("key", "stints"),
        BandSet: ("when",),
        Grid: ("when",),
        Override: ("when",),
    }
)
_SPACES = re.compile(r"('(?:[^']|'')*')|\s+")


@dataclass(frozen=True)
class Canonical:
    """Writes values as what JSON can hold. Left out: what is only said (`LABELS`, texts, sources, places; in values that are
    not of the model the fields named in `labels`), what is given to a run (metadata `of_run`), and fields that have their default, so that a key added to the language
    later changes nothing. Fields named in `unordered` hold the entries of a mapping. Texts among `expressions` are spaced in
    one way."""

    labels: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()
    expressions: frozenset[str] = frozenset()

    def of(self, value: Any) -> Any:
        """Raises UsageError for a value that has no such form, which a plugin's measure may hold."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, str):
            return spaced(value) if value in self.expressions else value
        if isinstance(value, float | Decimal):
            return number(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Enum):
            return self.of(value.value)
        if isinstance(value, Mapping):
            return {str(key): self.of(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(one) for one in value]
        if isinstance(value, set | frozenset):
            return ordered(self.of(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        raise UsageError(f"a {type(value).__name__} of a measure's spec has no form in which it can be compared")

    def _fields(self, value: Any) -> dict[str, Any]:
        kind = type(value)
        labels = LABELS | set(SAID.get(kind, ())) if kind.__module__.startswith(MODEL) else self.labels
        found = {}
        for one in fields(value):
            held = getattr(value, one.name)
            default = _default(one)
            same = type(held) is type(default)
            unsaid = one.name in labels or bool(one.metadata.get("of_run"))
            if unsaid or isinstance(held, Text | Source | Place) or (same and bool(held == default)):
                continue
            texts = (
                frozenset([held] if isinstance(held, str) else held) if one.name in EXPRESSIONS.get(kind, ()) else ()
            )
            made = replace(self, expressions=self.expressions | set(texts)).of(held)
            if same and made == {}:  # it differs from the default in what is only said
                continue
            loose = one.name in (UNORDERED.get(kind, ()) if kind.__module__.startswith(MODEL) else self.unordered)
            entries = loose and isinstance(made, list) and not any(isinstance(each, str) for each in made)
            found[one.name] = ordered(made) if entries else made
        return found


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def number(value: float | Decimal) -> int | float | str:
    """A number by its value: 0.10 is 0.1, and 3.0 is 3."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return int(value) if value.is_integer() else value


def spaced(text: str) -> str:
    """An expression with one space where there is space, outside of quotes.

    >>> spaced("grade  =\\n 'A  B'")
    "grade = 'A  B'"
    """
    return _SPACES.sub(lambda match: match[1] or " ", text.strip())


def ordered(items: Iterable[Any]) -> list[Any]:
    return sorted(items, key=written)


def written(value: Any) -> str:
    """JSON with sorted keys and nothing that could differ between runs."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
