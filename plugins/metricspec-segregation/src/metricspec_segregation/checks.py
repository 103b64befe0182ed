"""What `metricspec check` asks of indicators of the type `segregation`."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.model import Catalog
from metricspec.offers import Check
from metricspec.problems import Problem

from metricspec_segregation.spec import SegregationSpec

DIGITS = {"ratio": 2, "percent": 0}


def digits(catalog: Catalog) -> Iterator[Problem]:
    """SEG001: the more decimals, the better single students can be told from an index. Older versions run too."""
    for indicator in catalog.every_indicator():
        most = DIGITS.get(indicator.unit, 0)
        if isinstance(indicator.measure, SegregationSpec) and indicator.digits > most:
            message = (
                f"an index in {indicator.unit} with {indicator.digits} decimals can tell single students of a school"
            )
            yield Problem("SEG001", message, indicator.place, f"write `digits: {most}`", "warning")


CHECKS = (Check("segregation_digits", "An index of segregation is rounded to a hundredth or coarser.", digits),)
