"""Where rules come from: publisher, document, the day it was read, and a link."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.model import Source
from metricspec.site.markup import NOTHING, Html, outside, table, tag, text


def sources_table(found: Sequence[tuple[str, Source | None]]) -> Html:
    """Who published what, the day it was read, and where."""
    rows = []
    for what, source in found:
        if source is None:
            rows.append([text(what), text("no source given"), NOTHING, NOTHING, NOTHING])
            continue
        document = ": ".join(part for part in (source.publisher, source.document) if part)
        read = tag("time", text(source.read.isoformat())) if source.read else NOTHING
        rows.append(
            [text(what), text(document), read, outside(source.url) if source.url else NOTHING, text(source.note)]
        )
    headings = [text(word) for word in ("For", "Document", "Read on", "Link", "Note")]
    return table(headings, rows, text("Who published what, and the day it was read"), class_="notes")
