"""Frameworks out of documents. The schema has accepted what is read here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metricspec.model.framework import (
    Condition,
    Counted,
    Criterion,
    Designation,
    Domain,
    Framework,
    Index,
    Indexed,
    Input,
    LevelBand,
    Local,
    Pooled,
    Rated,
    Rule,
    Share,
    StandIn,
)
from metricspec.reading.build_parts import dated, decimal, names, source, text, unverified
from metricspec.reading.build_rules import band
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path

RULES = ("rating", "count", "pooled", "local", "index")
CUTS = ("below", "at_least", "lowest_percent", "rose_by")


def build_framework(document: Document) -> Framework:
    data = document.data
    return Framework(
        id=document.id,
        inputs=tuple(_input(document, name, block) for name, block in data["indicators"].items()),
        indexes=tuple(_index(document, at, block) for at, block in enumerate(data.get("index", ()))),
        criteria=tuple(_criterion(document, name, block) for name, block in data.get("criteria", {}).items()),
        designations=tuple(_designation(name, block) for name, block in data.get("designations", {}).items()),
        title=text(data["title"]),
        description=text(data.get("description")),
        source=source(data.get("source")),
        unverified=unverified(data),
        note=data.get("note", ""),
        place=document.place,
    )


def _input(document: Document, name: str, block: Mapping[str, Any]) -> Input:
    stand_ins = tuple(
        StandIn(tuple(entry["ratings"].items()), dated(entry)) for entry in block.get("status_as_rating", ())
    )
    levels = tuple(band(document, level, ("indicators", name, "levels", level)) for level in block.get("levels", ()))
    return Input(
        name,
        names(block["of"]),
        text(block.get("title")),
        stand_ins,
        levels,
        tuple(block.get("groups", {}).items()),
        dated(block),
    )


def _number(document: Document, *path: str | int, default: str = "0") -> Decimal:
    found = decimal(document, *path)
    return Decimal(default) if found is None else found


def _index(document: Document, at: int, block: Mapping[str, Any]) -> Index:
    here = ("index", at)
    domains = tuple(
        Domain(
            name,
            _number(document, *here, "domains", name, "weight"),
            tuple(
                (metric, _number(document, *here, "domains", name, "metrics", metric)) for metric in domain["metrics"]
            ),
            text(domain.get("title")),
        )
        for name, domain in block["domains"].items()
    )
    return Index(
        org_level=block["org_level"],
        levels=block["levels"],
        domains=domains,
        shares=tuple(_share(document, (*here, "shares", n), share) for n, share in enumerate(block["shares"])),
        least_n=block.get("least_n", 1),
        digits=block.get("digits", 0),
        least=_number(document, *here, "least"),
        most=_number(document, *here, "most", default="100"),
        missing_metric=block.get("missing_metric", "spread"),
        missing_domain=block.get("missing_domain", "spread"),
        bands=tuple(
            LevelBand(name, one["from"], one["to"], text(one.get("title")))
            for name, one in block.get("bands", {}).items()
        ),
        dated=dated(block),
    )


def _share(document: Document, here: Path, block: Mapping[str, Any]) -> Share:
    group = block.get("group")
    return Share(
        name=block.get("name") or group or "lowest",
        weight=_number(document, *here, "weight"),
        group=group,
        lowest_of=names(block.get("lowest_of")),
        required=block.get("required", False),
        title=text(block.get("title")),
    )


def _criterion(document: Document, name: str, block: Mapping[str, Any]) -> Criterion:
    conditions = tuple(
        Condition(
            _rule(document, ("criteria", name, "any_of", at), entry),
            names(entry.get("groups")),
            names(entry.get("except_groups")),
            dated(entry),
        )
        for at, entry in enumerate(block["any_of"])
    )
    return Criterion(name, conditions, text(block.get("title")))


def _rule(document: Document, here: Path, entry: Mapping[str, Any]) -> Rule:
    """What a condition looks at; where the document wrongly has none, what holds nowhere (the checks name it)."""
    kind = next((key for key in RULES if key in entry), "rating")
    block = entry.get(kind, {})
    cuts = {key: decimal(document, *here, kind, key) for key in CUTS}
    if kind == "count":
        ratings, levels = names(block.get("rating")), tuple(block.get("level", ()))
        return Counted(names(block["indicators"]), block["how_many"], ratings, levels, block.get("rated_at_least", 1))
    if kind == "pooled":
        return Pooled(block["indicator"], block["years"], cuts["below"], cuts["at_least"])
    if kind == "local":
        return Local(block["priority"], names(block["found"]), block["missing"])
    if kind == "index":
        return Indexed(**cuts)
    return Rated(tuple((name, names(ratings)) for name, ratings in block.items()))


def _designation(name: str, block: Mapping[str, Any]) -> Designation:
    return Designation(
        name=name,
        criteria=names(block["criteria"]),
        org_level=block["org_level"],
        kind=block.get("kind", "support"),
        groups=names(block.get("groups")) or ("ALL",),
        at_least=block.get("at_least", 1),
        consecutive_years=block.get("consecutive_years", 1),
        same_group=block.get("same_group", True),
        only=tuple(block.get("only", {}).items()),
        entry=tuple(sorted(block.get("entry", ()))),
        exit=names(block.get("exit")),
        title=text(block.get("title")),
        dated=dated(block),
    )
