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


def indicator_hint(word: str, known: Iterable[str], home: str = "", limit: int = 8) -> str:
    """What helps who named an indicator that is not there: the one meant, which plugin may have it (`home`), its neighbours
    (those with its prefix, or else those most alike), and where all of them are listed."""
    names = sorted(known)
    plain = word.partition("@")[0]
    near = nearest(plain, names)
    said = f"did you mean '{near}'?" if near else home
    start = f"{said} " if said.endswith("?") else f"{said}; " if said else ""
    beside = [name for name in _neighbours(plain, names) if name != near]
    more = " and others" if len(beside) > limit else ""
    listed = f"like it: {', '.join(beside[:limit])}{more}; " if beside else ""
    return f"{start}{listed}'metricspec list' shows all {len(names)}" if names else f"{start}there are: none"


def _neighbours(word: str, names: list[str]) -> list[str]:
    """Those with the prefix of a word, the most alike first; without any those that hold its last part, or are alike."""
    from rapidfuzz.distance import Indel

    prefix, dot, last = word.lower().rpartition(".")

    def alike(name: str) -> float:
        found = Indel.normalized_similarity(word.lower(), name.lower())
        return found + 1 if len(last) >= 4 and last in name.lower() else found

    same = [name for name in names if dot and name.lower().startswith(f"{prefix}.")]
    near = same or [name for name in names if alike(name) >= 0.6]
    return sorted(near, key=lambda name: (-alike(name), name))


def suggested(text: str) -> str | None:
    """The word that a hint suggests instead of the one that is written.

    >>> suggested(hint("dash15", ["dash14"], "there are"))
    'dash14'
    """
    found = re.match(r"did you mean '([^'\n]+)'\?", text)
    return found[1] if found else None
