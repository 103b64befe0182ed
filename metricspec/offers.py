"""What plugins offer besides measure types and folders: warehouses, checks and exporters, each a frozen value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from metricspec.model import Catalog, Indicator
from metricspec.problems import Problem
from metricspec.warehouse import Warehouse

# The scheme of a WarehouseType that takes every URL whose scheme nobody else offers.
ANY_SCHEME = "*"


@dataclass(frozen=True)
class WarehouseType:
    """A kind of warehouse. `schemes` are what a URL of it begins with (`duckdb` in duckdb:///file), in small letters.

    `connect(url, timeout)` opens it; `timeout` is how many seconds a statement may take, None for any. It raises UsageError
    where the URL cannot be used and SpecError where the warehouse cannot be reached, without any secret in the message.
    """

    schemes: tuple[str, ...]
    says: str
    connect: Callable[[str, float | None], Warehouse]


@dataclass(frozen=True)
class Check:
    """A rule that `metricspec check` holds the whole catalogue against, after everything was read.

    `name` is unique among the checks, `says` one sentence for people. `find` yields a Problem for each thing that is wrong, with
    the place of what it speaks of (every part of the catalogue has a `place`) and a code of the package's own, such as OTL001.
    """

    name: str
    says: str
    find: Callable[[Catalog], Iterable[Problem]]


class Exportable(Protocol):
    """What an exporter sees of a project."""

    @property
    def catalog(self) -> Catalog: ...
    @property
    def folder(self) -> Path: ...
    def datasets(self, indicator: Indicator) -> set[str]:
        """The datasets that an indicator reads."""
        ...

    def compile(self, indicator: str, dialect: str = "duckdb") -> str:
        """The SQL of an indicator's released results: rounded, rated, small numbers hidden."""
        ...


@dataclass(frozen=True)
class ExportOption:
    """An option of `metricspec export NAME`: `--name`, with text for a value. Without a default it may be left out."""

    name: str
    says: str
    default: str | None = None
    metavar: str | None = None


@dataclass(frozen=True)
class ExportCall:
    """What was asked for: the ids of indicators, each option's value by its name (None: left out), and the suffix of the file
    that `--out` names (empty: a folder)."""

    indicators: tuple[str, ...]
    options: Mapping[str, str | None]
    suffix: str = ""

    def text(self, name: str) -> str:
        """The value of an option; one that was left out is empty."""
        return self.options[name] or ""


@dataclass(frozen=True)
class Exporter:
    """A way to write indicators as files of another tool: `metricspec export NAME`.

    `export(project, call)` gives the texts by their path below `--out`; it writes nothing and reads no data. `suffixes` are
    those of a single file that may be asked for, into which the texts are joined; `folder` says whether a folder may be.
    `python`: whether indicators that are computed partly in Python can be exported too.
    """

    name: str
    says: str
    export: Callable[[Any, ExportCall], Mapping[str, str]]
    options: tuple[ExportOption, ...] = ()
    suffixes: tuple[str, ...] = ()
    folder: bool = True
    python: bool = False
