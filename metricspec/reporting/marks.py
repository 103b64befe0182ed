"""The marks that stand for a hidden number or an unverified cut score, and the legend that explains those used."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from metricspec.reporting.figures import known

HIDDEN = "*"
UNVERIFIED = "†"
REASONS = {
    "primary": "too few students",
    "complementary": "it would give away a number that is hidden",
    "input": "no value: not published by its source, or not to be computed",
}


class Marks:
    """Remembers which marks a printed table used; lives as long as one printing."""

    def __init__(self) -> None:
        self.reasons: set[str] = set()
        self.unverified = False

    def hidden(self, reason: Any) -> Text:
        self.reasons.add(str(reason))
        return Text(HIDDEN)

    def status(self, band: Any, notes: Any) -> Text:
        """A status or change level, marked where its cut scores are not verified."""
        if not known(band):
            return Text("")
        if known(notes) and "unverified" in str(notes):
            self.unverified = True
            return Text(f"{band}{UNVERIFIED}")
        return Text(str(band))

    def legend(self, to: Console) -> None:
        words = [words for code, words in REASONS.items() if code in self.reasons]
        words += sorted(self.reasons - set(REASONS))  # reasons of a plugin's disclosure rule
        if words or self.unverified:
            to.print()
        if words:
            to.print(Text(f"{HIDDEN} not shown: {', or '.join(words)}", style="dim"))
        if self.unverified:
            to.print(Text(f"{UNVERIFIED} cut scores not yet verified against their source", style="dim"))
