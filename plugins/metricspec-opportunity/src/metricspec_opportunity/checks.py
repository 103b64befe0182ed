"""What `metricspec check` asks of indicators of the type `course_access`."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.model import Catalog, Indicator
from metricspec.offers import Check
from metricspec.problems import Problem

from metricspec_opportunity.measure import CourseAccessSpec

COMPARING = ("gap", "disparity")


def compared(catalog: Catalog) -> Iterator[Problem]:
    """OTL001: an opportunity that nobody compares between groups says nothing of who has it."""
    others = [i for i in catalog.indicators.values() if i.measure_type in COMPARING and i.status != "deprecated"]
    told = {other.measure.of for other in others}
    for indicator, _ in _ours(catalog):
        if indicator.status == "active" and indicator.id not in told:
            message = f"no gap or disparity is made of {indicator.id}: nobody sees which students have the opportunity"
            hint = f"write an indicator with `measure: {{type: gap, of: {indicator.id}, reference: others}}`"
            yield Problem("OTL001", message, indicator.place, hint, "warning")


def hiding(catalog: Catalog) -> Iterator[Problem]:
    """OTL002: an access value would tell of fewer students than the policy shows."""
    for indicator, measure in _ours(catalog):
        policy = catalog.policies.get(indicator.policy)
        if policy is None or measure.report != "access" or measure.least >= policy.least_shown():
            continue
        shown = policy.least_shown()
        message = f"the policy {policy.id} shows no fewer than {shown} students, and access can tell of {measure.least}"
        yield Problem("OTL002", message, indicator.place, f"write `least: {shown}` in its measure", "warning")


def _ours(catalog: Catalog) -> Iterator[tuple[Indicator, CourseAccessSpec]]:
    for indicator in catalog.indicators.values():
        if isinstance(indicator.measure, CourseAccessSpec):
            yield indicator, indicator.measure


CHECKS = (
    Check(
        "opportunity_compared",
        "Of every active indicator of type course_access a gap or disparity between student groups is made.",
        compared,
    ),
    Check(
        "opportunity_hiding",
        "An indicator of type course_access tells of no fewer students on either side than its policy shows.",
        hiding,
    ),
)
