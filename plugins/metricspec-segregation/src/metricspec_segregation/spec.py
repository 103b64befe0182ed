"""What a measure block of the type `segregation` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from metricspec.sql.parsing import EXPRESSION

Index = Literal["dissimilarity", "isolation", "exposure", "information_theory"]
INDICES: Mapping[Index, str] = MappingProxyType(
    {
        "dissimilarity": "share of either group that would have to change schools to be spread alike",
        "isolation": "share of its own group in the school of the average student of the group",
        "exposure": "share of the other group in the school of the average student of the group",
        "information_theory": "how much less mixed schools are than all their students together",
    }
)
OTHERS = "others"


@dataclass(frozen=True)
class SegregationSpec:
    """Of `of` (a condition: those who meet it and those who do not), `reference` (each student group against this one, or
    against `others`) and `by` (a label: as many groups as it has values) one is given."""

    index: Index
    of: str | None = None
    reference: str | None = None
    by: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """Which keys say between whom."""
        return tuple(key for key in ("of", "reference", "by") if getattr(self, key) is not None)


SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["index"],
        "properties": {
            "index": {
                "enum": list(INDICES),
                "description": "Which index is the indicator's value.",
                "x-effect": "past",
            },
            "of": {
                **EXPRESSION,
                "description": "A condition: students who meet it and students who do not, within each student group.",
            },
            "reference": {
                "type": "string",
                "description": "Each student group of the group set against this one; or others, the students outside it.",
                "x-effect": "past",
                "x-reference": "group",
                "x-besides": [OTHERS],
            },
            "by": {
                **EXPRESSION,
                "description": "A code or text that tells several groups apart, such as race_ethnicity (information_theory "
                "only), within each student group.",
            },
        },
    }
)
