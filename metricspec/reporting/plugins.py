"""Who offers what: the plugins of a project as a table, and as records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from metricspec.offers import ANY_SCHEME
from metricspec.plugins.asking import KINDS
from metricspec.reporting.figures import console, plural

PACKAGE = "metricspec-edu"


@dataclass(frozen=True)
class Row:
    """A package: what the project takes of it, what is installed, what it offers by kind, and how it stands to the lock.

    `lock` is "locked", "not locked", or "differs"; empty where nothing is to be locked. `loaded` is False where the project
    does not name it or something stands against it.
    """

    package: str
    version: str
    versions: str
    hooks: int | None
    offers: Mapping[str, tuple[str, ...]]
    lock: str
    loaded: bool


def print_plugins(rows: Sequence[Row], to: Console | None = None) -> None:
    """What the project takes and what else is installed; then metricspec itself, which everybody has."""
    to = to or console()
    rows = sorted(rows, key=lambda one: one.package == PACKAGE)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("package", "version", "range", "hooks", "offers", "lock"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("version", "hooks", "lock"))
    for one in rows:
        table.add_row(
            Text(one.package, style="bold" if one.loaded else "dim"),
            one.version or "-",
            one.versions,
            str(one.hooks or "-"),
            Text(_offers(one)),
            Text(one.lock, style="yellow" if one.lock != "locked" else ""),
        )
    to.print(table)
    ours = next((one.hooks for one in rows if one.package == PACKAGE), None)
    if ours is not None:
        said = (
            f"hooks: the version of metricspec's interface for plugins that a package is written for; here it is {ours}"
        )
        to.print(Text(said, style="dim"))


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([{**asdict(one), "offers": dict(one.offers)} for one in rows], ensure_ascii=False, indent=2)


def _offers(row: Row) -> str:
    parts = [_kind(kind, names) for kind, names in row.offers.items()]
    return "\n".join(parts) or ("nothing" if row.loaded else "not loaded")


def _kind(kind: str, names: Sequence[str]) -> str:
    if kind == "spec folder":
        return plural(len(names), kind)
    shown = ("any other" if name == ANY_SCHEME else name for name in names)
    return f"{kind if len(names) == 1 else kind + 's'}: {', '.join(shown)}"


def offers_of(names: Mapping[str, tuple[str, ...]], commands: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What a package offers, by kinds in plain words."""
    found: dict[str, Any] = {KINDS[hook].title: names[hook] for hook in KINDS if names.get(hook)}
    return {**found, "command": tuple(commands)} if commands else found
