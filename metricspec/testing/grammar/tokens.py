"""SQL text as tokens, and tokens as a tree of brackets and CASE: what the judges here read instead of raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# Words before brackets that are no list of arguments.
OPENERS = frozenset(
    [
        "WITH",
        "SELECT",
        "FROM",
        "JOIN",
        "ON",
        "WHERE",
        "BY",
        "HAVING",
        "QUALIFY",
        "IN",
        "VALUES",
        "AS",
        "OVER",
        "AND",
        "OR",
        "NOT",
        "WHEN",
        "THEN",
        "ELSE",
        "ALL",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "EXISTS",
        "DISTINCT",
        "BETWEEN",
        "LIKE",
        "USING",
        "TOP",
        "FILTER",
        "MATERIALIZED",
    ]
)

_LEX = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*"|`[^`]*`|(?<![\w\])])\[[^\]]*\])
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_\#@$][\w\#@$]*)
    |(?P<mark>::|\|\||<>|<=|>=|!=|.)""",
    re.S | re.X,
)


@dataclass(frozen=True)
class Token:
    """`kind`: string, name (quoted), number, word or mark. A word's text is in capitals; `raw` is as written."""

    kind: str
    text: str
    raw: str


@dataclass
class Group:
    """What stands between brackets, or between CASE and END."""

    kind: str
    items: list[Token | Group] = field(default_factory=list)


Item = Token | Group


def tokens(sql: str) -> Iterator[Token]:
    """Comments and space left out."""
    for match in _LEX.finditer(sql):
        kind = match.lastgroup or "mark"
        if kind != "space":
            yield Token(kind, match[0].upper() if kind == "word" else match[0], match[0])


def statements(sql: str) -> list[list[Item]]:
    """Each statement of a script as a tree."""
    found: list[list[Item]] = [[]]
    open_groups: list[Group] = []
    for token in tokens(sql):
        inside = open_groups[-1].items if open_groups else found[-1]
        if token.text == "(" or (token.kind, token.text) == ("word", "CASE"):
            group = Group("case" if token.kind == "word" else "brackets")
            inside.append(group)
            open_groups.append(group)
        elif token.text == ")" or (token.kind, token.text) == ("word", "END"):
            closed = open_groups.pop()
            assert closed.kind == ("case" if token.kind == "word" else "brackets"), f"unbalanced at {token.raw}"
        elif token.text == ";" and not open_groups:
            found.append([])
        else:
            inside.append(token)
    assert not open_groups, "a bracket is not closed"
    return [one for one in found if one]


def written(items: list[Item]) -> str:
    """A tree as text again, on one line."""
    text = ""
    for at, item in enumerate(items):
        before = items[at - 1] if at else None
        called = is_brackets(item) and is_call(before)
        tight = not text or called or _is_mark(item, ".,") or _is_mark(before, ".")
        text += ("" if tight else " ") + _piece(item)
    return text


def _piece(item: Item) -> str:
    if isinstance(item, Token):
        return item.raw
    inner = written(item.items)
    return f"CASE {inner} END" if item.kind == "case" else f"({inner})"


def _is_mark(item: Item | None, marks: str) -> bool:
    return isinstance(item, Token) and item.text in marks


def is_brackets(item: Item | None) -> bool:
    return isinstance(item, Group) and item.kind == "brackets"


def is_call(before: Item | None) -> bool:
    """Whether brackets after this hold arguments: after a word that does not open a clause, a condition or a list."""
    return isinstance(before, Token) and before.kind == "word" and before.text not in OPENERS


def is_word(item: Item | None, *words: str) -> bool:
    return isinstance(item, Token) and item.kind == "word" and item.text in words
