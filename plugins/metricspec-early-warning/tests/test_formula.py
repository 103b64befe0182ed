"""The equations of each form: shown as mathematics, every symbol with a meaning, every expression told."""

from __future__ import annotations

import re

from metricspec.formula import FormulaMeasure
from metricspec.site.mathematics import mathml

from metricspec_early_warning.measure import EarlyWarning

FLAGS = {"attendance": "10 * days_absent >= days_expected", "course": "failed_courses >= 1"}
FOUND = EarlyWarning().formula(EarlyWarning().parse({"flags": FLAGS}))


def symbols(latex: str) -> set[str]:
    """The letters of a line, without words and commands."""
    return set(re.findall("[A-Za-z]", re.sub(r"\\text\{[^{}]*\}|\\[A-Za-z]+", "", latex)))


def test_every_symbol_has_a_meaning() -> None:
    assert isinstance(EarlyWarning(), FormulaMeasure)
    lines = set().union(*map(symbols, FOUND.lines))
    told = set().union(*(symbols(symbol) for symbol, _ in FOUND.where))
    assert lines - told == {"v"} and told <= lines


def test_every_flag_is_told() -> None:
    assert [words for symbol, words in FOUND.where if symbol.startswith("k = ")] == [
        "attendance: `10 * days_absent >= days_expected`",
        "course: `failed_courses >= 1`",
    ]


def test_it_can_be_shown() -> None:
    for latex in (*FOUND.lines, *(symbol for symbol, _ in FOUND.where)):
        made = re.sub("<[^>]*>", "", mathml(latex))
        assert made and "\\" not in made and "&amp;#" not in made, latex
