"""Indicators compile for every dialect, in both forms, always to the same text; the grammars judge the whole catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from click.testing import CliRunner

import metricspec
from metricspec.cli import cli
from metricspec.docsgen.dialects import JUDGES
from metricspec.problems import UsageError
from metricspec.running.project import Project
from metricspec.sql.dialects import JUDGED, unjudged
from metricspec.sql.stage import Computation
from tests.catalogue import of_each_type

DIALECTS = (
    "duckdb", "postgres", "snowflake", "bigquery", "redshift", "databricks", "tsql", "trino", "oracle", "sqlite", "mysql",
    "clickhouse", "spark",
)  # fmt: skip


@pytest.fixture(scope="module")
def project() -> Project:
    return metricspec.load()


QUICK = ("duckdb",)


@pytest.mark.parametrize(
    "dialect", [pytest.param(one, marks=[] if one in QUICK else pytest.mark.slow) for one in DIALECTS]
)
def test_every_indicator_compiles(dialect: str, project: Project) -> None:
    """Each stage's sentence stands above it, nothing of the templates is left, and the text is always the same."""
    first, second = project.compiler(dialect), project.compiler(dialect)
    names = project.catalog.indicators if dialect == "duckdb" else of_each_type(project.catalog.indicators)
    every = {name: first.plan([name]).stages for name in names}
    indicators = [name for name, stages in every.items() if not any(isinstance(s, Computation) for s in stages)]
    assert len(indicators) > 15
    # the second compiler goes the other way round: what it compiled before must not show
    again = {
        (name, form): second.compile(name, form) for name in reversed(indicators) for form in ("script", "statement")
    }
    for name in indicators:
        sentences = [stage.says for stage in every[name]]
        for form in ("statement", "script"):
            text = first.compile(name, form)
            assert text == again[name, form], (name, form)
            assert all(f"-- {sentence}" in text for sentence in sentences), (name, form)
            assert "@@" not in text and '"@' not in text and "`@" not in text and "[@" not in text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_statement_is_one_and_the_script_has_a_step_for_each_stage(dialect: str, project: Project) -> None:
    """By sqlglot's own reading, which is no judge of a dialect but knows where statements end."""
    compiler = project.compiler(dialect)
    stages = compiler.plan(["ca.suspension_rate"]).stages
    assert len(sqlglot.parse(compiler.compile("ca.suspension_rate", "statement"), read=dialect)) == 1
    script = [step for step in compiler.compile("ca.suspension_rate", "script").split(";\n") if step.strip()]
    dropped = [step for step in script if step.strip().startswith("DROP TABLE")]
    assert len(dropped) == (len(stages) - 1 if dialect == "trino" else 0)  # which has no temporary tables
    analyzed = [step for step in script if step.strip().startswith("ANALYZE")]
    assert len(script) - len(dropped) - len(analyzed) == len(stages)


def test_an_unknown_dialect_names_those_there_are(project: Project) -> None:
    said = r"unknown dialect 'snowflaek': did you mean 'snowflake'\? judged are bigquery, .*; sqlglot also writes athena, .*dax"
    with pytest.raises(UsageError, match=said):
        project.compile("ca.chronic_absenteeism", "snowflaek")
    with pytest.raises(UsageError, match=r"unknown dialect 'qqq'; judged are"):
        project.compile("ca.chronic_absenteeism", "qqq")


def test_the_page_names_as_judged_what_the_commands_take_for_judged() -> None:
    named = {name for dialects, _ in JUDGES for name in re.findall(r"`(\w+)`", dialects)}
    assert named == set(JUDGED) and list(JUDGED) == sorted(JUDGED)
    assert not any(unjudged(name) for name in JUDGED) and "nobody has judged the SQL for dax" in unjudged("dax")


@pytest.mark.parametrize(("dialect", "warned"), [("dax", True), ("fabric", True), ("postgres", False)])
def test_commands_say_of_a_dialect_that_nobody_judged_it(dialect: str, warned: bool, tmp_path: Path) -> None:
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: p\nbinding: demo\n", encoding="utf-8")
    name, out = "attendance_rate", str(tmp_path / "out")
    for call in (["compile", name, "--dialect", dialect], ["docs", name, "--dialects", dialect, "--out", f"{out}1"],
                 ["export", "views", name, "--dialect", dialect, "--out", f"{out}2"]):  # fmt: skip
        done = CliRunner().invoke(cli, [*call, "--project", str(tmp_path)])
        assert done.exit_code == 0, done.output
        assert ("nobody has judged" in done.stderr) == warned, call
