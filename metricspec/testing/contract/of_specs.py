"""Laws of what a measure type says of itself: its schema, its reference page, and what it makes of mistakes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from metricspec.reading.yaml_nodes import read_nodes
from metricspec.testing.contract.fixture import Fixture
from metricspec.testing.contract.tallies import measure_type

_EXAMPLE = re.compile(r"Example: `(\{.*\})`")


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
    """Three sections: what it is, in a paragraph of its own; its interval, or why there is none; and last an example,
    which the schema takes."""
    measure = measure_type(fixture)
    paragraphs = [" ".join(one.split()) for one in inspect.cleandoc(type(measure).__doc__ or "").split("\n\n")]
    assert len(paragraphs) > 1, "the docstring of the class is its reference page: say first what it is"
    assert re.search(r"[Ii]nterval", " ".join(paragraphs[:-1])), "the docstring says what the interval is, or why none"
    example = _EXAMPLE.fullmatch(paragraphs[-1])
    assert example, "the docstring ends in a paragraph 'Example: `{type: ...}`'"
    nodes, problems = read_nodes("docstring", example[1].encode())
    assert not problems, problems
    block = dict(nodes.data)
    assert block.pop("type") == measure.name
    faults = [fault.message for fault in jsonschema.Draft202012Validator(dict(measure.schema)).iter_errors(block)]
    assert not faults, f"the example: {'; '.join(faults)}"
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
