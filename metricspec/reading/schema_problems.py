"""Findings of a JSON Schema in the words of the language, each at the place of what is written wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

from metricspec.problems import Place, Problem
from metricspec.reading.build_indicator import AGGREGATES
from metricspec.reading.document import Document
from metricspec.reading.schemas import Schemas
from metricspec.reading.suggest import hint, nearest
from metricspec.reading.value_traps import Trap, date_trap, school_year_trap, type_trap, version_trap
from metricspec.reading.yaml_nodes import Path


@dataclass(frozen=True)
class Finding:
    """A keyword of a schema that a value does not meet; `limit` is what the keyword says."""

    keyword: str
    path: Path
    value: Any
    limit: Any
    schema: Mapping[str, Any]
    of_key: bool

    @classmethod
    def of(cls, error: ValidationError) -> Finding:
        schema: Any = error.schema
        of_key = "propertyNames" in error.absolute_schema_path
        path = tuple(error.absolute_path)
        return cls(str(error.validator), path, error.instance, error.validator_value, schema, of_key)


def schema_problems(document: Document, schemas: Schemas) -> list[Problem]:
    """Everything that the schema of a document's kind has against it, in the order of the file."""
    validator = schemas.validator(document.kind, document.data)
    findings = [Finding.of(error) for error in validator.iter_errors(document.data)]
    problems: list[Problem] = []
    if document.kind == "indicator":
        problems += [
            *_measure_type_problem(document, schemas),
            *_unit_problem(document, schemas),
            *_aggregate_problems(document),
        ]
    if not findings:
        return problems
    misspelt: dict[Path, set[str]] = {}
    missing: set[Path] = set()
    for finding in sorted(findings, key=lambda finding: finding.keyword != "additionalProperties"):
        path = finding.path
        if finding.keyword == "additionalProperties":
            problems.extend(_unknown_keys(document, finding, misspelt.setdefault(path, set())))
        elif finding.keyword == "required":
            if path not in missing:
                missing.add(path)
                problems.extend(_missing_keys(document, finding, misspelt.get(path, set())))
        else:
            problems.append(_value_problem(document, finding))
    return sorted(problems, key=lambda problem: problem.place)


def _measure_type_problem(document: Document, schemas: Schemas) -> Iterator[Problem]:
    block = document.data.get("measure") if document.kind == "indicator" else None
    name = block.get("type") if isinstance(block, Mapping) else None
    if isinstance(name, str) and name not in schemas.measure_types:
        known = hint(name, schemas.measure_types, "there are")
        if nearest(name, schemas.measure_types) is None:
            known = schemas.elsewhere(name) or known
        yield document.problem("MS108", f"there is no measure type '{name}'", "measure", "type", hint=known)


def _unit_problem(document: Document, schemas: Schemas) -> Iterator[Problem]:
    """A measure type whose values are seldom percent says so in its schema; then the unit must be written."""
    block = document.data.get("measure")
    name = block.get("type") if isinstance(block, Mapping) else None
    found = schemas.measure_types.get(name) if isinstance(name, str) else None
    if found is not None and found.schema.get("x-unit") == "required" and "unit" not in document.data:
        message = f"missing key unit: a {name} has the unit of its value"
        yield document.problem(
            "MS103", message, "measure", "type", hint="e.g. unit: points, days, count, ratio or percent"
        )


def _aggregate_problems(document: Document) -> Iterator[Problem]:
    """A fact is one value, so it is computed in one way."""
    facts = document.data.get("facts")
    for name, block in facts.items() if isinstance(facts, dict) else ():
        given = [key for key in AGGREGATES if key in block] if isinstance(block, dict) else ["-"]
        if len(given) != 1:
            message = f"the fact '{name}' has {' and '.join(given) if given else 'no value'}"
            yield Problem("MS110", message, document.key("facts", name), f"write one of {', '.join(AGGREGATES)}")


def _unknown_keys(document: Document, finding: Finding, misspelt: set[str]) -> Iterator[Problem]:
    path, allowed = finding.path, finding.schema.get("properties", {})
    free = [name for name in allowed if name not in finding.value]
    for key in finding.value:
        if key in allowed:
            continue
        near = nearest(key, free)
        if near:
            misspelt.add(near)
        yield Problem(
            "MS102",
            f"unknown key '{key}'",
            document.key(*path, key),
            _about_key(document, key, path, free, near),
        )


def _about_key(document: Document, key: str, path: Path, free: list[str], near: str | None) -> str:
    if document.nodes.raw(path) == "{" and not document.written(*path, key) and near is None:
        return f"in {{ }} a comma starts a new key: quote the text that '{key}' belongs to as a whole"
    if key == "<<":
        return "merging is not supported: write the keys out"
    if document.kind == "indicator" and path == () and key in ("students", "stints", "facts", "population"):
        return f"a measure over published rows has no '{key}'"
    return hint(key, free, "allowed here") if free else "no other keys are allowed here"


def _missing_keys(document: Document, finding: Finding, misspelt: set[str]) -> Iterator[Problem]:
    path = finding.path
    absent = [key for key in finding.limit if key not in finding.value and key not in misspelt]
    if not absent:
        return
    names = ", ".join(f"'{key}'" for key in absent)
    properties = finding.schema.get("properties", {})
    about = "; ".join(f"{key}: {properties.get(key, {}).get('description', '')}" for key in absent)
    place = document.key(*path) if path else document.key(document.kind)
    yield Problem("MS103", f"missing {'keys' if len(absent) > 1 else 'key'} {names}", place, about)


def _value_problem(document: Document, finding: Finding) -> Problem:
    schema, value, kind, path = finding.schema, finding.value, finding.keyword, finding.path
    if finding.of_key:
        place = document.key(*path, str(value))
        return Problem(
            "MS106", f"'{value}' cannot be a key here", place, f"write {schema.get('x-form', 'another key')}"
        )
    place, written = document.at(*path), document.written(*path)
    form = schema.get("format")
    if form == "school-year" and not isinstance(value, dict | list | None):
        return Problem(*_placed(school_year_trap(written), place))
    if form == "date" and not isinstance(value, dict | list | None):
        return Problem(*_placed(date_trap(written), place))
    if kind == "type":
        if path[-1:] == ("version",) and isinstance(value, int | float):
            return Problem(*_placed(version_trap(written), place))
        wanted = finding.limit
        trap = type_trap(written, value, [wanted] if isinstance(wanted, str) else list(wanted))
        if wanted == "object" and schema.get("properties") and not trap[2]:
            trap = Trap(trap[0], trap[1], f"its keys are: {', '.join(schema['properties'])}")
        return Problem(*_placed(trap, place))
    allowed = schema.get("x-values") or schema.get("enum")
    if allowed or kind == "const":
        names = [str(name) for name in allowed or [finding.limit]]
        return Problem("MS105", f"'{written or value}' is not allowed here", place, hint(written, names, "allowed"))
    if kind == "pattern":
        return Problem(
            "MS106", f"'{written}' has the wrong form", place, f"write {schema.get('x-form', 'another form')}"
        )
    return _bound_problem(finding, written, place)


def _bound_problem(finding: Finding, written: str, place: Place) -> Problem:
    """Too few, too many, too small, too large or twice the same."""
    limit: Any = finding.limit
    words = {
        "minimum": (f"{written} is too small", f"the smallest is {limit}"),
        "maximum": (f"{written} is too large", f"the largest is {limit}"),
        "minLength": ("the text is empty", "write a text or remove the key"),
        "maxLength": (f"the text is longer than {limit} characters", "shorten it"),
        "minItems": ("the list is empty", "add an item or remove the key"),
        "minProperties": ("the block is empty", "add a key or remove the block"),
        "maxProperties": (f"more than {limit} key{'' if limit == 1 else 's'} here", "keep one of them"),
        "exclusiveMinimum": (f"{written} is too small", f"it must be more than {limit}"),
        "uniqueItems": ("the list names something twice", "keep one of them"),
    }
    message, about = words.get(finding.keyword, (f"'{written}' is not allowed here", ""))
    return Problem("MS107", message, place, about)


def _placed(trap: tuple[str, str, str], place: Place) -> tuple[str, str, Place, str]:
    code, message, about = trap
    return code, message, place, about
