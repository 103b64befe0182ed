"""published: counts that an authority has published already become the Tally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Use


@dataclass(frozen=True)
class PublishedSpec:
    dataset: str
    indicator: str


class Published:
    """Counts by org, group and year that an authority has published, taken as they are.

    The dataset has one row for each org, student group and year, with numerator and denominator, or only a rounded
    value; and the prior year's beside them. Where counts are given, value and change are computed from them; where
    only a rounded value is given, it stands as published, and so does the published change.

    No interval: what was published says nothing of the students behind it.

    Example: `{type: published, dataset: dashboard_published, indicator: chronic}`
    """

    name = "published"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["dataset", "indicator"],
            "properties": {
                "dataset": {
                    "type": "string",
                    "description": "The dataset of published counts.",
                    "x-effect": "past",
                    "x-reference": "dataset",
                },
                "indicator": {
                    "type": "string",
                    "description": "The indicator_code of the rows to take.",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> PublishedSpec:
        return PublishedSpec(block["dataset"], block["indicator"])

    def expressions(self, spec: PublishedSpec) -> Sequence[Use]:
        return ()

    def sentence(self, spec: PublishedSpec) -> str:
        return f"the published counts of `{spec.indicator}` in `{spec.dataset}`"

    def formula(self, spec: PublishedSpec) -> Formula:
        lines = (
            r"v = \frac{a}{b} \quad \text{where counts are published}",
            r"v = p \quad \text{where only a value is}",
        )
        where = (
            ("a", "the published numerator"),
            ("b", "the published denominator"),
            ("p", "the published value, as it was rounded there"),
        )
        return Formula(lines, where)

    def dataset(self, spec: PublishedSpec) -> str:
        return spec.dataset

    def rows(self, spec: PublishedSpec) -> Mapping[str, str]:
        code = spec.indicator.replace("'", "''")
        return {
            "where": f"indicator_code = '{code}'",
            "numerator": "numerator",
            "denominator": "denominator",
            "n": "denominator",
            "value": "value",
            "prior_numerator": "prior_numerator",
            "prior_denominator": "prior_denominator",
            "prior_n": "prior_denominator",
            "prior_value": "prior_value",
            "change": "change",
        }
