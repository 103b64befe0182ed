"""The keys that outlier and similar_schools have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from metricspec.measure import Wrong
from metricspec.measures.likeness.schools import ATTRIBUTES, Likeness

KEYS: Mapping[str, Any] = MappingProxyType(
    {
        "given": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "description": "The indicators that make schools alike, of all students of a school (such as the share in "
            "poverty).",
            "x-effect": "past",
            "items": {"type": "string", "x-reference": "indicator"},
        },
        "attributes": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "description": "What else makes schools alike: attributes of the org, each 1 or 0.",
            "x-effect": "past",
            "items": {"enum": list(ATTRIBUTES)},
        },
        "within": {
            "enum": ["org_type", "all"],
            "description": "Compare schools of the same type only (elementary, middle, high; where left out), or all.",
            "x-effect": "past",
        },
    }
)


def parsed(block: Mapping[str, Any]) -> Likeness:
    return Likeness(tuple(block["given"]), tuple(block.get("attributes", ())), block.get("within") != "all")


def words(likeness: Likeness) -> str:
    """Who is compared, for people."""
    listed = ", ".join(f"`{name}`" for name in likeness.names)
    return f"{'schools of the same type' if likeness.by_type else 'schools'} by {listed}"


def dropped_notes(likeness: Likeness, dropped: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{likeness.names[at]} left out: the others say it already, or all are alike" for at in dropped)


def at_most(neighbors: int, least: int | None) -> list[Wrong]:
    """A comparison with so many neighbours needs one school more."""
    if least is None or least > neighbors:
        return []
    message = f"{neighbors} neighbors need more than {least} schools to choose from"
    return [Wrong(("least_orgs",), message, f"write at least {neighbors + 1}, or leave it out")]
