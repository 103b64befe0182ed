"""`metricspec list`: the catalogue as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from metricspec.model import Catalog, Indicator
from metricspec.reporting.figures import console, plural
from metricspec.reporting.grids import Heading, fitted
from metricspec.reporting.unverified import unverified_parts

SHOWN = (
    Heading("indicator", right=False), Heading("", right=False), Heading("title", right=False), Heading("measure", right=False),
    Heading("unit", right=False), Heading("version", right=False), Heading("status", right=False),
)  # fmt: skip
AUTHORITIES = {
    "": "Shared building blocks",
    "ca": "California School Dashboard",
    "core": "CORE districts",
    "dataquest": "California DataQuest",
    "edfacts": "EDFacts",
    "nyc": "New York City",
    "sqii": "School Quality Improvement Index",
}
WIDE = 126  # columns from which unit and version are shown; below, titles need the room


def authority(indicator: str) -> str:
    """The part of an id before its last names: `ca` of `ca.published.ela`; empty where there is none."""
    first, dot, _ = indicator.partition(".")
    return first if dot else ""


def chosen(catalog: Catalog, *, unverified: bool = False, authorities: Sequence[str] = ()) -> list[Indicator]:
    found = sorted(catalog.indicators.values(), key=lambda one: one.id)
    if authorities:
        found = [i for i in found if authority(i.id) in authorities]
    return [i for i in found if not unverified or unverified_parts(i, catalog)]


def print_list(indicators: Sequence[Indicator], catalog: Catalog, to: Console | None = None) -> None:
    to = to or console()
    wide = to.width >= WIDE
    rows, marked = [], False
    for one in indicators:
        unverified = bool(unverified_parts(one, catalog))
        marked = marked or unverified
        cells = [
            Text(one.id, style="bold"), Text("!" if unverified else "", style="bold yellow"), Text(str(one.title)),
            Text(one.measure_type), Text(one.unit if wide else ""), Text(", ".join(_versions(one, catalog)) if wide else ""),
            Text(one.status if wide or one.status != "active" else ""),
        ]  # fmt: skip
        rows.append(cells)
    if rows:
        to.print(fitted(SHOWN, rows, to.width, gives_way=2, wrap=True))
    to.print()
    if marked:
        to.print(Text("! a part of it is not verified against its source", style="yellow"))
    to.print(Text(f"{plural(len(rows), 'indicator')}; metricspec show ID says what one means", style="dim"))


def _versions(indicator: Indicator, catalog: Catalog) -> list[str]:
    """The versions there are, newest first."""
    return [one.version for one in reversed(catalog.versions.get(indicator.id, (indicator,)))]


def as_json(indicators: Sequence[Indicator], catalog: Catalog) -> str:
    rows = [
        {
            "id": one.id,
            "title": dict(one.title.by_language),
            "authority": authority(one.id) or None,
            "measure": one.measure_type,
            "unit": one.unit,
            "better": one.better,
            "version": one.version,
            "versions": _versions(one, catalog),
            "status": one.status,
            "unverified": [part.part for part in unverified_parts(one, catalog)],
        }
        for one in indicators
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
