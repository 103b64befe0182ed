"""Did you mean: the nearest of the words that exist, by edits (a swap of two letters counts as one)."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word at the fewest edits from `word`, if they are few for its length.

    >>> nearest("numerater", ["numerator", "missing"]), nearest("x", ["numerator"])
    ('numerator', None)
    """
    from rapidfuzz.distance import DamerauLevenshtein

    most = max(1, min(3, len(word) // 3))
    best: str | None = None
    for candidate in known:
        edits = DamerauLevenshtein.distance(word.lower(), candidate.lower(), score_cutoff=most)
        if edits <= most:
            best, most = candidate, edits - 1
    if best is None and len(word) >= 4:
        best = next((name for name in known if name.lower().endswith("." + word.lower())), None)
    return best


def hint(word: str, known: Iterable[str], heading: str, limit: int = 12) -> str:
    """A suggestion where there is one, then what exists."""
    names = list(known)
    near = nearest(word, names)
    start = f"did you mean '{near}'? " if near else ""
    if not names:
        return f"{start}{heading}: none"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"{start}{heading}: {', '.join(names[:limit])}{more}"
