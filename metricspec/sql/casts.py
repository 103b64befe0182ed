"""TRY_CAST where an engine has none: a text that is no number, date or truth becomes NULL, not an error and not 0."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

TRUE = ("1", "true", "t", "yes", "y")
FALSE = ("0", "false", "f", "no", "n")
NUMBER = "^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)? *$"
# A day that there is, alone or with a time: engines refuse the 31st of February instead of making nothing of it.
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_LONG, _SHORT = "(0?[13578]|10|12)-(0?[1-9]|[12][0-9]|3[01])", "(0?[469]|11)-(0?[1-9]|[12][0-9]|30)"
_YEARLY = f"[0-9]{{4}}-({_LONG}|{_SHORT}|0?2-(0?[1-9]|1[0-9]|2[0-8]))"
_TIME = "[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][01][0-9](:?[0-5][0-9])?)?"
DAY = f"^ *({_YEARLY}|{_LEAP}-0?2-29)({_TIME})? *$"


def _build(sql: str, value: exp.Expression) -> exp.Expression:
    """An expression in DuckDB's words, with a value for `x`."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert isinstance(tree, exp.Expression)
    for column in list(tree.find_all(exp.Column)):
        if column.name == "x":
            column.replace(value.copy())
    return tree


def _when(condition: str, value: exp.Expression, cast: exp.Expression) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=_build(condition, value), true=cast)])


def _cast(value: exp.Expression, to: exp.DataType, through: str = "DECIMAL(38, 9)") -> exp.Expression:
    """A cast; what becomes a whole number is rounded first."""
    if to.this in exp.DataType.INTEGER_TYPES:
        value = exp.Cast(this=value, to=exp.DataType.build(through))
    return exp.Cast(this=value, to=to)


def words(value: exp.Expression, true: str, false: str) -> exp.Expression:
    """What the usual words for yes and no say."""
    text = "LOWER(CAST(x AS VARCHAR))"
    listed = [", ".join(f"'{word}'" for word in words) for words in (TRUE, FALSE)]
    sql = f"CASE WHEN {text} IN ({listed[0]}) THEN {true} WHEN {text} IN ({listed[1]}) THEN {false} END"
    return _build(sql, value)


def _kind(to: exp.DataType) -> str:
    if to.this == exp.DType.BOOLEAN:
        return "boolean"
    if to.this == exp.DType.DATE:
        return "date"
    return "number" if to.this in exp.DataType.NUMERIC_TYPES else "text"


def sqlite_cast(node: exp.Expression) -> exp.Expression:
    """SQLite makes 0 of a text that is no number. Exponents are not read out of text."""
    value, to = node.this, node.args["to"]
    match _kind(to):
        case "boolean":
            return words(value, "1", "0")
        case "date":
            return _when("DATE(x, '+0 days') = SUBSTRING(TRIM(x), 1, 10)", value, node)
        case "number":
            digits = "LTRIM(TRIM(x), '+-')"
            fits = f"{digits} GLOB '*[0-9]*' AND NOT {digits} GLOB '*[^0-9.]*' AND NOT {digits} GLOB '*.*.*'"
            fits += " AND NOT SUBSTRING(TRIM(x), 2) GLOB '*[+-]*'"
            whole = to.this in exp.DataType.INTEGER_TYPES
            cast = exp.Cast(this=exp.Round(this=value) if whole else value, to=to)
            return _when(f"TYPEOF(x) <> 'text' OR ({fits})", value, cast)
    return node


def mysql_cast(node: exp.Expression) -> exp.Expression:
    """MySQL and MariaDB make 0 of a text that is no number, and refuse it where a table is made of it."""
    value, to = node.this, node.args["to"]
    match _kind(to):
        case "boolean":
            return words(value, "1", "0")
        case "text":
            return exp.Cast(this=value, to=to)
        case kind:
            return _when(f"REGEXP_INSTR(x, '{DAY if kind == 'date' else NUMBER}') > 0", value, _cast(value, to))


def postgres_cast(node: exp.Expression) -> exp.Expression:
    """PostgreSQL refuses a text that cannot be read; a column of another type is not looked at."""
    value, to = node.this, node.args["to"]
    match _kind(to):
        case "boolean":
            return words(value, "TRUE", "FALSE")
        case "text":
            return exp.Cast(this=value, to=to)
        case kind:
            typed = "CAST(PG_TYPEOF(x) AS TEXT) NOT IN ('text', 'character varying', 'character')"
            fits = f"REGEXP_MATCHES(CAST(x AS TEXT), '{DAY if kind == 'date' else NUMBER}')"
            return _when(f"{typed} OR {fits}", value, _cast(value, to, "DECIMAL"))


def clickhouse_cast(node: exp.Expression) -> exp.Expression:
    """ClickHouse has NULL for what is no number; a word that is no truth would be an error, a day before 1970 another."""
    value, to = node.this, node.args["to"]
    match _kind(to):
        case "boolean":
            return words(value, "TRUE", "FALSE")
        case "date":
            return exp.TryCast(this=value, to=exp.DataType(this=exp.DType.DATE32))
    return node


def bigquery_cast(node: exp.Expression) -> exp.Expression:
    """BigQuery knows fewer words for yes and no."""
    return words(node.this, "TRUE", "FALSE") if _kind(node.args["to"]) == "boolean" else node


def mysql_text(node: exp.Expression) -> exp.Expression:
    """A text of any length cannot be joined by its hash in MariaDB; a note may be long, and nothing joins by it."""
    to = node.args["to"]
    alias = node.parent.alias if isinstance(node.parent, exp.Alias) else ""
    if _kind(to) != "text" or to.expressions or alias == "notes":
        return node
    return exp.Cast(this=node.this, to=exp.DataType.build("CHAR(255)", dialect="mysql"))
