"""The equations of each form: shown as mathematics, every symbol with a meaning, every expression told."""

from __future__ import annotations

import re

import pytest
from metricspec.formula import FormulaMeasure
from metricspec.site.mathematics import mathml

from metricspec_improvement.measure import RunChart
from metricspec_improvement.spec import RunChartSpec, parsed

WEEKS = {"date": "date", "every": "week"}
FORMS = [
    {"numerator": "late", "period": "term"},
    {"numerator": "days_absent", "denominator": "days_expected", "points_from": 5, **WEEKS},
    {
        "numerator": "days_absent",
        "denominator": "days_expected",
        "percent_from": 10,
        "baseline": 12,
        "trend": 6,
        **WEEKS,
    },
    {"numerator": "late", "change": "2025-01-06", "after_run": 7, "points_minimum": 11, **WEEKS},
]


@pytest.fixture(params=FORMS)
def spec(request: pytest.FixtureRequest) -> RunChartSpec:
    return parsed(request.param)


def symbols(latex: str) -> set[str]:
    """The letters of a line, without words and commands."""
    return set(re.findall("[A-Za-z]", re.sub(r"\\text\{[^{}]*\}|\\[A-Za-z]+", "", latex)))


def test_every_symbol_has_a_meaning(spec: RunChartSpec) -> None:
    measure = RunChart()
    assert isinstance(measure, FormulaMeasure)
    found = measure.formula(spec)
    lines = set().union(*map(symbols, found.lines))
    told = set().union(*(symbols(symbol) for symbol, _ in found.where))
    assert lines - told <= set("vxcsP")  # what the lines define, and what sums and sets run over
    assert told <= lines
    for symbol, _ in found.where:
        assert any(symbol in line for line in found.lines), symbol


def test_every_expression_and_number_is_told(spec: RunChartSpec) -> None:
    found = RunChart().formula(spec)
    words = " ".join(words for _, words in found.where)
    for expression in filter(None, (spec.numerator, spec.denominator, spec.period, spec.date)):
        assert f"`{expression}`" in words
    assert ("the first 12 periods" in words) == (spec.baseline == 12)
    assert ("of 5 or more students" in words) == (spec.points_from == 5)
    assert (spec.change is None) == ("before" not in words)
    lines = " ".join(found.lines)
    assert (rf"T \ge {spec.trend}" in lines) == (spec.trend is not None)
    assert (rf"A \ge {spec.after_run}" in lines) == (spec.change is not None)
    assert f"{spec.points_minimum} or more" in words


def test_it_can_be_shown(spec: RunChartSpec) -> None:
    found = RunChart().formula(spec)
    for latex in (*found.lines, *(symbol for symbol, _ in found.where)):
        made = re.sub("<[^>]*>", "", mathml(latex))
        assert made and "\\" not in made and "&amp;#" not in made, latex
