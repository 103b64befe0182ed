"""The JSON Schemas of the documents: one for each kind, and for indicators one for each measure type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from metricspec.measure import MeasureType, RowMeasure, TallyMeasure
from metricspec.schoolyear import is_school_year

FOLDER = Path(__file__).parent / "schemas"
STUDENT_KEYS = ("students", "stints", "facts", "population")
FORMATS = FormatChecker(formats=())


# 1.0 is an integer to JSON Schema; here it is not, since counts and digits are written without decimal places.
# And `$` in a pattern is the end, not the place before a last line break, as it is in Python.
def _pattern(validator: Validator, pattern: str, instance: object, schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and (instance.endswith("\n") or not re.search(pattern, instance)):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


WholeNumbers = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(date.fromisoformat(value)))


@FORMATS.checks("school-year")
def _is_school_year(value: object) -> bool:
    return not isinstance(value, str) or is_school_year(value)


@cache
def kind_schema(kind: str) -> Mapping[str, Any]:
    """The schema of a kind as it lies in the folder, with the shared parts written in."""
    shared = json.loads((FOLDER / "shared.json").read_text(encoding="utf-8"))["$defs"]
    schema: Mapping[str, Any] = _written_in(json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8")), shared)
    return schema


def indicator_schema(measure_type: MeasureType | None) -> dict[str, Any]:
    """The schema of an indicator of a measure type; without one the measure block is left open."""
    schema = dict(kind_schema("indicator"))
    properties = dict(schema["properties"])
    described = properties["measure"]
    if measure_type is not None:
        block = measure_type.schema
        kind = {"const": measure_type.name, **described["properties"]["type"]}
        properties["measure"] = {
            **block,
            "description": described["description"],
            "x-effect": described["x-effect"],
            "properties": {"type": kind, **block.get("properties", {})},
            "required": ["type", *block.get("required", ())],
            "additionalProperties": False,
        }
        if isinstance(measure_type, RowMeasure | TallyMeasure):
            properties = {key: value for key, value in properties.items() if key not in STUDENT_KEYS}
        if isinstance(measure_type, TallyMeasure):
            schema["required"] = [*schema["required"], "orgs"]
        elif not isinstance(measure_type, RowMeasure):
            schema["required"] = [*schema["required"], "students", "orgs"]
    return {**schema, "properties": properties}


class Schemas:
    """Validators, each compiled when it is first needed and kept for this value's life."""

    def __init__(
        self, measure_types: Mapping[str, MeasureType], elsewhere: Callable[[str], str] = lambda name: ""
    ) -> None:
        """`elsewhere` says which plugin would offer a measure type that is not there, if somebody knows."""
        self.measure_types = measure_types
        self.elsewhere = elsewhere
        self._validators: dict[tuple[str, str], Validator] = {}

    def validator(self, kind: str, data: Mapping[str, Any]) -> Validator:
        """The validator for a document; that of an indicator follows from the measure type it names."""
        name = ""
        if kind == "indicator":
            block = data.get("measure")
            name = str(block.get("type", "")) if isinstance(block, Mapping) else ""
            name = name if name in self.measure_types else ""
        if (kind, name) not in self._validators:
            schema = indicator_schema(self.measure_types.get(name)) if kind == "indicator" else kind_schema(kind)
            self._validators[kind, name] = WholeNumbers(schema, format_checker=FORMATS)
        return self._validators[kind, name]

    def schema(self, kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the document of a kind may hold."""
        schema = self.validator(kind, data).schema
        assert isinstance(schema, Mapping)
        return schema


def _written_in(node: Any, shared: Mapping[str, Any]) -> Any:
    """A schema with each `$ref` to a shared part replaced by that part; keys beside the `$ref` win."""
    if isinstance(node, list):
        return [_written_in(item, shared) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _written_in(value, shared) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return rest
    part = _written_in(shared[node["$ref"].rpartition("/")[2]], shared)
    return {**part, **rest}
