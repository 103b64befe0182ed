"""A scope with a column of every type."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metricspec.model import Codes, Column, Lookup
from metricspec.sql.expression import Scope


@pytest.fixture(scope="session")
def scope() -> Scope:
    columns = (
        Column("a", "integer"),
        Column("b", "integer"),
        Column("d", "decimal", scale=2),
        Column("x", "number"),
        Column("flag", "boolean"),
        Column("grade", "code", "grade"),
        Column("race", "code", "race"),
        Column("entry_date", "date"),
        Column("name", "string"),
        Column("school_year", "school_year"),
    )
    grades = Codes("grade", tuple((code, "") for code in ("TK", "KN", "01", "02", "03")), ordered=True)
    races = Codes("race", (("AA", ""), ("HI", "")))
    minimum = Lookup("ca.minimum", "grade", (("03", Decimal(2432)), ("01", Decimal("1.5"))))
    return Scope({c.name: c for c in columns}, {"grade": grades, "race": races}, {"ca.minimum": minimum})
