"""Where what is named at a spot is written."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.editor.desk import Desk
from metricspec.editor.spots import spot_at
from metricspec.editor.things import things_at
from metricspec.reading.document import Document


def definitions_at(desk: Desk, file: str, text: str, offset: int) -> Iterator[tuple[Document, int, int]]:
    """The documents with the span of the id, column, code or group that is named at an offset."""
    spot = spot_at(file, text, offset)
    if spot is None:
        return
    for thing in things_at(desk, spot, offset):
        if thing.document is None:
            continue
        nodes = thing.document.nodes
        span = (nodes.keys if thing.at_key else nodes.values).get(thing.path)
        if span is not None:
            yield thing.document, *span
