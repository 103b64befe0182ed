"""Places in a text as an editor counts them: lines from 0, characters in the units that were agreed on (mostly UTF-16)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from metricspec.problems import Place


@dataclass(frozen=True)
class Text:
    """A text and how its characters are counted. Lines end as in reading: at a newline, whatever else stands in them."""

    text: str
    codec: PositionCodec

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line."""
        found = [0]
        for line in self.lines:
            found.append(found[-1] + len(line) + 1)
        return found

    def offset(self, position: lsp.Position) -> int:
        """The offset of a position; one behind the end of its line is the end of it."""
        if position.line >= len(self.lines):
            return len(self.text)
        units, line = 0, self.lines[position.line]
        for at, letter in enumerate(line):
            if units >= position.character:
                return self.starts[position.line] + at
            units += self.codec.client_num_units(letter)
        return self.starts[position.line] + len(line.rstrip("\r"))

    def position(self, offset: int) -> lsp.Position:
        line = self.text.count("\n", 0, offset)
        before = self.text[self.starts[line] : offset]
        return lsp.Position(line, self.codec.client_num_units(before))

    def range(self, start: int, end: int) -> lsp.Range:
        return lsp.Range(self.position(start), self.position(end))

    def of_place(self, place: Place) -> lsp.Range:
        """The range of a problem's place; the first line where it concerns the file as a whole."""
        line = max(0, min(place.line - 1, len(self.lines) - 1))
        if not place.line:
            return self.range(0, len(self.lines[0].rstrip("\r")))
        written = self.lines[line].rstrip("\r")
        start = min(place.column - 1, len(written))
        end = min(start + place.length, len(written))
        return self.range(self.starts[line] + start, self.starts[line] + max(start, end))
