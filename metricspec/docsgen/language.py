"""The page of the language: every kind of document with its keys, and expressions."""

from __future__ import annotations

from metricspec.docsgen.keys import keys_table
from metricspec.docsgen.markdown import code, listing, page, table
from metricspec.model import Column
from metricspec.reading.schemas import kind_schema
from metricspec.scopes import LEVEL_COLUMNS, ORG_COLUMNS, SCHOOL_COLUMNS

# Each kind with its heading key and a shipped document to look at.
KINDS = {
    "indicator": ("indicator", "specs/indicators/ca/chronic-absenteeism.yaml"),
    "test": ("test", "specs/indicators/ca/ca.chronic_absenteeism.test.yaml"),
    "dataset": ("dataset", "specs/datasets/attendance_stint.yaml"),
    "codes": ("codes", "specs/codes/grade.yaml"),
    "lookup": ("lookup", "specs/lookups/ca-ela-level-3-minimum.yaml"),
    "orgs": ("orgs", "specs/orgs/ca_dashboard.yaml"),
    "group_set": ("group_set", "specs/groups/dash14.yaml"),
    "policy": ("policy", "specs/policies/ca_dashboard.yaml"),
    "levels": ("levels", "specs/levels/ca/chronic-absenteeism.yaml"),
    "framework": ("framework", "specs/frameworks/ca-dashboard.yaml"),
    "binding": ("binding", "specs/bindings/ca-dashboard-2018.yaml"),
    "project": ("project", ""),
}
INTRO = """Specs are YAML files that end in `.yaml`, one document in each. The first key is always `metricspec: 1`, the grammar
of the file; the second names the kind of document and its id. A key that is not listed here is an error."""

# Forms that an expression may have, each with an example over attendance_stint; a test parses every example.
FORMS = (
    ("compare", "= <> < <= > >=", "days_expected >= 31"),
    ("a range, both ends included", "between", "grade between 'TK' and '08'"),
    ("one of several", "in (...), not in (...)", "enrollment_status in ('10', '30')"),
    ("a flag, alone", "", "not attendance_exempt"),
    ("join conditions", "and, or, not, ( )", "disability and (homeless or foster_youth)"),
    ("known or not", "is null, is not null", "accountability_district_id is not null"),
    ("calculate", "+ - * /", "10 * days_absent >= days_expected"),
    ("distance from nothing", "abs", "abs(days_absent - 10) <= 2"),
    ("the first that is known", "coalesce", "coalesce(accountability_district_id, school_id)"),
    ("a constant by code", "lookup", "lookup(ca.ela_level_3_minimum, grade) > 2400"),
    ("a choice", "case when", "case when disability then 1 else 0 end"),
    ("a date", "date '...'", "entry_date <= date '2024-10-02'"),
    ("a school year", "'...'", "school_year >= '2022-23'"),
    ("a day of a school year, July to June", "date_in", "entry_date <= date_in(school_year, '10-02')"),
    ("days from one date to a later one", "days_between", "days_between(entry_date, exit_date) >= 31"),
)
RULES = (
    "Codes, texts and school years stand in single quotes, with their zeros: `'06'`.",
    "Codes of an ordered list compare in the order of the list, so `grade < '01'` holds for `TK` and `KN`; two columns of "
    "one ordered list compare in that order too.",
    "A flag stands alone: `homeless`, `not homeless`.",
    "Sums, differences and products of whole numbers and exact decimals stay exact; a quotient does not, and a "
    "division by 0 is unknown.",
    "What is unknown stays unknown: a comparison with a missing value neither holds nor fails. Datasets, facts and "
    "measures say what missing means.",
    "An expression has at most 2,000 characters.",
)


def _names(columns: tuple[Column, ...]) -> str:
    return ", ".join(code(column.name) for column in columns)


def _scopes() -> str:
    rows = (
        (
            "`stints:` of an indicator; `key:` and `stints:` of an org set",
            f"the dataset's columns, and {_names(SCHOOL_COLUMNS)}",
        ),
        (
            "`population:` and the measure",
            f"columns that have a rollup, combined to one row a student and org; the indicator's facts; {_names(ORG_COLUMNS)}",
        ),
        ("`where:` of a fact or a student group", "the columns of that dataset's own rows"),
        ("`when:` of a level table", _names(LEVEL_COLUMNS)),
    )
    return table(("Where", "Columns that it sees"), rows)


def _expressions() -> str:
    forms = table(
        ("To", "Write", "Example"), [(what, how and code(how), code(example)) for what, how, example in FORMS]
    )
    return "\n\n".join(
        (
            "## Expressions",
            "Conditions and values are written in a small part of SQL. Nothing else is allowed: no other function, no subquery.",
            forms,
            listing(RULES),
            _scopes(),
            "Conditions of bindings (`sql:` and `where:` there) are not expressions: they are SQL of the district's own "
            "tables, in DuckDB's words, and are translated for other warehouses.",
        )
    )


def _kind(kind: str) -> str:
    schema = kind_schema(kind)
    heading, example = KINDS[kind]
    shown = f"Example: [{example}](../../{example})." if example else "The file is called `metricspec.yaml`."
    parts = [f"## {heading}", schema["description"], shown]
    if kind == "indicator":
        parts.append(
            "`students` and `orgs` are required where the measure counts students. With the measure type `published` "
            "the keys `students`, `stints`, `facts` and `population` are not allowed. The keys of `measure` depend on its "
            "type: see [measure types](measure-types.md)."
        )
        parts.append(
            "*Effect*, here and below, is what a change of the key does: `past` changes published numbers, `future` only those still to "
            "come, `label` none. Of rules with dates the years decide that differ: see [versions](../explanation/versions.md)."
        )
    parts.append(keys_table(schema))
    return "\n\n".join(parts)


def _sources() -> str:
    source = kind_schema("indicator")["properties"]["source"]
    says = "Who published a rule, where, and the day it was read. A source or a dated rule with `unverified: true` has not been compared with its source by anybody yet."
    return "\n\n".join(("## Sources", says, keys_table(source, effects=False)))


def language_page() -> str:
    contents = listing(f"[{heading}](#{heading})" for heading, _ in KINDS.values())
    parts = [contents + "\n- [Sources](#sources)\n- [Expressions](#expressions)"]
    return page("The language", INTRO, [*parts, *(_kind(kind) for kind in KINDS), _sources(), _expressions()])
