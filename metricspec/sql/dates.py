"""Dates in expressions: a date written out, a day of a school year, the days between two dates."""

from __future__ import annotations

import re
from datetime import date

from sqlglot import exp

from metricspec.sql import names
from metricspec.sql.typed import Pass, Typed

FIRST_DAY = "07-01"  # of a school year
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class Dates(Pass):
    """The part of the typing pass that judges dates."""

    def date(self, node: exp.Expression) -> Typed:
        if not (isinstance(node.this, exp.Literal) and node.this.is_string and node.args["to"].is_type("date")):
            raise self.refused(node, "MS303", "a conversion of types is not allowed", "types come from the dataset")
        if not _DATE.fullmatch(node.this.name):
            raise self.refused(node, "MS304", f"'{node.this.name}' is not a date", "write date '2024-10-02'")
        return Typed(names.cast(names.text(node.this.name), "DATE"), "date")

    def days_between(self, node: exp.Expression) -> Typed:
        """Days from one date to a later one; below 0 where it is earlier."""
        if len(node.expressions) != 2:
            raise self.refused(node, "MS306", "days_between takes two dates", "days_between(entry_date, exit_date)")
        earlier, later = (self.value(part) for part in node.expressions)
        for part, typed in zip(node.expressions, (earlier, later), strict=True):
            if typed.type != "date":
                raise self.refused(part, "MS304", f"a date is expected here; this is a {typed.type}")
        tree = exp.DateDiff(this=later.tree, expression=earlier.tree, unit=exp.Var(this="DAY"))
        return Typed(tree, "number", 0)

    def date_in(self, node: exp.Expression) -> Typed:
        """A day of a school year, which runs from July to June."""
        about = "date_in(school_year, '06-30')"
        if len(node.expressions) != 2:
            raise self.refused(node, "MS306", "date_in takes a school year and a day", about)
        year, day = (self.value(part) for part in node.expressions)
        if year.type != "school_year":
            raise self.refused(node.expressions[0], "MS304", f"a school year is expected here; this is a {year.type}")
        if day.literal is None or not _DATE.fullmatch(f"2023-{day.literal}") or not _exists(day.literal):
            raise self.refused(node.expressions[1], "MS304", "a day is written as month and day", about)
        start: exp.Expression = exp.Substring(this=year.tree, start=names.number(1), length=names.number(4))
        if day.literal < FIRST_DAY:
            later = exp.Add(this=names.cast(start, "INTEGER"), expression=names.number(1))
            start = names.cast(later, "VARCHAR")
        return Typed(names.cast(exp.DPipe(this=start, expression=names.text(f"-{day.literal}")), "DATE"), "date")


def _exists(day: str) -> bool:
    """Whether a month has the day in every year."""
    try:
        date.fromisoformat(f"2023-{day}")
    except ValueError:
        return False
    return True
