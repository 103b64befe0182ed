"""The published schemas: valid, and of one mind with our own reading as far as a JSON Schema can speak."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from metricspec.cli import cli
from metricspec.editor.hovers import EFFECTS
from metricspec.editor.published import COMBINED, published
from metricspec.reading.document import KINDS, read_document
from metricspec.reading.load import load
from metricspec.reading.schema_problems import schema_problems
from metricspec.reading.schemas import Schemas
from metricspec.reading.yaml_nodes import read_nodes
from metricspec.registry import load_registry
from tests.conftest import REPOSITORY
from tests.reading.test_bad_inputs import BAD, stated

REGISTRY = load_registry()
PUBLISHED = json.loads(json.dumps(published(REGISTRY.measure_types)))
SHIPPED = sorted((REPOSITORY / "specs").rglob("*.yaml"))
# What a schema of draft 7 cannot say, or says otherwise; each with the reason.
BEYOND = {
    "date_not_in_calendar": "which days are in the calendar",
    "value_digits_float": "1.0 is a whole number to JSON Schema",
    "year_apart": "that the years of a school year follow each other",
}


def keywords(node: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key of every block with what is said of it."""
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ():
            if isinstance(inner, dict):
                yield name, inner
        for inner in node.values():
            yield from keywords(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from keywords(inner)


def findings(name: str, data: Any) -> list[str]:
    return [error.message for error in Draft7Validator(PUBLISHED[name]).iter_errors(data)]


def test_one_for_each_kind_and_one_for_all() -> None:
    assert set(PUBLISHED) == {*KINDS, COMBINED}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_schema(name: str) -> None:
    schema = PUBLISHED[name]
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    text = json.dumps(schema)
    assert "$ref" not in text and '"x-' not in text and "oneOf" not in text
    if name != COMBINED:
        for key, inner in schema["properties"].items():
            assert f"**{key}**" in inner["markdownDescription"]
            assert inner["description"] in inner["markdownDescription"]


def test_enums_are_explained_one_by_one() -> None:
    for name, schema in PUBLISHED.items():
        for key, inner in keywords(schema):
            if "enumDescriptions" in inner and "enum" in inner:
                assert len(inner["enumDescriptions"]) == len(inner["enum"]), f"{name}: {key}"
    kinds = PUBLISHED["indicator"]["properties"]["measure"]["properties"]["type"]
    assert kinds["enum"] == list(REGISTRY.measure_types)
    assert kinds["enumDescriptions"][0].startswith("Students who meet a condition")


def test_effects_stand_in_the_texts() -> None:
    said = PUBLISHED["indicator"]["properties"]
    assert said["stints"]["markdownDescription"].endswith(EFFECTS["past"])
    assert said["title"]["markdownDescription"].endswith(EFFECTS["label"])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_what_ships_is_accepted(path: Path) -> None:
    document, problems = read_document(str(path), path.read_bytes())
    assert document is not None and problems == ()
    assert findings(document.kind, document.data) == findings(COMBINED, document.data) == []


def ours(path: Path) -> tuple[Any, bool] | None:
    """The data of a bad document, and whether its structure is what is wrong; None where it is no YAML of ours."""
    document, problems = read_document(str(path), path.read_bytes())
    if any(problem.code.startswith("MS0") for problem in problems):
        return None
    if document is None:
        return read_nodes(str(path), path.read_bytes())[0].data, True
    found = schema_problems(document, Schemas(REGISTRY.measure_types))
    return document.data, any(problem.code != "MS110" for problem in found)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_documents_are_judged_alike(path: Path) -> None:
    judged = ours(path)
    if judged is None:
        assert {code[:3] for code, _, _ in stated(path)} & {"MS0"}
        return
    data, wrong = judged
    said = findings(COMBINED, data)
    if path.stem in BEYOND:
        assert wrong and not said, said
    else:
        assert bool(said) == wrong, said


def test_what_is_beyond_a_schema_is_there() -> None:
    assert set(BEYOND) <= {path.stem for path in BAD}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("policy", {"metricspec": 1, "policy": "p", "privacy": [{"n": 0}]}),
        ("project", {"metricspec": 1, "project": "p", "binding": 5}),
        ("orgs", {"metricspec": 1, "orgs": "o", "dataset": "org", "levels": {"school": {}}}),
        ("indicator", {"metricspec": 1, "indicator": "i", "measure": {"type": "rat"}}),
    ],
)
def test_the_combined_schema_finds_what_that_of_the_kind_finds(kind: str, data: Any) -> None:
    assert findings(kind, data) == findings(COMBINED, data) != []


def proposals(schema: Any) -> list[str]:
    return [one["label"] for one in schema.get("defaultSnippets", ())]


def test_ids_are_proposed_where_asked_for(tmp_path: Path) -> None:
    specs = load(REGISTRY.spec_folders, REGISTRY).catalog
    properties = published(REGISTRY.measure_types, specs)["indicator"]["properties"]
    assert proposals(properties["policy"]) == sorted(specs.policies)
    assert proposals(properties["students"]) == sorted(specs.datasets)
    assert proposals(PUBLISHED["indicator"]["properties"]["policy"]) == []
    assert proposals(properties["better"]) == ["higher", "lower", "none"]


def test_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["schema", "--out", str(tmp_path / "schemas")])
    assert done.exit_code == 0
    written = {path.name.removesuffix(".schema.json"): path for path in (tmp_path / "schemas").iterdir()}
    assert {name: json.loads(path.read_text("utf-8")) for name, path in written.items()} == PUBLISHED
    printed = CliRunner().invoke(cli, ["schema", "policy"])
    assert json.loads(printed.stdout) == PUBLISHED["policy"]
    assert json.loads(CliRunner().invoke(cli, ["schema"]).stdout) == PUBLISHED[COMBINED]


def test_the_command_knows_its_kinds() -> None:
    done = CliRunner().invoke(cli, ["schema", "polcy"], standalone_mode=False)
    assert "did you mean 'policy'" in str(done.exception)
    both = CliRunner().invoke(cli, ["schema", "policy", "--out", "x"], standalone_mode=False)
    assert "not both" in str(both.exception)
