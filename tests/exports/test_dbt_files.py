"""The files of a dbt project, without dbt: what is kept where, what refers to what, and texts that Jinja must not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from metricspec.compiler.tail import RESULT
from metricspec.exports import Files
from metricspec.exports.dbt import DbtOptions, dbt_project
from metricspec.exports.dbt.jinja import escaped, escaped_values
from metricspec.model import Binding, BoundColumn, BoundDataset, Text
from metricspec.problems import PartlyPython, UsageError
from metricspec.running.project import Project
from metricspec.sql.stage import Stage

SOME = ("ca.chronic_absenteeism", "ca.suspension_rate", "core.growth_ela")


@pytest.fixture(scope="module")
def files(opened: Project) -> Files:
    return dbt_project(opened, SOME, DbtOptions())


def models(files: Files, folder: str) -> dict[str, str]:
    return {Path(path).stem: text for path, text in files.items() if path.startswith(folder) and path.endswith(".sql")}


def test_only_stored_steps_are_kept_and_apart_from_results(files: Files, opened: Project) -> None:
    plan = opened.compiler().plan(SOME)
    steps = models(files, "models/steps/")
    kept = {name for name, text in steps.items() if "materialized='table'" in text}
    stored = {step.name for step in plan.stages if isinstance(step, Stage) and step.stored}
    assert kept == {f"metricspec_step_{name}" for name in stored}
    settings = yaml.safe_load(files["dbt_project.yml"])["models"]["metricspec"]
    assert settings["steps"] == {
        "+materialized": "ephemeral", "+schema": "metricspec_steps", "+tags": ["not_for_publishing"]
    }  # fmt: skip
    assert "+schema" not in settings["results"]
    described = yaml.safe_load(files["models/steps/schema.yml"])["models"]
    assert {model["name"] for model in described} == set(steps)
    assert all(model["description"].startswith("NOT FOR PUBLISHING") for model in described)


def test_results_are_the_release_stage_and_views_on_it(files: Files) -> None:
    results = models(files, "models/results/")
    assert set(results) == {"metricspec_result", *(f"metricspec_{name.replace('.', '_')}" for name in SOME)}
    whole = results.pop("metricspec_result")
    assert re.findall(r"ref\('(\w+)'\)", whole) == ["metricspec_step_hidden"]
    assert 'CASE WHEN "suppressed" IS NULL THEN "value_units" / "shift" END AS "value"' in " ".join(whole.split())
    for text in results.values():
        assert re.findall(r"ref\('(\w+)'\)", text) == ["metricspec_result"]


def test_every_reference_leads_somewhere(files: Files) -> None:
    known = {*models(files, "models/steps/"), *models(files, "models/results/")}
    listed = yaml.safe_load(files["models/sources.yml"])["sources"]
    sources = {(source["name"], table["name"]) for source in listed for table in source["tables"]}
    texts = {path: text for path, text in files.items() if path.endswith(".sql")}
    used = {name for text in texts.values() for name in re.findall(r"ref\('(\w+)'\)", text)}
    assert used <= known
    assert {found for text in texts.values() for found in re.findall(r"source\('(\w+)', '(\w+)'\)", text)} == sources
    assert not [path for path, text in texts.items() if "ref:" in text or "source:" in text]


def test_every_column_of_a_result_is_described(files: Files) -> None:
    docs = re.findall(r"{% docs (\w+) %}\n(.+)\n{% enddocs %}", files["models/results/columns.md"])
    assert dict(docs).keys() == {f"metricspec_{name}" for name in RESULT}
    for model in yaml.safe_load(files["models/results/schema.yml"])["models"]:
        assert [column["name"] for column in model["columns"]] == list(RESULT)
        assert all(column["quote"] is True for column in model["columns"])
        assert {c["description"] for c in model["columns"]} == {
            f"{{{{ doc('metricspec_{name}') }}}}" for name in RESULT
        }


def test_a_fact_that_must_not_be_missing_is_tested(opened: Project) -> None:
    given = opened.catalog.indicators["ca.suspension_rate"]
    (fact,) = given.facts
    indicator = replace(given, facts=(replace(fact, missing="error"),))
    catalog = replace(opened.catalog, indicators={**opened.catalog.indicators, given.id: indicator})
    files = dbt_project(replace(opened, catalog=catalog), [given.id], DbtOptions())
    described = {model["name"]: model for model in yaml.safe_load(files["models/steps/schema.yml"])["models"]}
    column = {"name": fact.name, "quote": True, "data_tests": ["not_null"]}
    assert column in described["metricspec_step_students_1"]["columns"]


def test_tables_files_and_queries_become_sources(opened: Project) -> None:
    assert opened.binding is not None
    query = """WITH open_years AS (SELECT yr FROM sis.years) SELECT s.* FROM dw."Sis Core".Stints AS s
        JOIN open_years USING (yr) JOIN years ON true"""
    datasets = {
        "attendance_stint": BoundDataset("attendance_stint", sql=query),
        "org": BoundDataset("org", table='sis."Org Table"', columns={"org_id": BoundColumn(column="id")}),
    }
    project = replace(opened, binding=Binding("our.sis", datasets))
    files = dbt_project(project, ["ca.chronic_absenteeism"], DbtOptions("postgres", "ours"))
    found = {s["name"]: s for s in yaml.safe_load(files["models/sources.yml"])["sources"]}
    assert {name: (s.get("database"), s["schema"]) for name, s in found.items()} == {
        "ours_our_sis_sis": (None, "sis"),
        "ours_our_sis_dw_sis_core": ("dw", "Sis Core"),
        "ours_our_sis": (None, "{{ target.schema }}"),
    }
    (org,) = (table for table in found["ours_our_sis_sis"]["tables"] if table["name"] == "org_table")
    assert org["identifier"] == "Org Table" and org["quoting"] == {"schema": False, "identifier": True}
    (stints,) = found["ours_our_sis_dw_sis_core"]["tables"]
    assert stints["quoting"] == {"database": False, "schema": True, "identifier": False}
    (years,) = found["ours_our_sis"]["tables"]
    assert years["quoting"] == {"identifier": False}
    stints = " ".join(files["models/steps/ours_step_bound_attendance_stint.sql"].split())
    assert "FROM {{ source('ours_our_sis_dw_sis_core', 'stints') }} AS s JOIN open_years" in stints
    assert "FROM {{ source('ours_our_sis_sis', 'years') }} AS years" in stints
    assert "JOIN {{ source('ours_our_sis', 'years') }} AS years" in stints
    assert "profiles.yml" not in files and "vars" not in yaml.safe_load(files["dbt_project.yml"])


def test_the_check_of_hidden_numbers_names_every_column_that_the_release_hides(opened: Project, files: Files) -> None:
    release = opened.compiler().plan(SOME).result.template.text
    hidden = {}
    for reason in ("suppressed", "prior_suppressed"):
        branches = re.findall(r"CASE WHEN ([^()]*?) THEN [^()]*? END AS (\w+)", release)
        hidden[reason] = {name for when, name in branches if re.search(rf"\b{reason} IS NULL", when)} - {"category"}
    assert len(hidden["suppressed"]) == 11 and len(hidden["prior_suppressed"]) == 7
    check = " ".join(files["tests/metricspec_result_hides_what_it_says.sql"].split())
    told, _, prior = check.partition('"prior_suppressed" IS NOT NULL')
    assert set(re.findall(r'"(\w+)" IS NOT NULL', told)) - {"suppressed"} == hidden["suppressed"]
    assert set(re.findall(r'"(\w+)" IS NOT NULL', prior)) == hidden["prior_suppressed"]


def test_schemas_that_differ_in_case_or_signs_alone_stay_apart(opened: Project) -> None:
    query = """SELECT * FROM "Live".t1, "live".t2, "Live".t3, live.t2, "Live".T1, a_b.c.d, a.b_c.d, files.t4"""
    datasets = {
        "attendance_stint": BoundDataset("attendance_stint", sql=query),
        "org": BoundDataset("org", file="org.parquet"),
    }
    project = replace(opened, binding=Binding("b", datasets))
    files = dbt_project(project, ["ca.chronic_absenteeism"], DbtOptions())
    sources = yaml.safe_load(files["models/sources.yml"])["sources"]
    assert len({one["name"] for one in sources}) == len(sources)
    found = {
        (table["name"], one.get("database"), one["schema"], table.get("identifier"), table.get("quoting", {}).get("schema"),
         table.get("quoting", {}).get("identifier"))
        for one in sources for table in one["tables"]
    }  # fmt: skip
    assert found == {
        ("t1", None, "Live", "t1", True, False), ("t1_", None, "Live", "T1", True, False), ("t3", None, "Live", "t3", True, False),
        ("t2", None, "live", "t2", True, False), ("t2_", None, "live", "t2", False, False), ("d", "a_b", "c", "d", False, False),
        ("d", "a", "b_c", "d", False, False), ("t4", None, "files", "t4", False, False),
        ("org", None, "{{ target.schema }}", None, None, None),
    }  # fmt: skip


def test_a_grain_that_no_number_needs_is_tested_too(opened: Project) -> None:
    """As a run checks it, whatever its numbers read."""
    org = opened.catalog.datasets["org"]
    wider = replace(org, grain=(*org.grain, "org_name"))
    catalog = replace(opened.catalog, datasets={**opened.catalog.datasets, "org": wider})
    project = replace(opened, catalog=catalog)
    assert "org_name" not in project.compiler().plan(["ca.chronic_absenteeism"]).reads["org"]
    files = dbt_project(project, ["ca.chronic_absenteeism"], DbtOptions())
    assert '"org_name"' in files["tests/metricspec_org_has_no_row_twice.sql"]
    assert 'AS "org_name"' in files["models/steps/metricspec_step_bound_org.sql"]


@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "bigquery", "tsql", "oracle", "databricks"])
def test_every_name_of_a_step_becomes_a_reference(tables: Project, dialect: str) -> None:
    files = dbt_project(tables, ["ca.suspension_rate"], DbtOptions(dialect))
    whole = "\n".join(text for path, text in files.items() if path.endswith(".sql"))
    assert not re.search(r"ref:|source:|#", whole)
    steps = models(files, "models/steps/")
    assert {name for text in files.values() for name in re.findall(r"ref\('(\w+_step_\w+)'\)", text)} == set(steps)


def test_dialects_that_take_scripts_keep_every_step(tables: Project) -> None:
    files = dbt_project(tables, ["ca.chronic_absenteeism"], DbtOptions("clickhouse"))
    assert all("materialized='table'" in text for text in models(files, "models/steps/").values())
    assert "SET join_use_nulls = 1" in yaml.safe_load(files["dbt_project.yml"])["models"]["metricspec"]["+pre-hook"]


@pytest.mark.parametrize("text", ["{{ 1 }}", "{% raw %}", "{# x #}", "a {{{ b }}} {{{{", "plain } }} %}", "{{'", "{{%"])
def test_texts_come_through_jinja_unchanged(text: str) -> None:
    assert jinja2.Template(escaped(text)).render() == text
    (key, value), *_ = escaped_values({text: [text]}).items()
    assert jinja2.Template(key).render() == jinja2.Template(value[0]).render() == text


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a tree of YAML, each of which dbt renders by itself."""
    if isinstance(value, dict | list):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts_of(one)
    elif isinstance(value, str):
        yield value


def test_jinja_in_a_spec_is_text(opened: Project) -> None:
    hostile = "{{ env_var(1) }} {% if %}"
    indicator = replace(opened.catalog.indicators["ca.chronic_absenteeism"], title=Text((("en", hostile),)))
    catalog = replace(opened.catalog, indicators={**opened.catalog.indicators, indicator.id: indicator})
    assert opened.binding is not None
    bound = replace(opened.binding.datasets["attendance_stint"], where=f"school_id <> '{hostile}'")
    binding = replace(opened.binding, datasets={**opened.binding.datasets, "attendance_stint": bound})
    files = dbt_project(replace(opened, catalog=catalog, binding=binding), [indicator.id], DbtOptions())
    known = {"ref": str, "source": "{0}.{1}".format, "config": lambda **_: "", "doc": str, "var": str, "target": None}
    for path, text in files.items():
        if path.endswith((".sql", ".yml")):
            for one in [text] if path.endswith(".sql") else texts_of(yaml.safe_load(text)):
                assert ("{{ env_var" in jinja2.Template(one).render(**known)) == ("env_var" in one), path
    assert any("env_var" in text for path, text in files.items() if path.endswith(".sql"))
    assert "env_var" in files["models/results/schema.yml"]


def test_what_cannot_be_exported_is_refused(opened: Project) -> None:
    with pytest.raises(PartlyPython, match=r"ca\.growth_ela runs partly in Python"):
        dbt_project(opened, ["ca.growth_ela"], DbtOptions())
    with pytest.raises(UsageError, match="small letters"):
        dbt_project(opened, ["ca.chronic_absenteeism"], DbtOptions(name="Our Project"))
    twin = replace(opened.catalog.indicators["ca.chronic_absenteeism"], id="ca_chronic.absenteeism")
    catalog = replace(opened.catalog, indicators={**opened.catalog.indicators, twin.id: twin})
    with pytest.raises(UsageError, match="would be called metricspec_ca_chronic_absenteeism"):
        dbt_project(replace(opened, catalog=catalog), ["ca.chronic_absenteeism", twin.id], DbtOptions())
    four = Binding("b", {name: BoundDataset(name, table="s.a.b.c") for name in ("org", "attendance_stint")})
    with pytest.raises(UsageError, match="three parts"):
        dbt_project(replace(opened, binding=four), ["ca.chronic_absenteeism"], DbtOptions())


def test_the_command(command: Callable, network: Path, tmp_path: Path) -> None:
    out = tmp_path / "project"
    arguments = ("export", "dbt", "ca.chronic_absenteeism", "--project", network, "--out", out)
    code, shown, said = command(*arguments, "--name", "ours")
    assert (code, shown) == (0, "") and "1 indicator: " in said
    assert (out / "models" / "results" / "ours_ca_chronic_absenteeism.sql").is_file()
    assert command(*arguments)[0] == 0
    assert not list(out.rglob("ours_*"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").touch()
    code, _, said = command(*arguments[:-1], tmp_path / "other")
    assert code == 2 and "no export of metricspec wrote it" in said
    code, _, said = command("export", "dbt", "sqii.chronic_absence", "--binding", "ca.dashboard_2018", "--out", out)
    assert code == 2 and "which the binding 'ca.dashboard_2018' does not have" in said
