"""What stands in quotes stays what it is: nothing fills it, indents it, or takes it for the end of a remark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from metricspec.exports.dbt.jinja import escaped
from metricspec.registry import load_registry
from metricspec.running.loading import load
from metricspec.sql.dialects import _TABLE
from metricspec.sql.quoting import filled, indented, remark, rewritten_names
from metricspec.sql.stage import Plan, Renderer, Stage, Template, lit, q, slot

from .lexer import tokens

HOSTILE = ['"@k"', "a\nb", 'it\'s "@k" \\', "\\'", "[@k]", "`@k`", "--\nx", "a\\", "\n  x"]


def plan(text: str) -> Plan:
    sql = f"SELECT {lit(text)} AS a, {slot('k')} AS b"
    first = Stage("one", f"Says {text}", Template(sql, sql), {"k": exp.Literal.string("; drop table x")})
    return Plan((first, Stage("two", "Last.", Template("two", f"SELECT * FROM {q('one')}"))))


@pytest.mark.parametrize("laid_out", [True, False])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_slot_or_has_lines(text: str, laid_out: bool) -> None:
    made = Renderer("duckdb", laid_out=laid_out)
    assert duckdb.sql(made.statement(plan(text))).fetchall() == [(text, "; drop table x")]
    connection = duckdb.connect()
    connection.execute(made.script(plan(text)).rpartition("-- Last.")[0])
    assert connection.execute('SELECT * FROM "one"').fetchall() == [(text, "; drop table x")]


@pytest.mark.parametrize("dialect", sorted(_TABLE))
@pytest.mark.parametrize("text", HOSTILE)
def test_texts_in_every_dialect(text: str, dialect: str) -> None:
    select = Renderer(dialect).stage(plan(text).sql[0], inline=True)
    words = [one for one in tokens(indented(select, dialect), dialect) if one.kind == "text"]
    assert [one.value for one in words] == [text, "; drop table x"]


@pytest.mark.parametrize("says", ["a\nDROP TABLE x;", "a\r\nb", "a\rb", "a\u2028b", "a\x85b", "a\x0bb"])
def test_a_remark_is_one_line(says: str) -> None:
    assert remark(says).count("\n") == 1 and remark(says).endswith("\n")
    assert len(remark(says).splitlines()) == 1


def test_a_title_of_several_lines_ends_no_remark(tmp_path: Path) -> None:
    """The SQL of a spec whose dataset has a title with a statement in its second line."""
    shipped = load()
    source = Path(shipped.catalog.datasets["attendance_stint"].place.file).parents[1]
    for path in source.rglob("*.yaml"):
        place = tmp_path / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    file = tmp_path / "datasets" / "attendance_stint.yaml"
    first = "title: {en: Attendance by enrollment, es: Asistencia por matrícula}"
    text = file.read_text(encoding="utf-8")
    assert first in text
    file.write_text(text.replace(first, 'title: "Days\\nDROP TABLE org;"'), encoding="utf-8")
    project = load(registry=replace(load_registry(), spec_folders=(tmp_path,)))
    sql = project.compile("ca.chronic_absenteeism")
    assert "DROP TABLE org;" in sql and not any(line.lstrip().startswith("DROP") for line in sql.splitlines())
    assert len(duckdb.extract_statements(sql)) == 1


def test_slots_are_filled_outside_of_quotes_only() -> None:
    text = """'"@a"' "@a" 'it''s "@a"' "x""@a" [@a]"""
    assert filled(text, "duckdb", lambda name: f"<{name}>") == """'"@a"' <a> 'it''s "@a"' "x""@a" [@a]"""
    assert filled('\'\\\'"@a"\' "@a"', "mysql", lambda name: f"<{name}>") == "'\\'\"@a\"' <a>"


def test_dbt_names_are_not_looked_for_in_texts() -> None:
    names = {'"ref:a"': "{{ ref('a') }}"}
    found = rewritten_names("""SELECT '"ref:a" {{ x }}' FROM "ref:a" """, "duckdb", names, escaped)
    assert found == """SELECT '"ref:a" {{ '{{' }} x }}' FROM {{ ref('a') }} """
