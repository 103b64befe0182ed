"""Text made short for slow parsers without losing a construct: of like items of a list, one is enough.

A grammar takes a list of one item where it takes a list of ten of the same shape, that is, items which differ in names,
numbers and texts and not in words and marks. Items of SELECT lists, GROUP BY and VALUES, branches of CASE, members of
AND and OR chains, parts of a UNION and common table expressions are such lists. Arguments of functions are left alone.
"""

from __future__ import annotations

from collections.abc import Callable

from metricspec.testing.grammar.tokens import Group, Item, Token, is_call, is_word

SETS = ("UNION", "EXCEPT", "INTERSECT")
CLAUSES = (
    "WITH", "SELECT", "FROM", "LEFT", "INNER", "JOIN", "ON", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "PARTITION",
)  # fmt: skip


class Thinner:
    """Remembers the shapes it let through: what one text has shown, the next need not show again."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def statement(self, items: list[Item]) -> list[Item]:
        """One statement, or what a bracket holds."""
        items = [self._inside(item, items[at - 1] if at else None) for at, item in enumerate(items)]
        return self._new([self._clauses(part) for part in _split(items, lambda item: is_word(item, *SETS))])

    def _inside(self, item: Item, before: Item | None) -> Item:
        if not isinstance(item, Group):
            return item
        if item.kind == "case":
            return Group("case", self._case(item.items))
        if is_call(before):
            inner = [self._inside(one, item.items[at - 1] if at else None) for at, one in enumerate(item.items)]
            return Group("brackets", inner)
        return Group("brackets", self.statement(item.items))

    def _case(self, items: list[Item]) -> list[Item]:
        items = [self._inside(item, items[at - 1] if at else None) for at, item in enumerate(items)]
        first, *branches = _split(items, lambda item: is_word(item, "WHEN", "ELSE"))
        branches = [
            [one for part in _split(branch, lambda item: is_word(item, "THEN")) for one in self._chain(part)]
            for branch in branches
        ]
        return [*first, *self._new(branches)]

    def _clauses(self, items: list[Item]) -> list[Item]:
        found: list[Item] = []
        for clause in _split(items, lambda item: is_word(item, *CLAUSES)):
            listed = _split(clause, lambda item: isinstance(item, Token) and item.text == ",")
            found += self._new([self._chain(item) for item in listed])
        return found

    def _chain(self, items: list[Item]) -> list[Item]:
        if any(is_word(item, "BETWEEN", "CREATE") for item in items):  # its AND, or OR REPLACE, joins no chain
            return items
        return self._new(_split(items, lambda item: is_word(item, "AND", "OR")))

    def _new(self, parts: list[list[Item]]) -> list[Item]:
        """The first part always stays; of the others, those of a shape not seen before."""
        kept = list(parts[0])
        for part in parts[1:]:
            form = shape(part)
            if form not in self.seen:
                self.seen.add(form)
                kept += part
        return kept


def shape(items: list[Item]) -> str:
    """Words and marks as they are; every quoted name alike, every text, every number."""
    return " ".join(_shape(item) for item in items)


def _shape(item: Item) -> str:
    if isinstance(item, Group):
        return f"{item.kind}( {shape(item.items)} )"
    return {"name": "NAME", "string": "'text'", "number": "0"}.get(item.kind, item.text)


def _split(items: list[Item], begins: Callable[[Item], bool]) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if begins(item):
            parts.append([])
        parts[-1].append(item)
    return parts
