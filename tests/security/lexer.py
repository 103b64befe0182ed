"""Reads SQL as an engine's manual says that it is cut into words: written from the manuals, without sqlglot.

What matters is where a text begins and ends. Everything outside of quotes must be a known word, a number or an operator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# In these a backslash in '...' takes the meaning of the character after it (MySQL, BigQuery, ClickHouse, Spark and Snowflake:
# "String literals" of their manuals; Redshift as PostgreSQL 8 with standard_conforming_strings off).
BACKSLASH = frozenset(
    "mysql bigquery clickhouse spark spark2 hive databricks snowflake doris starrocks singlestore redshift".split()  # noqa: SIM905
)
NOT_DOUBLED = frozenset("bigquery".split())  # noqa: SIM905  # '' does not stand for ' there
TICKS = frozenset("mysql bigquery spark spark2 hive databricks doris starrocks singlestore drill".split())  # noqa: SIM905
BRACKETS = frozenset("tsql fabric".split())  # noqa: SIM905
# What a backslash makes of a letter, where that is more than the letter itself.
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0", "Z": "\x1a"}
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")
_OPERATOR = re.compile(r"<=|>=|<>|!=|::|\|\||[-+*/=<>(),]")


class CannotRead(Exception):
    pass


@dataclass(frozen=True)
class Token:
    """`kind` is text, name, word, number or operator; `value` what it means."""

    kind: str
    value: str


def tokens(sql: str, dialect: str) -> Iterator[Token]:
    """The words of an expression. Raises CannotRead for a comment, a second statement, or anything that is not closed."""
    at = 0
    while at < len(sql):
        letter = sql[at]
        if letter.isspace():
            at += 1
        elif letter == "'":
            value, at = _text(sql, at, dialect)
            yield Token("text", value)
        elif letter in '"`[':
            value, at = _name(sql, at, dialect)
            yield Token("name", value)
        elif sql.startswith(("--", "/*"), at) or letter in ";#":
            raise CannotRead(f"a comment or an end stands at {at}: {sql[at : at + 20]!r}")
        else:
            found = next((p.match(sql, at) for p in (_NUMBER, _WORD, _OPERATOR) if p.match(sql, at)), None)
            if found is None:
                raise CannotRead(f"{letter!r} at {at} of {sql!r}")
            kind = "number" if found.re is _NUMBER else "word" if found.re is _WORD else "operator"
            yield Token(kind, found[0])
            at = found.end()


def _text(sql: str, at: int, dialect: str) -> tuple[str, int]:
    found = []
    at += 1
    while at < len(sql):
        letter = sql[at]
        if letter == "\\" and dialect in BACKSLASH:
            following = sql[at + 1 : at + 2]
            if following == "x" and dialect in ("bigquery", "snowflake"):
                found.append(chr(int(sql[at + 2 : at + 4], 16)))
                at += 4
                continue
            octal = re.compile(r"[0-7]{3}").match(sql, at + 1) if dialect == "redshift" else None
            found.append(chr(int(octal[0], 8)) if octal else ESCAPES.get(following, following))
            at += 4 if octal else 2
        elif letter == "'":
            if sql[at + 1 : at + 2] != "'" or dialect in NOT_DOUBLED:
                return "".join(found), at + 1
            found.append("'")
            at += 2
        else:
            found.append(letter)
            at += 1
    raise CannotRead(f"a text is not closed: {sql!r}")


def _name(sql: str, at: int, dialect: str) -> tuple[str, int]:
    start = sql[at]
    own = "`" if dialect in TICKS else "[" if dialect in BRACKETS else '"'
    if start != own:
        raise CannotRead(f"{start} opens no name in {dialect}: {sql!r}")
    close = "]" if start == "[" else start
    end = at + 1
    while end < len(sql):
        if sql[end] == close:
            if sql[end + 1 : end + 2] != close:
                return sql[at + 1 : end].replace(close * 2, close), end + 1
            end += 1
        end += 1
    raise CannotRead(f"a name is not closed: {sql!r}")
