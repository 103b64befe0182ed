"""The words of an expression: which one stands at an offset, and what may be written there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# What may stand in an expression besides columns: what is written, and what it says.
FORMS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "and": ("and ", "both hold"),
        "or": ("or ", "one of them holds"),
        "not": ("not ", "does not hold"),
        "in": ("in (", "one of several"),
        "between": ("between ", "a range, both ends included"),
        "is null": ("is null", "is not known"),
        "is not null": ("is not null", "is known"),
        "coalesce": ("coalesce(", "the first that is known"),
        "abs": ("abs(", "the distance from 0"),
        "lookup": ("lookup(", "a constant by code"),
        "days_between": ("days_between(", "days from one date to a later one"),
        "date_in": ("date_in(", "a day of a school year: date_in(school_year, '10-02')"),
        "case": ("case when ", "a choice: case when a then b else c end"),
        "date": ("date '", "a date: date '2024-10-02'"),
    }
)
_TOKEN = re.compile(r"'(?:[^']|'')*'?|[A-Za-z_][A-Za-z0-9_.]*|\S")
_COMPARED = re.compile(r"^(?:=|<|>|!|in|between|not|and|,|\()$", re.I)


@dataclass(frozen=True)
class Word:
    """A word of an expression. `code_of` is the column whose codes stand there, for a text in quotes; `lookup` says that
    it names a lookup."""

    text: str
    start: int
    end: int
    quoted: bool = False
    code_of: str = ""
    lookup: bool = False


def word_at(text: str, offset: int) -> Word | None:
    """The word of an expression at an offset."""
    tokens = list(_TOKEN.finditer(text))
    for at, token in enumerate(tokens):
        if token.start() <= offset < token.end() and (
            token[0][0] == "'" or token[0][0].isalpha() or token[0][0] == "_"
        ):
            before = [one[0] for one in tokens[:at]]
            quoted = token[0][0] == "'"
            column = _compared(before) if quoted else ""
            is_lookup = len(before) > 1 and before[-1] == "(" and before[-2].lower() == "lookup"
            return Word(token[0].strip("'"), token.start(), token.end(), quoted, column, is_lookup)
    return None


@dataclass(frozen=True)
class Wanted:
    """What may be written at the end of a text: codes of a column, ids of lookups, or columns and forms; `start` is where
    the word that is being written starts, `quote` whether its quote is open already."""

    start: int
    code_of: str = ""
    lookup: bool = False
    quote: bool = False


def wanted_at_end(before: str) -> Wanted:
    """What may come next after the part of an expression before the cursor.

    >>> wanted_at_end("grade in ('01', '0").code_of, wanted_at_end("grade = ").code_of, wanted_at_end("not ho").code_of
    ('grade', 'grade', '')
    """
    tokens = list(_TOKEN.finditer(before))
    last = tokens[-1] if tokens else None
    open_quote = last is not None and last[0].startswith("'") and (len(last[0]) == 1 or not last[0].endswith("'"))
    writing = (
        last is not None and last.end() == len(before) and (open_quote or last[0][0].isalnum() or last[0][0] == "_")
    )
    start = last.start() if writing and last is not None else len(before)
    earlier = [one[0] for one in (tokens[:-1] if writing else tokens)]
    if earlier[-1:] == ["("] and earlier[-2:-1] and earlier[-2].lower() == "lookup":
        return Wanted(start, lookup=True)
    return Wanted(start + (1 if open_quote else 0), _compared(earlier), quote=open_quote)


def _compared(before: list[str]) -> str:
    """The column that the next text is compared with, of the tokens before it."""
    at = len(before) - 1
    if at < 0 or not _COMPARED.match(before[at]):
        return ""
    if before[at].lower() == "and" and not (at > 1 and before[at - 2].lower() == "between"):
        return ""
    if before[at].lower() == "not":
        return ""
    while at >= 0 and (_COMPARED.match(before[at]) or before[at].startswith("'")):
        at -= 1
    inside = before[at + 1 :]
    started = any(token in "=<>!" or token.lower() in ("in", "between") for token in inside)
    return before[at] if at >= 0 and started and re.match(r"[A-Za-z_]", before[at]) else ""
