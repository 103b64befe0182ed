"""Org sets, group sets, policies and level tables out of documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metricspec.model import (
    Band,
    BandSet,
    Grid,
    Group,
    GroupSet,
    LevelTable,
    OrgLevel,
    OrgSet,
    Override,
    Policy,
    Threshold,
)  # fmt: skip
from metricspec.reading.build_parts import dated, decimal, names, source, text, years
from metricspec.reading.document import Document


def build_orgs(document: Document) -> OrgSet:
    data = document.data
    levels = tuple(OrgLevel(name, block["key"], names(block.get("stints"))) for name, block in data["levels"].items())
    return OrgSet(document.id, data["dataset"], levels, text(data.get("title")), document.place)


def build_group_set(document: Document) -> GroupSet:
    data = document.data
    return GroupSet(
        id=document.id,
        groups=tuple(_group(name, block) for name, block in data.get("groups", {}).items()),
        column=data.get("column"),
        partitions=tuple(names(partition) for partition in data.get("partitions", ())),
        title=text(data.get("title")),
        source=source(data.get("source")),
        place=document.place,
    )


def _group(name: str, block: Mapping[str, Any]) -> Group:
    where = block["where"]
    condition = where if isinstance(where, str) else str(where).lower()
    membership = block.get("membership", "any_time_in_year")
    return Group(name, condition, membership, years(block.get("effective")), text(block.get("title")))


def build_policy(document: Document) -> Policy:
    data = document.data
    return Policy(
        id=document.id,
        privacy=_thresholds(data, "privacy"),
        report=_thresholds(data, "report"),
        rating=_thresholds(data, "rating"),
        small=_thresholds(data, "small"),
        of=data.get("of", "students"),
        title=text(data.get("title")),
        source=source(data.get("source")),
        place=document.place,
    )


def _thresholds(data: Mapping[str, Any], key: str) -> tuple[Threshold, ...]:
    return tuple(
        Threshold(block["n"], names(block.get("groups")), names(block.get("org_levels")), dated(block))
        for block in data.get(key, ())
    )


def build_levels(document: Document) -> LevelTable:
    data = document.data
    return LevelTable(
        id=document.id,
        digits=data["digits"],
        status=_band_sets(document, "status"),
        change=_band_sets(document, "change"),
        grids=tuple(_grid(block) for block in data.get("grids", ())),
        overrides=tuple(
            Override(block["when"], block["rating"], names(block.get("unless")), dated(block))
            for block in data.get("overrides", ())
        ),
        better=data.get("better", "none"),
        title=text(data.get("title")),
        source=source(data.get("source")),
        place=document.place,
    )


def _band_sets(document: Document, key: str) -> tuple[BandSet, ...]:
    return tuple(
        BandSet(
            tuple(band(document, name, (key, number, "bands", name)) for name in block["bands"]),
            block.get("when"),
            dated(block),
        )
        for number, block in enumerate(document.data.get(key, ()))
    )


def band(document: Document, name: str, path: tuple[str | int, ...]) -> Band:
    """A band with its ends exactly as written."""
    start, above = decimal(document, *path, "from"), decimal(document, *path, "above")
    end, below = decimal(document, *path, "to"), decimal(document, *path, "below")
    return Band(
        name,
        low=above if start is None else start,
        low_closed=start is not None or above is None,
        high=below if end is None else end,
        high_closed=end is not None or below is None,
    )


def _grid(block: Mapping[str, Any]) -> Grid:
    rows = tuple(
        (status, tuple(None if cell == "none" else cell for cell in cells)) for status, cells in block["rows"].items()
    )
    return Grid(names(block["columns"]), rows, block.get("when"), dated(block))
