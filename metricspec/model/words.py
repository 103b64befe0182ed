"""Words, sources and dates that every spec carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

Scalar = str | int | float | bool | None
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Text:
    """A title or description by language; `str()` gives English, or the first language there is."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = dict(self.by_language)
        return words.get("en") or next(iter(words.values()), "")


@dataclass(frozen=True)
class Source:
    """Who published a rule, where, and the day it was read."""

    publisher: str = ""
    document: str = ""
    read: date | None = None
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Years:
    """School years from..to, both inclusive and open where None, without those in `excluded`."""

    first: str | None = None
    last: str | None = None
    excluded: tuple[str, ...] = ()

    def __contains__(self, year: object) -> bool:
        return (
            isinstance(year, str)
            and (self.first is None or year >= self.first)
            and (self.last is None or year <= self.last)
            and year not in self.excluded
        )


@dataclass(frozen=True)
class Dated:
    """What every dated rule carries besides its value."""

    years: Years = Years()
    source: Source | None = None
    unverified: bool = False
    note: str = ""
