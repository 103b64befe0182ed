"""What `metricspec check` asks of indicators of the type `course_access`."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.model import Catalog
from metricspec.offers import Check
from metricspec.problems import Problem

from metricspec_opportunity.measure import CourseAccessSpec

COMPARING = ("gap", "disparity")


def compared(catalog: Catalog) -> Iterator[Problem]:
    """OTL001: an opportunity that nobody compares between groups says nothing of who has it."""
    others = [i for i in catalog.indicators.values() if i.measure_type in COMPARING and i.status != "deprecated"]
    told = {other.measure.of for other in others}
    for name, indicator in catalog.indicators.items():
        ours = isinstance(indicator.measure, CourseAccessSpec) and indicator.status == "active"
        if ours and name not in told:
            message = f"no gap or disparity is made of {name}: nobody sees which students have the opportunity"
            hint = f"write an indicator with `measure: {{type: gap, of: {name}, reference: others}}`"
            yield Problem("OTL001", message, indicator.place, hint, "warning")


def hiding(catalog: Catalog) -> Iterator[Problem]:
    """OTL002: an access value would tell of fewer students than the policy shows. Older versions run too."""
    for indicator in catalog.every_indicator():
        measure, policy = indicator.measure, catalog.policies.get(indicator.policy)
        if not isinstance(measure, CourseAccessSpec) or measure.report != "access" or policy is None:
            continue
        shown = policy.least_shown()
        if measure.least < shown:
            message = (
                f"the policy {policy.id} shows no fewer than {shown} students, and access can tell of {measure.least}"
            )
            yield Problem("OTL002", message, indicator.place, f"write `least: {shown}` in its measure", "warning")


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
