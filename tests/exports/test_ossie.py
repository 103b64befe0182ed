"""The semantic model: as Apache Ossie's schema demands, and computing what it says."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pandas as pd
import pytest
import sqlglot
import yaml
from sqlglot import exp

from metricspec.exports.chosen import every
from metricspec.exports.ossie import OssieOptions, ossie
from metricspec.model import Binding, BoundColumn, BoundDataset
from metricspec.problems import UsageError
from metricspec.running.project import Project

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "ossie-schema.json").read_text(encoding="utf-8"))


def document(project: Project, ids: tuple[str, ...], **options: Any) -> dict[str, Any]:
    (text,) = ossie(project, ids, OssieOptions(**options)).values()
    found: dict[str, Any] = json.loads(text) if options.get("json") else yaml.safe_load(text)
    return found


def faults(found: dict[str, Any]) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(found)]


def standard(entry: dict[str, Any]) -> str:
    (text,) = (one["expression"] for one in entry["expression"]["dialects"] if one["dialect"] == "ANSI_SQL")
    return str(text)


@pytest.fixture(scope="module")
def model(opened: Project) -> dict[str, Any]:
    return document(opened, every(opened, python=True).ids)


def test_the_schema_is_met(model: dict[str, Any], opened: Project) -> None:
    assert faults(model) == []
    assert document(opened, every(opened, python=True).ids, json=True) == model
    wrong = copy.deepcopy(model)
    wrong["metrics"][0]["expression"]["dialects"][0]["dialect"] = "DUCKDB"
    assert faults(wrong)
    assert faults({**model, "indicators": []})


def test_the_whole_catalogue_without_a_binding_meets_it_too(opened: Project) -> None:
    shipped = replace(opened, binding=None)
    active = [i.id for i in opened.catalog.indicators.values() if i.status == "active"]
    found = document(shipped, every(shipped, python=True).ids)
    assert faults(found) == []
    named = {json.loads(metric["custom_extensions"][0]["data"])["indicator"] for metric in found["metrics"]}
    assert named == set(active) and len(active) > 20


def test_every_shipped_binding_meets_it(opened: Project) -> None:
    for name in opened.catalog.bindings:
        bound = opened.with_binding(name)
        ids = every(bound, python=True).ids
        if ids:
            assert faults(document(bound, ids)) == [], name


def test_names_are_unique_and_references_lead_somewhere(model: dict[str, Any]) -> None:
    fields = {dataset["name"]: {field["name"] for field in dataset["fields"]} for dataset in model["datasets"]}
    assert len(fields) == len(model["datasets"])
    assert len({metric["name"] for metric in model["metrics"]}) == len(model["metrics"])
    assert len({one["name"] for one in model["relationships"]}) == len(model["relationships"]) > 3
    for one in model["relationships"]:
        assert set(one["from_columns"]) <= fields[one["from"]]
        (to,) = (dataset for dataset in model["datasets"] if dataset["name"] == one["to"])
        assert one["to_columns"] == to["primary_key"]


def test_metrics_read_the_released_result_and_nothing_else(model: dict[str, Any]) -> None:
    """Over student rows they would show what is hidden."""
    for metric in model["metrics"]:
        for one in metric["expression"]["dialects"]:
            dialect = {"ANSI_SQL": ""}.get(one["dialect"], one["dialect"].lower())
            columns = sqlglot.parse_one(one["expression"], read=dialect).find_all(exp.Column)
            assert {column.table for column in columns} == {"metricspec_result"}


def test_a_metric_is_the_published_value(model: dict[str, Any], whole: pd.DataFrame) -> None:
    keys = "school_year, org_level, org_id, student_group"
    with duckdb.connect() as connection:
        connection.register("metricspec_result", whole)
        computed = set()
        for metric in model["metrics"]:
            data = json.loads(metric["custom_extensions"][0]["data"])
            name, part = data["indicator"], data.get("category")
            if name not in set(whole["indicator"]):
                continue  # computed in Python in part
            differing = connection.execute(
                f"""SELECT COUNT(*) FROM (SELECT {keys}, {standard(metric)} AS computed FROM metricspec_result GROUP BY ALL)
                JOIN metricspec_result AS r USING ({keys}) WHERE r.indicator = $1 AND r.statistic IS NULL
                AND (r.category IS NOT DISTINCT FROM $2 OR $3) AND computed IS DISTINCT FROM r.value""",
                [name, part, part is None and bool(whole[whole["indicator"] == name]["category"].notna().all())],
            ).fetchone()
            assert differing == (0,), name
            computed.add(name)
    assert len(computed) == whole["indicator"].nunique()


def test_a_metric_of_a_part_of_a_whole_is_its_own(model: dict[str, Any]) -> None:
    parts = [m for m in model["metrics"] if '"absence_days_by_reason"' in m["custom_extensions"][0]["data"]]
    assert len({m["name"] for m in parts}) == 5 and "absence_days_by_reason_excused" in {m["name"] for m in parts}


def test_a_metric_is_the_indicator_s_own_row_not_one_of_a_category(model: dict[str, Any]) -> None:
    """Growth by cells has a row for each cell besides; of quadrants every row has a category, which is the result."""
    rows = [("core.growth_ela", None, 50.0), ("core.growth_ela", "ela grade 4", 90.0),
            ("core.status_by_growth_ela", "high status, low growth", 50.0)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["indicator", "category", "value"]).assign(statistic=None)
    metrics = {json.loads(m["custom_extensions"][0]["data"])["indicator"]: standard(m) for m in model["metrics"]}
    with duckdb.connect() as connection:
        connection.register("metricspec_result", frame)
        for name in ("core.growth_ela", "core.status_by_growth_ela"):
            assert connection.execute(f"SELECT {metrics[name]} FROM metricspec_result").fetchone() == (50.0,), name
    assert "one category" in model["ai_context"]["instructions"]


def test_fields_read_the_district_s_columns(opened: Project, network: Path) -> None:
    """Column maps, codes and constants stand in the expressions; a filter makes the source a query."""
    codes = {"enrollment_status": {"P": "10"}}
    columns = {"student_id": BoundColumn(column="StudentNo"), "days_expected": BoundColumn(sql="enrolled + 1"),
               "school_year": BoundColumn(column="yr", format="ending_year")}  # fmt: skip
    stints = BoundDataset("attendance_stint", table="sis.stints", columns=columns, codes=codes, where="deleted = 0")
    assert opened.binding is not None
    binding = Binding("ours", {**opened.binding.datasets, "attendance_stint": stints})
    found = document(replace(opened, binding=binding), ("ca.chronic_absenteeism",))
    assert faults(found) == []
    (dataset,) = (one for one in found["datasets"] if one["name"] == "attendance_stint")
    fields = {field["name"]: standard(field) for field in dataset["fields"]}
    assert dataset["source"] == "SELECT * FROM sis.stints AS physical WHERE deleted = 0"
    assert fields["student_id"] == "StudentNo"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 2025 AS yr, 'P' AS enrollment_status, 179 AS enrolled")
        text = f"SELECT {fields['school_year']}, {fields['enrollment_status']}, {fields['days_expected']} FROM t"
        assert connection.execute(text).fetchone() == ("2024-25", "10", 180)


def test_a_name_that_is_taken_is_refused(opened: Project) -> None:
    dataset = replace(opened.catalog.datasets["org"], id="our_result")
    catalog = replace(opened.catalog, datasets={**opened.catalog.datasets, "our_result": dataset})
    orgs = replace(catalog.orgs["ca_dashboard"], dataset="our_result")
    project = replace(opened, catalog=replace(catalog, orgs={**catalog.orgs, "ca_dashboard": orgs}), binding=None)
    with pytest.raises(UsageError, match="our_result is a dataset already"):
        ossie(project, ("ca.chronic_absenteeism",), OssieOptions("our"))
