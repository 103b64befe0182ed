"""The schemas are valid, closed and described, and the examples of the measure types fit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from metricspec.reading.document import KINDS
from metricspec.reading.schemas import FOLDER, indicator_schema, kind_schema
from metricspec.registry import load_registry

TYPES = load_registry().measure_types
SCHEMAS = {kind: kind_schema(kind) for kind in KINDS if kind != "indicator"}
SCHEMAS |= {f"indicator.{name}": indicator_schema(measure_type) for name, measure_type in TYPES.items()}


def objects(node: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema of a block with named keys."""
    if isinstance(node, Mapping):
        if isinstance(node.get("properties"), Mapping):
            yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")


def test_one_schema_for_each_kind() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*KINDS, "shared"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert "$ref" not in str(schema)
    for path, block in objects(schema):
        assert block["additionalProperties"] is False, path
        assert set(block.get("required", ())) <= set(block["properties"]), path
        for key, value in block["properties"].items():
            assert value.get("description"), f"{path}/{key}"
            assert value.get("x-effect") in ("past", "future", "label"), f"{path}/{key}"
