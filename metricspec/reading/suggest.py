"""Did you mean: the nearest of the words that exist, by edits (a swap of two letters counts as one)."""

from __future__ import annotations

import re
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word at the fewest edits from `word`, if they are few for its length.

    >>> nearest("numerater", ["numerator", "missing"]), nearest("x", ["numerator"]), nearest("5", ["01", "05"])
    ('numerator', None, '05')
    """
    from rapidfuzz.distance import DamerauLevenshtein

    names = list(known)
    most = min(3, len(word) // 3) if len(word) > 3 else len(word) // 2
    near = []
    for name in names:
        edits = DamerauLevenshtein.distance(word.lower(), name.lower(), score_cutoff=most)
        if edits <= most:
            near.append((edits, word[:1] != name[:1], name))
    if near:
        return min(near)[2]
    if word.isdigit():
        return next((name for name in names if name.lstrip("0") == word.lstrip("0")), None)
    tail = f".{word.lower()}"
    return next((name for name in names if len(word) >= 4 and name.lower().endswith(tail)), None)


def hint(word: str, known: Iterable[str], heading: str, limit: int = 12) -> str:
    """A suggestion where there is one, then what exists."""
    names = list(known)
    near = nearest(word, names)
    start = f"did you mean '{near}'? " if near else ""
    if not names:
        return f"{start}{heading}: none"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"{start}{heading}: {', '.join(names[:limit])}{more}"


def suggested(text: str) -> str | None:
    """The word that a hint suggests instead of the one that is written.

    >>> suggested(hint("dash15", ["dash14"], "there are"))
    'dash14'
    """
    found = re.match(r"did you mean '([^'\n]+)'\?", text)
    return found[1] if found else None
