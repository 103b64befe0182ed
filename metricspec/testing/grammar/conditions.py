"""Truth and value are two things in T-SQL and in Oracle: a comparison is no value, and a value is no condition."""

from __future__ import annotations

from collections.abc import Callable

from metricspec.testing.grammar.tokens import Group, Item, Token, is_brackets, is_word

COMPARISON = "a comparison as a value"
VALUE = "a value as a condition"
CHAIN = "a comparison of a comparison"
SETS = ("UNION", "EXCEPT", "INTERSECT", "MINUS")
CLAUSES = (
    "WITH", "SELECT", "INTO", "FROM", "LEFT", "INNER", "CROSS", "JOIN", "ON", "WHERE", "GROUP", "HAVING", "ORDER",
    "PARTITION", "ROWS", "RANGE",
)  # fmt: skip
TESTS = {"=", "<>", "<", ">", "<=", ">=", "!=", "IS", "IN", "LIKE", "BETWEEN"}


def truth_faults(items: list[Item]) -> set[str]:
    """The faults of a statement, or of a query in brackets."""
    found: set[str] = set()
    for part in split(items, lambda item: is_word(item, *SETS)):
        for clause in split(part, lambda item: is_word(item, *CLAUSES)):
            first, rest = clause[:1], clause[1:]
            committed = bool(rest) and is_word(rest[0], "COMMIT")  # ON COMMIT PRESERVE DEFINITION
            if first and is_word(first[0], "WHERE", "ON", "HAVING") and not committed:
                found |= _condition(rest)
            else:
                found |= _value(rest if first and is_word(first[0], *CLAUSES) else clause)
    return found


def _value(items: list[Item]) -> set[str]:
    found: set[str] = set()
    if any(isinstance(item, Token) and (item.text in TESTS or is_word(item, "AND", "OR", "NOT")) for item in items):
        found |= {COMPARISON} if not any(is_word(item, "BETWEEN", "CREATE") for item in items) else set()
    for at, item in enumerate(items):
        if isinstance(item, Group):
            found |= _group(item, items[at - 1] if at else None)
    return found


def _group(group: Group, before: Item | None) -> set[str]:
    if group.kind == "case":
        return _case(group.items)
    if group.items and is_word(group.items[0], "SELECT", "WITH"):
        return truth_faults(group.items)
    if is_word(before, "OVER"):
        return truth_faults(group.items)
    return {fault for one in split(group.items, _is_comma) for fault in _value(one)}


def _case(items: list[Item]) -> set[str]:
    found: set[str] = set()
    subject, *branches = split(items, lambda item: is_word(item, "WHEN", "THEN", "ELSE"))
    found |= _value(subject)
    for branch in branches:
        condition = is_word(branch[0], "WHEN") and not subject
        found |= _condition(branch[1:]) if condition else _value(branch[1:])
    return found


def _condition(items: list[Item]) -> set[str]:
    found: set[str] = set()
    for piece in _members(items):
        while piece and is_word(piece[0], "NOT"):
            piece = piece[1:]
        tests = [item for item in piece if isinstance(item, Token) and item.text in TESTS]
        if len(piece) == 1 and is_brackets(piece[0]):
            assert isinstance(piece[0], Group)
            found |= _condition(piece[0].items)
        elif piece and is_word(piece[0], "EXISTS"):
            found |= _value(piece[1:])
        elif len(tests) != 1:
            found.add(CHAIN if tests else VALUE)
        else:
            at = piece.index(tests[0])
            found |= _value(piece[:at]) if not is_word(piece[at - 1], "NOT") else _value(piece[: at - 1])
            rest = [item for item in piece[at + 1 :] if not is_word(item, "NOT", "AND")]
            found |= _value(rest)
    return found


def _members(items: list[Item]) -> list[list[Item]]:
    """The members of a chain of AND and OR; the AND of a BETWEEN joins none."""
    members: list[list[Item]] = [[]]
    for item in items:
        joins = [one.text for one in members[-1] if isinstance(one, Token) and is_word(one, "BETWEEN", "AND")]
        between = is_word(item, "AND") and joins == ["BETWEEN"]
        if is_word(item, "AND", "OR") and not between:
            members.append([])
        else:
            members[-1].append(item)
    return members


def _is_comma(item: Item) -> bool:
    return isinstance(item, Token) and item.text == ","


def split(items: list[Item], begins: Callable[[Item], bool]) -> list[list[Item]]:
    """Parts, each but the first beginning with an item that `begins` one."""
    parts: list[list[Item]] = [[]]
    for item in items:
        if begins(item):
            parts.append([])
        parts[-1].append(item)
    return parts
