"""Texts and names inside written SQL: what stands in quotes is neither filled, nor indented, nor ends a remark."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import sqlglot

_PLAIN = r"'(?:[^']|'')*'"
_ESCAPING = r"'(?:[^'\\]|''|\\.)*'"
_NAMES = r'"(?:[^"]|"")*"|`(?:[^`]|``)*`'
_BRACKETS = r"|\[(?:[^\]]|\]\])*\]"
_SLOT = re.compile(r"[\"`\[]@(\w+)[\"`\]]")
_BRACKETED = ("tsql", "fabric")


@cache
def _quoted(dialect: str) -> str:
    """A pattern of everything in quotes, in a dialect's own way of writing quotes inside of quotes."""
    escapes = sqlglot.Dialect.get_or_raise(dialect).tokenizer_class.STRING_ESCAPES
    texts = _ESCAPING if "\\" in escapes else _PLAIN
    return f"{texts}|{_NAMES}{_BRACKETS if dialect in _BRACKETED else ''}"


@cache
def _pattern(dialect: str, more: str = "") -> re.Pattern[str]:
    return re.compile(_quoted(dialect) + (f"|{more}" if more else ""), re.DOTALL)


def filled(text: str, dialect: str, value: Callable[[str], str]) -> str:
    """SQL with each slot replaced by its value. What looks like a slot inside a text is a text."""

    def fill(match: re.Match[str]) -> str:
        found = _SLOT.fullmatch(match[0])
        return value(found[1]) if found else match[0]

    return _pattern(dialect).sub(fill, text)


def indented(text: str, dialect: str) -> str:
    """SQL moved to the right, all but the lines that a text goes over."""
    return "  " + _pattern(dialect, r"\n").sub(lambda match: "\n  " if match[0] == "\n" else match[0], text)


def rewritten_names(text: str, dialect: str, names: Mapping[str, str], rest: Callable[[str], str]) -> str:
    """SQL with some quoted names replaced, and all the rest of it, texts among it, as `rest` makes it."""
    parts, at = [], 0
    for match in _pattern(dialect).finditer(text):
        parts += [rest(text[at : match.start()]), names.get(match[0]) or rest(match[0])]
        at = match.end()
    return "".join([*parts, rest(text[at:])])


def remark(says: str) -> str:
    """A comment of one line, whatever is said: a title may have several."""
    return f"-- {' '.join(says.split())}\n"
