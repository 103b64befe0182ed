"""The formulas that the pages of the site show: each converts, each symbol of the legend stands in a line, and nothing is untold."""

from __future__ import annotations

import pytest
from metricspec.formula import FormulaMeasure
from metricspec.site.mathematics import mathml

from metricspec_segregation.measure import Segregation
from metricspec_segregation.spec import INDICES, SegregationSpec

BETWEEN = (
    SegregationSpec("dissimilarity", of="x_known = 1"),
    SegregationSpec("dissimilarity", reference="others"),
    SegregationSpec("dissimilarity", reference="WH"),
)
SPECS = [SegregationSpec(index, one.of, one.reference) for one in BETWEEN for index in INDICES]


@pytest.mark.parametrize("spec", [*SPECS, SegregationSpec("information_theory", by="race_ethnicity")], ids=str)
def test_formula(spec: SegregationSpec) -> None:
    measure = Segregation()
    assert isinstance(measure, FormulaMeasure)
    formula = measure.formula(spec)
    lines = " ".join(formula.lines)
    assert all("\\" not in mathml(line) for line in formula.lines)
    for symbol, _ in formula.where:
        assert all(part in lines for part in symbol.split(", ")), symbol
    told = {part for symbol, _ in formula.where for part in symbol.split(", ")}
    symbols = {"a_i", "b_i", "t_i", "A", "B", "E_i", "N", "n_i", "P_g", "p_{gi}"}
    assert {symbol for symbol in symbols if symbol in lines} <= told
    given = spec.of or spec.by or (spec.reference if spec.reference == "WH" else "outside it")
    assert (spec.index == "isolation" and spec.of is None) or given in " ".join(words for _, words in formula.where)
