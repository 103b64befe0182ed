"""Constructs that T-SQL and Oracle refuse, found in the tokens of a text: for both no strict parser runs here.

The lists are from the vendors' references: T-SQL as of SQL Server 2022, Oracle as of 19c. A checker that finds nothing
proves little by itself: each construct stands in tests/grammar/test_strict.py of the repository with a text in which it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from metricspec.testing.grammar.conditions import truth_faults
from metricspec.testing.grammar.tokens import Group, Item, Token, is_brackets, is_call, is_word, statements

LONGEST = 128
DEEP = "CASE in CASE more than ten deep"
MANY = "more than a thousand values after IN"
Rule = Callable[[list[Item], int], bool]
CLAUSE = ("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "UNION", "EXCEPT", "INTERSECT", "MINUS")


def _follows(*wanted: str) -> Rule:
    """These words or marks in a row; "(" is brackets, "'" a text, "name" a name, "not (" anything but brackets."""

    def rule(items: list[Item], at: int) -> bool:
        return all(_fits(items[at + i] if at + i < len(items) else None, one) for i, one in enumerate(wanted))

    return rule


def _fits(item: Item | None, wanted: str) -> bool:
    if wanted == "not (":
        return not is_brackets(item)
    if wanted == "(":
        return is_brackets(item)
    if not isinstance(item, Token):
        return False
    if wanted in ("'", "name"):
        return item.kind == ("string" if wanted == "'" else "name")
    return item.kind in ("word", "mark") and item.text == wanted


def _any(*rules: Rule) -> Rule:
    return lambda items, at: any(rule(items, at) for rule in rules)


def _statement(*wanted: str) -> Rule:
    """At the beginning of a statement or of brackets."""
    rule = _follows(*wanted)
    return lambda items, at: at == 0 and rule(items, 0)


def _inner_with(items: list[Item], at: int) -> bool:
    item = items[at]
    return isinstance(item, Group) and is_word(item.items[0] if item.items else None, "WITH")


def _inner_order(items: list[Item], at: int) -> bool:
    item = items[at]
    if not isinstance(item, Group) or not is_word(item.items[0] if item.items else None, "SELECT"):
        return False
    return any(is_word(one, "ORDER") for one in item.items) and not any(is_word(o, "TOP", "OFFSET") for o in item.items)


def _ordinal(items: list[Item], at: int) -> bool:
    """GROUP BY 1."""
    if not is_word(items[at], "GROUP"):
        return False
    for item in items[at + 2 :]:
        if is_word(item, *CLAUSE):
            return False
        if isinstance(item, Token) and item.kind == "number":
            return True
    return False


def _table_as(items: list[Item], at: int) -> bool:
    """FROM t AS x: between FROM and the next clause, outside brackets, every AS stands before a table's alias."""
    if not is_word(items[at], "AS"):
        return False
    for before in reversed(items[:at]):
        if is_word(before, "FROM", "JOIN"):
            return True
        if is_word(before, *CLAUSE, "ON", "WITH", "CREATE"):
            return False
    return False


def _no_from(items: list[Item], at: int) -> bool:
    if not is_word(items[at], "SELECT"):
        return False
    for item in items[at + 1 :]:
        if is_word(item, "FROM"):
            return False
        if is_word(item, "UNION", "EXCEPT", "INTERSECT", "MINUS"):
            return True
    return True


def _star_and_more(items: list[Item], at: int) -> bool:
    """SELECT *, x: Oracle takes a bare star only alone."""
    star = _follows("SELECT", "*")(items, at) or _follows(",", "*")(items, at)
    return star and (_fits(items[at + 2] if at + 2 < len(items) else None, ",") or is_word(items[at], ","))


def _long_name(items: list[Item], at: int) -> bool:
    item = items[at]
    return isinstance(item, Token) and item.kind in ("name", "word") and len(item.raw.strip('"[]`')) > LONGEST


def _deep(items: list[Item], at: int) -> bool:
    item = items[at]
    return isinstance(item, Group) and _depth(item) > 10


def _depth(group: Group) -> int:
    inner = max((_depth(item) for item in group.items if isinstance(item, Group)), default=0)
    return inner + (group.kind == "case")


def _many(items: list[Item], at: int) -> bool:
    item = items[at]
    if not isinstance(item, Group) or not (at and is_word(items[at - 1], "IN")):
        return False
    return sum(isinstance(one, Token) and one.text == "," for one in item.items) >= 1000


BOTH: Mapping[str, Rule] = {
    "LIMIT": _follows("LIMIT"),
    "::": _follows("::"),
    "FILTER (": _follows("FILTER", "("),
    "QUALIFY": _follows("QUALIFY"),
    "TRUE and FALSE": _any(_follows("TRUE"), _follows("FALSE")),
    "BOOLEAN": _any(_follows("BOOLEAN"), _follows("BOOL")),
    "TEXT or STRING as a type": _any(_follows("AS", "TEXT"), _follows("AS", "STRING")),
    "DOUBLE alone": lambda items, at: is_word(items[at], "DOUBLE") and not _follows("DOUBLE", "PRECISION")(items, at),
    "CREATE TEMPORARY TABLE": _any(
        _statement("CREATE", "TEMPORARY"), _statement("CREATE", "TEMP"), _statement("CREATE", "LOCAL")
    ),
    "MATERIALIZED": _follows("MATERIALIZED"),
    "VALUES as a table": _statement("VALUES", "("),
    "a name longer than 128": _long_name,
    "GROUP BY 1": _ordinal,
    "ILIKE": _follows("ILIKE"),
    "IS TRUE": _any(_follows("IS", "TRUE"), _follows("IS", "NOT", "TRUE")),
}
TSQL: Mapping[str, Rule] = {
    **BOTH,
    "NULLS FIRST and LAST": _any(_follows("NULLS", "FIRST"), _follows("NULLS", "LAST")),
    "|| between texts": _follows("||"),
    "ROW (": _follows("ROW", "("),
    "WITH inside brackets": _inner_with,
    "CREATE TABLE AS": lambda items, at: at == 0 and _follows("CREATE", "TABLE")(items, 0) and _has(items, "AS"),
    "USING in a join": _follows("USING", "("),
    "EXTRACT": _follows("EXTRACT", "("),
    "INTERVAL": _follows("INTERVAL"),
    "a date literal": _any(_follows("DATE", "'"), _follows("TIMESTAMP", "'")),
    "ORDER BY inside brackets": _inner_order,
    DEEP: _deep,
    "a text type without its length": _any(_follows("VARCHAR", "not ("), _follows("NVARCHAR", "not (")),
}
ORACLE: Mapping[str, Rule] = {
    **BOTH,
    "WITH RECURSIVE": _follows("WITH", "RECURSIVE"),
    "AS before a table's alias": _table_as,
    "SELECT without FROM": _no_from,
    "a star beside other columns": _star_and_more,
    "VARCHAR or a text type without its length": _any(_follows("VARCHAR"), _follows("VARCHAR2", "not (")),
    "an empty text": lambda items, at: isinstance(items[at], Token) and items[at].text == "''",  # type: ignore[union-attr]
    "a text of any length, which cannot be compared": _follows("AS", "CLOB"),
    "a date read in the session's format": _follows("'", "AS", "DATE"),
    "USING in a join": _follows("USING", "("),
    MANY: _many,
    "EXCEPT": _follows("EXCEPT"),
    "TRY_CAST": _follows("TRY_CAST"),
    "% as remainder": _follows("%"),
    "a temporary table without its prefix": lambda items, at: (
        at == 0 and _follows("CREATE", "PRIVATE")(items, 0) and not _prefixed(items)
    ),
    "CREATE TEMPORARY VIEW": lambda items, at: at == 0 and is_word(items[0], "CREATE") and _has(items, "VIEW"),
}
RULES: Mapping[str, Mapping[str, Rule]] = {"tsql": TSQL, "oracle": ORACLE}


def _has(items: list[Item], word: str) -> bool:
    return any(is_word(item, word) for item in items)


def _prefixed(items: list[Item]) -> bool:
    return any(isinstance(item, Token) and item.raw.strip('"').upper().startswith("ORA$PTT_") for item in items)


def refused(sql: str, dialect: str) -> set[str]:
    """The constructs of a text that the dialect refuses."""
    found: set[str] = set()
    for statement in statements(sql):
        for items in levels(statement):
            found |= {name for name, rule in RULES[dialect].items() if any(rule(items, at) for at in range(len(items)))}
        found |= truth_faults(statement)
    return found


def levels(items: list[Item]) -> Iterator[list[Item]]:
    """What stands beside each other: a statement, and what each of its brackets and CASEs hold."""
    yield items
    for item in items:
        if isinstance(item, Group):
            yield from levels(item.items)


def functions(sql: str) -> set[str]:
    """Every word that is called."""
    return {
        items[at - 1].text  # type: ignore[union-attr]
        for statement in statements(sql)
        for items in levels(statement)
        for at in range(1, len(items))
        if is_brackets(items[at]) and is_call(items[at - 1])
    }
