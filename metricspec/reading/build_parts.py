"""Parts that several kinds of documents share, as model values. The schema has accepted what is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from metricspec.model import Dated, Source, Text, Years
from metricspec.reading.document import Document


def text(value: str | Mapping[str, str] | None) -> Text:
    if value is None:
        return Text()
    return Text((("en", value),)) if isinstance(value, str) else Text(tuple(value.items()))


def source(block: Mapping[str, Any] | None) -> Source | None:
    if block is None:
        return None
    read = date.fromisoformat(block["read"]) if "read" in block else None
    return Source(block["publisher"], block["document"], read, block.get("url", ""), block.get("note", ""))


def years(block: Mapping[str, Any] | None) -> Years:
    if not block:
        return Years()
    return Years(block.get("from"), block.get("to"), tuple(block.get("except", ())))


def unverified(block: Mapping[str, Any]) -> bool:
    """Whether a block or its source says that nobody has compared it with its source."""
    return bool(block.get("unverified") or block.get("source", {}).get("unverified"))


def dated(block: Mapping[str, Any]) -> Dated:
    return Dated(years(block), source(block.get("source")), unverified(block), block.get("note", ""))


def decimal(document: Document, *path: str | int) -> Decimal | None:
    """A number exactly as it is written; None where it is not."""
    written = document.written(*path)
    return Decimal(written) if written else None


def names(items: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(items or ())
