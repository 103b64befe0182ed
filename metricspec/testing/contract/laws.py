"""What every measure type keeps, each a function over a fixture that raises AssertionError where it does not hold."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema

from metricspec.compiler import Compiler
from metricspec.compiler.bind import sql_type
from metricspec.measure import MeasureType, RowMeasure
from metricspec.model import Scalar
from metricspec.problems import PartlyPython
from metricspec.reading.yaml_nodes import read_nodes
from metricspec.testing.comparing import KEYS, key_text, same
from metricspec.testing.contract.fixture import Fixture, Row
from metricspec.testing.runner import Runner
from metricspec.warehouses.duckdb import DuckDB

TOLERANCE = 1e-9
DIALECTS = (
    "duckdb", "sqlite", "postgres", "mysql", "clickhouse", "datafusion", "spark", "databricks", "snowflake", "bigquery",
    "redshift", "tsql", "trino", "oracle",
)  # fmt: skip
NUMBERS = ("numerator", "denominator", "n", "value", "standard_error", "low", "high")


def schema_is_closed_and_described(fixture: Fixture) -> None:
    """No block of the schema takes keys it does not name, and each key says what it is and what a change of it does."""
    schema = measure_type(fixture).schema
    assert schema.get("type") == "object", "the schema is that of a block"
    for path, block in blocks(schema):
        assert block.get("additionalProperties") is not None, f"{path}: say additionalProperties: False"
        assert block.get("additionalProperties") is not True, f"{path} takes keys that it does not name"
        for name, key in block.get("properties", {}).items():
            assert key.get("description"), f"{path}{name} has no description"
            assert key.get("x-effect") in ("past", "future", "label"), f"{path}{name} has no x-effect"


def docstring_is_a_reference_page(fixture: Fixture) -> None:
    """What it is, its uncertainty, and an example that the schema takes."""
    measure = measure_type(fixture)
    text = " ".join((type(measure).__doc__ or "").split())
    assert len(text.split(". ")) > 1, "the docstring of the class is its reference page"
    assert re.search(r"[Ii]nterval", text), "the docstring says what the interval is, or why there is none"
    example = re.search(r"Example: `(\{.*?\})`", text)
    assert example, "the docstring ends in 'Example: `{type: ...}`'"
    nodes, problems = read_nodes("docstring", example[1].encode())
    assert not problems, problems
    block = dict(nodes.data)
    assert block.pop("type") == measure.name
    jsonschema.validate(block, dict(measure.schema))
    measure.parse(block)


def bad_specs_are_told_where_they_are_wrong(fixture: Fixture) -> None:
    """Each at its line and column, and nothing else of it is complained of."""
    stated = fixture.bad
    assert stated, "there is no bad spec in the folder bad/"
    for one in stated:
        found = [(p.code, p.place.line, p.place.column) for p in fixture.problems_of(one.file)]
        assert found == [(one.code, one.line, one.column)], f"{one.file.name}: {fixture.problems_of(one.file)}"
        (problem,) = fixture.problems_of(one.file)
        assert one.words in problem.message, f"{one.file.name}: {problem.message}"


def numbers_are_those_made_by_hand(fixture: Fixture) -> None:
    """Every row of expected.csv is in the Tally, with the same numbers."""
    rows, expected = tally(fixture), fixture.expected()
    assert expected, "expected.csv has no rows"
    for want in expected:
        found = [row for row in rows if all(written(row[k]) == v for k, v in want.items() if k in KEYS)]
        assert len(found) == 1, f"{len(found)} rows for {want}; there are:\n" + "\n".join(map(key_text, rows))
        compare(want, found[0], key_text(found[0]))


def numbers_are_those_of_another_hand(fixture: Fixture) -> None:
    """check.sql gives every school row of the Tally, and no other."""
    ours = {key(row): row for row in tally(fixture) if row["org_level"] == "school"}
    with DuckDB(threads=1) as warehouse:
        for name, (columns, rows) in fixture.tables(fixture.rows()).items():
            types = [(column.name, sql_type(column)) for column in columns]
            warehouse.load(name, types, [tuple(row[c.name] for c in columns) for row in rows])
        sql = (fixture.folder / "check.sql").read_text(encoding="utf-8")
        names, found = warehouse.fetch(sql, "check.sql")
    assert set(names) & set(NUMBERS), f"check.sql has none of {', '.join(NUMBERS)}"
    theirs = [dict(zip(names, row, strict=True)) for row in found]
    keys = [{**dict.fromkeys(KEYS), "org_level": "school", **row} for row in theirs]
    years = {row["school_year"] for row in ours.values()}
    for row in keys:
        if row["school_year"] is None and len(years) == 1:
            (row["school_year"],) = years
    assert {key(row) for row in keys} == set(ours), "check.sql has other rows"
    for full, row in zip(keys, theirs, strict=True):
        compare(row, ours[key(full)], key_text(full))


def no_rows_give_no_results(fixture: Fixture) -> None:
    assert results(fixture, {name: [] for name in fixture.rows()}) == []


def unknown_values_stop_nothing(fixture: Fixture) -> None:
    """Where every cell is empty that may be, there is an answer, and it is no number that is not one."""
    columns = fixture.loaded.catalog.datasets
    rows = {
        name: [{c: None if columns[name].columns[c].missing != "error" else v for c, v in row.items()} for row in given]
        for name, given in fixture.rows().items()
        if name != "org"
    }
    for row in results(fixture, rows | {k: v for k, v in fixture.rows().items() if k == "org"}):
        for name in NUMBERS:
            value = row[name]
            assert value is None or math.isfinite(number(value)), f"{key_text(row)}: {name}"


def order_of_rows_is_nothing(fixture: Fixture) -> None:
    backwards = {name: list(reversed(rows)) for name, rows in fixture.rows().items()}
    assert_same(results(fixture, backwards), tally(fixture))


def twice_the_students_are_twice_the_n(fixture: Fixture) -> None:
    """Every student a second time under another name: the same rows, each of twice as many."""
    if isinstance(measure_type(fixture), RowMeasure):
        return
    twice = {name: [*rows, *again(fixture, name, rows)] for name, rows in fixture.rows().items()}
    once = {key(row): row for row in tally(fixture) if row["statistic"] is None}
    found = [row for row in results(fixture, twice) if row["statistic"] is None]
    assert {key(row) for row in found} == set(once), "twice the students have other rows"
    for row in found:
        assert same(2 * number(once[key(row)]["n"]), row["n"], TOLERANCE), f"{key_text(row)}: n is {row['n']}"


def what_the_policy_hides_is_hidden(fixture: Fixture) -> None:
    """In the Result a row that is hidden has no number, and a row of fewer people than the policy shows is hidden."""
    policy = fixture.loaded.catalog.policies[fixture.indicator.policy]
    released = runner(fixture).results(fixture.indicator.id, fixture.rows(), "released")
    assert any(row["suppressed"] for row in released), "the rows should have a cell that the policy hides"
    for row in released:
        assert not row["suppressed"] or all(row[name] is None for name in NUMBERS), key_text(row)
    shown = {key(row) for row in released if row["suppressed"] is None}
    tested = "n" if policy.of == "students" else "denominator"
    for row in tally(fixture):
        year, level, group = (str(row[name]) for name in ("school_year", "org_level", "student_group"))
        few = number(row[tested]) < policy.least_shown(year, level, group)
        assert not few or key(row) not in shown, f"{key_text(row)} is of too few and shown"


def every_dialect_has_its_sql(fixture: Fixture) -> None:
    for dialect in DIALECTS:
        compiler = Compiler(fixture.loaded.catalog, fixture.registry, fixture.loaded.expressions, dialect)
        try:
            sql = compiler.compile(fixture.indicator.id)
        except PartlyPython:
            continue
        assert "SELECT" in sql and '"@' not in sql, dialect


LAWS = (
    schema_is_closed_and_described,
    docstring_is_a_reference_page,
    bad_specs_are_told_where_they_are_wrong,
    numbers_are_those_made_by_hand,
    numbers_are_those_of_another_hand,
    no_rows_give_no_results,
    unknown_values_stop_nothing,
    order_of_rows_is_nothing,
    twice_the_students_are_twice_the_n,
    what_the_policy_hides_is_hidden,
    every_dialect_has_its_sql,
)


def measure_type(fixture: Fixture) -> MeasureType:
    return fixture.registry.measure_types[fixture.indicator.measure_type]


def blocks(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every block of a schema that has keys, with the path to it."""
    if "properties" in schema or schema.get("type") == "object":
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from blocks(inner, f"{path}{name}.")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), Mapping):
            yield from blocks(schema[name], f"{path}<{name}>.")
    for name in ("anyOf", "oneOf"):
        for inner in schema.get(name, ()):
            yield from blocks(inner, path)


def runner(fixture: Fixture) -> Runner:
    return Runner(fixture.loaded.catalog, fixture.registry, fixture.loaded.expressions)


def results(fixture: Fixture, rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    found = runner(fixture).results(fixture.indicator.id, rows, "tally")
    return [row for row in found if row["indicator"] == fixture.indicator.id]


def tally(fixture: Fixture) -> list[Row]:
    return results(fixture, fixture.rows())


def key(row: Row) -> tuple[Scalar, ...]:
    return tuple(row.get(name) for name in KEYS)


def number(value: Scalar) -> float:
    assert isinstance(value, int | float)
    return float(value)


def written(value: Scalar) -> str:
    return "" if value is None else str(value)


def compare(want: Mapping[str, Any], row: Row, where: str) -> None:
    """Every number and note of `want`: numbers to a billionth of their size."""
    for name, value in want.items():
        if name in KEYS:
            continue
        got = row[name]
        if name in NUMBERS and value not in (None, ""):
            close = same(float(value), got, TOLERANCE * max(1.0, abs(float(value))))
        else:
            close = written(value) == written(got)
        assert close, f"{where}: {name} is {got}, not {value}"


def assert_same(left: Sequence[Row], right: Sequence[Row]) -> None:
    others = {key(row): row for row in right}
    assert {key(row) for row in left} == set(others)
    for row in left:
        for name in NUMBERS:
            other = others[key(row)][name]
            size = 1.0 if other is None else max(1.0, abs(number(other)))
            assert same(other, row[name], TOLERANCE * size), f"{key_text(row)}: {name}"


def again(fixture: Fixture, name: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows under other identifiers of students; none of a dataset without students."""
    dataset = fixture.loaded.catalog.datasets[name]
    student = dataset.keys.get("student")
    own = [c for c in dataset.grain if c not in dataset.keys.values() and c.endswith("_id")]
    if student is None:
        return
    for row in rows:
        yield {**row, **{c: f"{row[c]}-again" for c in (student, *own) if c in row}}
