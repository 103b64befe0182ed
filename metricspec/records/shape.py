"""The shape of a record as JSON Schema: what lies beside a file may have been written by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_TEXT = {"type": "string"}
_MINIMUMS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}
_MAYBE = {"type": ["string", "null"]}
_TEXTS = {"type": "array", "items": _TEXT}
_DATASET = {
    "type": "object",
    "required": ["from", "rows", "years"],
    "properties": {"from": _TEXT, "rows": {"type": "integer"}, "years": _TEXTS, "seal": _TEXT, "file": _TEXT},
}
_INDICATOR = {
    "type": "object",
    "required": ["version", "fingerprint"],
    "properties": {"version": _TEXT, "fingerprint": _TEXT},
}

SHAPE: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "required": ["record", "metricspec", "created", "asked", "indicators", "engine", "binding", "data", "rows"],
        "properties": {
            "record": {"const": 1},
            "metricspec": _TEXT,
            "created": _TEXT,
            "asked": {
                "type": "object",
                "required": ["command", "indicators"],
                "properties": {
                    "command": {"enum": ["run", "apply", "framework"]},
                    "indicators": {**_TEXTS, "minItems": 1},
                    "orgs": _TEXTS,
                    "groups": _TEXTS,
                    **dict.fromkeys(("year", "level", "framework", "fit"), _MAYBE),
                },
                "additionalProperties": False,
            },
            "indicators": {"type": "object", "additionalProperties": _INDICATOR},
            "framework": {"type": "object", "properties": {"id": _TEXT, "fingerprint": _TEXT}},
            "engine": {"type": "object", "required": ["name"], "properties": {"name": _TEXT, "version": _TEXT}},
            "binding": {"type": "object", "required": ["hash"], "properties": {"id": _MAYBE, "hash": _TEXT}},
            "data": {"type": "object", "additionalProperties": _DATASET},
            "policies": {"type": "object", "additionalProperties": _MINIMUMS},
            "plugins": {"type": "object", "additionalProperties": _TEXT},
            "key": _MAYBE,
            "rows": {
                "type": "object",
                "required": ["count", "hash"],
                "properties": {"count": {"type": "integer"}, "hash": _TEXT},
            },
        },
    }
)


def has_shape(record: object) -> bool:
    """Whether a record can be read by what compares it."""
    from jsonschema import Draft202012Validator

    return bool(Draft202012Validator(SHAPE).is_valid(record))
