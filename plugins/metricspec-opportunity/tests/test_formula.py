"""The formulas that the pages of the site show: each converts, and each symbol of the legend stands in a line."""

from __future__ import annotations

import pytest
from metricspec.formula import FormulaMeasure
from metricspec.site.mathematics import mathml

from metricspec_opportunity.measure import CourseAccess, CourseAccessSpec

SPECS = (
    CourseAccessSpec("ap >= 1"),
    CourseAccessSpec("ap >= 1", "grade = '11'", 5, "access", 20),
    CourseAccessSpec("ap >= 1", "grade = '11'", report="enrollment"),
)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_formula(spec: CourseAccessSpec) -> None:
    measure = CourseAccess()
    assert isinstance(measure, FormulaMeasure)
    formula = measure.formula(spec)
    lines, told = " ".join(formula.lines), " ".join(words for _, words in formula.where)
    assert all("\\" not in mathml(line) for line in formula.lines)
    assert all(symbol in lines for symbol, _ in formula.where)
    symbols = {"S", "c_s", "k_i", "P_i", "m", "i(s)"}
    assert {symbol for symbol in symbols if symbol in lines} <= {symbol for symbol, _ in formula.where}
    assert all(f"`{text}`" in told for text in (spec.taken, spec.counted) if text)
    assert spec.report == "enrollment" or f": {spec.offered_from}" in told
