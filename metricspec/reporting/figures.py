"""How single figures look: digits and unit, signs, hidden cells, rating words with their colour."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console
from rich.text import Text

# The colour only underlines the word, which always stands there.
RATING_STYLES = {
    "blue": "bold white on blue",
    "green": "bold black on green",
    "yellow": "bold black on yellow",
    "orange": "bold black on dark_orange",
    "red": "bold white on red",
}


def console(*, stderr: bool = False) -> Console:
    """The terminal at its own width; 100 columns where the output goes into a file or a pipe."""
    found = Console(stderr=stderr, highlight=False)
    if not found.is_terminal and "COLUMNS" not in found._environ:
        found.width = 100
    return found


def known(value: Any) -> bool:
    """Whether a cell of a DataFrame holds something: not None, NaN or NA."""
    if value is None:
        return False
    if isinstance(value, float):
        return not math.isnan(value)
    return type(value).__name__ not in ("NAType", "NaTType")


def count(value: Any) -> str:
    return f"{float(value):,.0f}" if known(value) else ""


def plural(number: int, one: str, many: str = "") -> str:
    """
    >>> plural(1, "school"), plural(2, "school"), plural(1200, "query", "queries")
    ('1 school', '2 schools', '1,200 queries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def plain(value: Any) -> str:
    """A further statistic as it was rounded, or its interval's ends to four digits.

    >>> plain(0.123), plain(54.0), plain(None)
    ('0.123', '54', '')
    """
    return f"{float(value):.4g}" if known(value) else ""


def figure(value: Any, digits: int, unit: str, *, sign: bool = False) -> str:
    """A value in the indicator's unit; a percent sign stands with percents only.

    >>> figure(12.0, 1, "percent"), figure(0.5, 1, "points", sign=True), figure(-0.0, 1, "points", sign=True)
    ('12.0%', '+0.5', '0.0')
    """
    if not known(value):
        return ""
    number = float(value) + 0.0
    if round(number, digits) == 0:
        return f"{0:.{digits}f}" + ("%" if unit == "percent" and not sign else "")
    text = f"{number:+,.{digits}f}" if sign else f"{number:,.{digits}f}"
    return text + ("%" if unit == "percent" and not sign else "")


def interval(low: Any, high: Any, digits: int) -> str:
    if not known(low) or not known(high):
        return ""
    return f"{float(low):,.{digits}f} to {float(high):,.{digits}f}"


def rating_word(rating: Any) -> Text:
    """The rating as a word, in its colour where it is one of the colours of the Dashboard."""
    if not known(rating):
        return Text("")
    return Text(f" {rating} ", style=RATING_STYLES.get(str(rating).lower(), "bold"))
