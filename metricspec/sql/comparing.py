"""Comparisons: of one type with itself, of ordered codes by their list, of codes with codes that exist."""

from __future__ import annotations

from sqlglot import exp

from metricspec.model import Codes
from metricspec.schoolyear import is_school_year
from metricspec.sql import names
from metricspec.sql.expression import Finding, Refused
from metricspec.sql.typed import Pass, Typed


class Comparisons(Pass):
    """The part of the typing pass that judges =, <, between and in."""

    def comparison(self, node: exp.Expression) -> Typed:
        left, right = self.value(node.this), self.value(node.expression)
        self.comparable(node, left, right)
        ordering = not isinstance(node, exp.EQ | exp.NEQ)
        coded = left.codes or right.codes
        if ordering and left.codes and right.codes:
            trees = [self.rank(node, side, left.codes) for side in (left, right)]
            return Typed(type(node)(this=trees[0], expression=trees[1]), "boolean", condition=True)
        if ordering and coded:
            if left.codes is None or right.literal is None:
                raise self.refused(
                    node, "MS304", "an ordered code is compared with a code in single quotes on the right"
                )
            return self.code_list(node, left, self.picked(node, coded, right.literal, type(node)))
        if ordering and "boolean" in (left.type, right.type):
            raise self.refused(node, "MS304", "a flag has no order", "write the flag alone, or: not flag")
        return Typed(type(node)(this=left.tree, expression=right.tree), "boolean", condition=True)

    def comparable(self, node: exp.Expression, left: Typed, right: Typed) -> None:
        if "null" in (left.type, right.type):
            raise self.refused(node, "MS303", "nothing is ever equal to null", "write: x is null, or x is not null")
        for one, other in ((left, right), (right, left)):
            if one.type == "code" and other.literal is not None:
                return self.code(node, one.codes, other.literal)
            if one.type == "school_year" and other.literal is not None:
                if not is_school_year(other.literal):
                    raise self.refused(node, "MS304", f"'{other.literal}' is not a school year", "write '2024-25'")
                return None
            if one.type == "date" and other.literal is not None:
                raise self.refused(node, "MS304", "a date is written with its word", f"write date '{other.literal}'")
        if left.type != right.type:
            raise self.refused(
                node, "MS304", f"a {left.type} cannot be compared with a {right.type}", self.mend(left, right)
            )
        return None

    @staticmethod
    def mend(left: Typed, right: Typed) -> str:
        kinds = {left.type, right.type}
        if kinds == {"code", "number"}:
            return "codes are text: put the code in single quotes, e.g. '05'"
        if "date" in kinds:
            return "write date '2024-10-02'"
        return "compare values of one type"

    def code(self, node: exp.Expression, codes: Codes | None, written: str) -> None:
        if codes is not None and written not in codes.names:
            at = max(0, self.text.find(f"'{written}'"))
            raise Refused(
                Finding(
                    "MS305",
                    f"'{written}' is not a code of '{codes.id}'",
                    "",
                    at,
                    len(written) + 2,
                    written,
                    codes.names,
                )
            )

    def picked(self, node: exp.Expression, codes: Codes, bound: str, kind: type[exp.Expression]) -> list[str]:
        if not codes.ordered:
            raise self.refused(node, "MS304", f"codes of '{codes.id}' have no order", "write: x in ('A', 'B')")
        at = codes.names.index(bound)
        parts: dict[type[exp.Expression], tuple[str, ...]] = {
            exp.LT: codes.names[:at],
            exp.LTE: codes.names[: at + 1],
            exp.GT: codes.names[at + 1 :],
            exp.GTE: codes.names[at:],
        }
        return list(parts[kind])

    def rank(self, node: exp.Expression, side: Typed, codes: Codes) -> exp.Expression:
        """The place of a code in its list, to compare two columns of one ordered list."""
        if side.codes is None or side.codes.id != codes.id or not codes.ordered:
            other = side.codes.id if side.codes else ""
            said = f"codes of '{other}'" if other == codes.id else f"codes of '{codes.id}' and of '{other}'"
            raise self.refused(node, "MS304", f"{said} have no order", "compare codes of one ordered list")
        return names.case(
            *((names.equal(side.tree.copy(), names.text(c)), names.number(at)) for at, c in enumerate(codes.names, 1))
        )

    def code_list(self, node: exp.Expression, left: Typed, picked: list[str]) -> Typed:
        if not picked:
            raise self.refused(node, "MS304", "no code satisfies this comparison")
        return Typed(exp.In(this=left.tree, expressions=[names.text(p) for p in picked]), "boolean", condition=True)

    def between(self, node: exp.Expression) -> Typed:
        subject, low, high = (
            self.value(node.this),
            self.value(node.args["low"]),
            self.value(node.args["high"]),
        )
        self.comparable(node, subject, low)
        self.comparable(node, subject, high)
        if subject.codes:
            if low.literal is None or high.literal is None:
                raise self.refused(node, "MS304", "codes stand between two codes in single quotes")
            above = self.picked(node, subject.codes, low.literal, exp.GTE)
            below = self.picked(node, subject.codes, high.literal, exp.LTE)
            return self.code_list(node, subject, [code for code in above if code in below])
        if subject.type == "boolean":
            raise self.refused(node, "MS304", "a flag has no order", "write the flag alone, or: not flag")
        return Typed(exp.Between(this=subject.tree, low=low.tree, high=high.tree), "boolean", condition=True)

    def within(self, node: exp.Expression) -> Typed:
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field") or not node.expressions:
            raise self.refused(node, "MS303", "'in' takes a list of values", "write: grade in ('TK', 'KN')")
        subject = self.value(node.this)
        items = [self.value(item) for item in node.expressions]
        for item in items:
            self.comparable(node, subject, item)
        return Typed(exp.In(this=subject.tree, expressions=[i.tree for i in items]), "boolean", condition=True)
