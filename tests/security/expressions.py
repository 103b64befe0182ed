"""Texts that people, or people who mean harm, could write where an expression is expected."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from metricspec.model import Codes, Column, Lookup
from metricspec.sql.expression import Scope

ODD = (
    "01",
    "a\\",
    "it's",
    "\\' or 1=1 --",
    'say "so"',
    "{{ref('x')}}",
    "é",
    "a;b",
    "-- x",
    "/*",
    "@m0",
    '"@k"',
    "%s",
    "",
)
CODES = Codes("odd", tuple((code, "") for code in ODD), ordered=True)
LOOKUP = Lookup("of.odd", "odd", tuple((code, Decimal(at)) for at, code in enumerate(ODD)))
COLUMNS = (
    Column("days", "integer"), Column("share", "decimal", scale=2), Column("score", "number"), Column("called", "string"),
    Column("odd", "code", codes="odd"), Column("flag", "boolean"), Column("day", "date"),
    Column("school_year", "school_year"), Column("select", "integer"), Column("table", "string"),
)  # fmt: skip
SCOPE = Scope({column.name: column for column in COLUMNS}, {"odd": CODES}, {"of.odd": LOOKUP})
QUOTES = "'\"`\u2018\u2019\u201c\u02bc\uff07\\$"

texts = st.text(
    st.sampled_from([*QUOTES, *"ab01 ;-*/#%{}()@:\n\t", "é", "\u202e", "\u2028", "\0", "\U0001f600"]), max_size=12
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


literals = (texts | st.sampled_from(ODD)).map(quoted)
numbers = st.sampled_from(
    ["0", "1", "10", "0.5", "1e9", "0x1F", "999999999999999999", "1_000", ".5", "5.", "٣", "inf", "-1"]
)
names = st.sampled_from(
    ["days", "share", "score", "called", "odd", "flag", "day", "school_year", "select", '"days"', "days_absnt", "pg_class.oid",
     "information_schema.tables", "main.days", "d\u0430ys", "*", "@days", ":days", "?", "$1", "rowid", "COLUMNS(*)"]
)  # fmt: skip
calls = st.sampled_from(
    ["coalesce", "abs", "lookup", "days_between", "date_in", "nvl", "ifnull", "if", "read_csv", "pg_sleep", "load_extension",
     "count", "sum", "getenv", "pg_read_file", "xp_cmdshell", "sleep", "concat", "substr", "list_transform", "nullif", "exists",
     "(select", "cast", "try_cast", "extract", "row", "array", "struct_pack", "unnest", "query", "dblink"]
)  # fmt: skip
hostile = st.sampled_from(
    ["(select 1)", "(select max(days) from org)", "; drop table org", "-- x", "/* x */", "# x", ";--", "') or ('1'='1", "::int",
     "::date", "[0]", "[1:2]", ".x", "x -> x + 1", "over ()", "filter (where flag)", "union select 1", "union all select * from org",
     "intersect", "{{ref('x')}}", "{% raw %}", "$$a$$", "E'\\n'", "U&'\\0061'", "N'a'", "X'41'", "b'a'", "r'a\\'", "collate nocase",
     "limit 1", "order by 1", "group by 1", "as x", "at time zone 'utc'", "interval '1 day'", "current_user", "current_date",
     "is distinct from 1", "like 'a%'", "~ 'a'", "||", "&", "|", "^", "**", "%", "//", "??", "!", "symmetric", "not", "default",
     "returning *", "into outfile 'x'", "within group (order by 1)", "ignore nulls", "distinct", "\u037e", "\uff1b", "\\"]
)  # fmt: skip
known = (
    names | numbers | literals | st.sampled_from(["true", "false", "null", "date '2024-10-02'", "'2024-25'", "'06-30'"])
)
operators = st.sampled_from(
    [
        "=",
        "<>",
        "!=",
        "==",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "and",
        "or",
        "is",
        "is not",
        "in",
        "not in",
        "between",
        "<=>",
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, operators, inner).map(" ".join)
    called = st.tuples(calls, st.lists(inner, max_size=3)).map(lambda one: f"{one[0]}({', '.join(one[1])})")
    between = st.tuples(inner, inner, inner).map(lambda one: f"{one[0]} between {one[1]} and {one[2]}")
    listed = st.tuples(inner, st.lists(inner, max_size=3)).map(lambda one: f"{one[0]} in ({', '.join(one[1])})")
    cases = st.tuples(inner, inner, inner).map(lambda one: f"case when {one[0]} then {one[1]} else {one[2]} end")
    return (
        pair | called | between | listed | cases | inner.map(lambda one: f"({one})") | inner.map(lambda one: f"not {one}")
        | inner.map(lambda one: f"-{one}") | inner.map(lambda one: f"{one} is null")
        | st.tuples(inner, hostile).map(" ".join) | st.tuples(hostile, inner).map(" ".join)
    )  # fmt: skip


anything = st.recursive(known | hostile, _larger, max_leaves=8)

# Mostly right, so that many are accepted: what is wrong with an accepted one is then seen.
_values = st.sampled_from(["days", "share", "score", "1", "10", "0.5", "abs(days)", "- days", "lookup(of.odd, odd)"])
_called = literals.map(lambda text: f"called = {text}") | st.tuples(literals, literals).map(
    lambda two: f'coalesce(called, {two[0]}) in ({two[1]}, "table")'.replace('"table"', "'x'")
)
_odd = st.sampled_from(ODD).map(lambda code: f"odd = {quoted(code)}") | st.sampled_from(ODD).map(
    lambda code: f"odd >= {quoted(code)}"
)
_simple = (
    _called | _odd | st.tuples(_values, st.sampled_from(["=", "<", ">=", "<>"]), _values).map(" ".join)
    | st.sampled_from(["flag", "not flag", "day >= date '2024-10-02'", "days_between(day, day) > 3", "day is null",
                       "day = date_in(school_year, '06-30')", "school_year = '2024-25'", "days / share > 1"])
)  # fmt: skip
meant = st.recursive(
    _simple,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda one: f"({' '.join(one)})")
        | inner.map(lambda one: f"not ({one})")
        | st.tuples(inner, inner).map(
            lambda two: f"case when {two[0]} then 1 else 0 end = case when {two[1]} then 1 else 2 end"
        )
    ),
    max_leaves=5,
)
