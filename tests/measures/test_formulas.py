"""Every measure type that ships states its value in mathematics: all its expressions, and no symbol without a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import metricspec
from metricspec.formula import Formula, FormulaMeasure, in_words
from metricspec.measure import MeasureType
from metricspec.site.mathematics import mathml

TYPES = sorted(metricspec.load().registry.measure_types)
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "rate": [{"numerator": "a", "missing": "no"}],
    "mean": [{"value": "a - b", "where": "c"}],
    "count": [{"students": "a"}, {"sum": "b"}],
    "events_per_100": [{"events": "a", "per": 1000}],
    "distribution": [
        {"categories": {"x {y": "a", "z": "b"}, "remainder": "the <rest> & more_or_less", "total": "c"},
        {"categories": {"x": "a"}, "of": "sums", "total": "t", "remainder": "r"},
        {"categories": {"x": "a", "y": "b"}, "of": "sums"},
    ],
    "progress": [
        {"from": "a", "to": "b", "rules": [{"needs": "up"}, {"needs": "gain 10", "when": "c", "from": "d", "to": "e"}]}
    ],
    "cohort_rate": [
        {"cohort": "c", "completed": "d", "deadline": 4},
        {"cohort": "c", "completed": "d", "pool": [4, 5, 6], "entered": "e", "removed": "f"},
        {"cohort": "c", "completed": "d", "combine": [4, 5], "completed_before": "g"},
    ],
    "gap": [{"of": "a.b", "reference": "others"}, {"of": "a.b", "reference": "ALL"}],
    "disparity": [{"of": "a", "compare": "difference", "reference": "WH"}, {"of": "a", "compare": "ratio"}],
    "lowest_group": [{"of": "a", "among": ["AA", "WH"]}],
    "outlier": [{"indicator": "a", "given": ["b"], "method": m} for m in ("regression", "neighbors", "characteristics_index")],
    "growth": [
        {"outcome": "y", "priors": [{"column": "p", "error": {"reliability": 0.85}}], "weight": "w", "report": "index_level"},
        {"outcome": "y", "priors": [{"column": "p"}], "form": "two_step", "peers": ["p"], "percentile": "rank"},
        {"outcome": "y", "priors": [{"column": "p"}], "shrinkage": "none", "standardize": "none", "report": "mean_residual"},
        {"outcome": "y", "priors": [{"column": "p"}], "report": "empirical_bayes"},
    ],
    "eblp": [{"outcome": "y", "priors": ["p"], "cell": ["g"], "report": r} for r in ("hybrid", "eblp", "simple_mean")],
    "survey_scale": [
        {"items": ["i", "j"], "range": {"from": 1, "to": 5}, "score": "mean", "reverse": ["j"]},
        {"items": ["i"], "range": {"from": 1, "to": 5}, "score": "total", "standing": {"orgs_from": 5}, "report": "standing"},
        {"items": ["i"], "range": {"from": 1, "to": 5}, "score": "percent_favorable", "favorable": {"from": 4}, "pool": "students"},
    ],
}  # fmt: skip


STANDING = {
    "items": ["i"],
    "range": {"from": 1, "to": 5},
    "score": "total",
    "standing": {"orgs_from": 5},
    "report": "standing",
}
SUMS = {"categories": {"x": "a", "y": "b"}, "of": "sums"}
MOVED = {"from": "a", "to": "b", "rules": [{"needs": "up"}]}


def short(*at_least: dict[str, Any]) -> dict[str, Any]:
    return {"enrolled": "e", "tested": "f", "floor": 95, "at_least": list(at_least)}


@cache
def measures() -> dict[str, MeasureType]:
    return dict(metricspec.load().registry.measure_types)


def specs(name: str) -> Iterator[Any]:
    """Of the catalogue, of the type's contract, and of every form that it has."""
    project = metricspec.load()
    yield from (i.measure for i in project.catalog.indicators.values() if i.measure_type == name)
    for path in sorted(Path(__file__).parent.glob("*/spec.yaml")):
        block = dict(yaml.safe_load(path.read_text(encoding="utf-8"))["measure"])
        if block.pop("type") == name:
            yield measures()[name].parse(block)
    yield from (measures()[name].parse(block) for block in VARIANTS.get(name, []))


@pytest.mark.parametrize("name", TYPES)
def test_every_form_can_be_shown(name: str) -> None:
    measure = measures()[name]
    assert isinstance(measure, FormulaMeasure)
    for spec in specs(name):
        formula = measure.formula(spec)
        assert formula.lines and formula.where
        for latex in (*formula.lines, *(symbol for symbol, _ in formula.where)):
            made = re.sub("<[^>]*>", "", mathml(latex))
            assert made and "\\" not in made and "&amp;#" not in made, latex


@pytest.mark.parametrize("name", TYPES)
def test_every_expression_is_told(name: str) -> None:
    """What the block computes with stands in the legend, word for word (brackets around single names aside)."""
    measure = measures()[name]
    assert isinstance(measure, FormulaMeasure)
    for spec in specs(name):
        told = plain(" ".join(words for _, words in measure.formula(spec).where))
        for use in measure.expressions(spec):
            if (name, use.path[0]) not in NOT_IN_FORMULA:
                assert f"`{plain(use.text)}`" in told or plain(use.text) in told, (use, told)


@pytest.mark.parametrize(
    ("name", "block", "symbol", "words"),
    [
        ("outlier", {"indicator": "a", "given": ["b"], "method": "regression"}, "b^{(-j)}", "without school *j*"),
        (
            "outlier",
            {"indicator": "a", "given": ["b"], "method": "regression", "weights": "students"},
            "b^{(-j)}",
            "without school *j*, each weighted by its students",
        ),
        (
            "survey_scale",
            {**STANDING, "participation_floor": 40},
            "h",
            "the orgs of the level with 5 people or more, and with the participation that is asked for",
        ),
        ("survey_scale", STANDING, "h", "the orgs of the level with 5 people or more"),
        ("distribution", {**SUMS, "total": "t"}, "S", "every quantity, the total included, is known"),
        ("distribution", SUMS, "S", "every quantity is known"),
        ("progress", {**MOVED, "shortfall": short({"n": 30})}, "m", "30 students enrolled"),
        (
            "progress",
            {**MOVED, "shortfall": short({"n": 30}, {"n": 15, "groups": ["EL"]})},
            "m",
            "30 students enrolled; 15 students enrolled for EL; the last of these that matches",
        ),
        (
            "progress",
            {**MOVED, "shortfall": short({"n": 15, "groups": ["EL"]})},
            "m",
            "15 students enrolled for EL; 0 where none matches",
        ),
    ],
)
def test_who_is_counted_is_told_whole(name: str, block: dict[str, Any], symbol: str, words: str) -> None:
    """Weights, floors, totals and entries that decide who counts stand in the legend, and only where they are asked for."""
    measure = measures()[name]
    assert isinstance(measure, FormulaMeasure)
    assert dict(measure.formula(measure.parse(block)).where)[symbol].endswith(words)


# Which item a row answers, and from which participation on there is a value, are not part of the equations.
NOT_IN_FORMULA = {("survey_scale", "item"), ("survey_scale", "participation_floor"), ("cohort_rate", "cohort")}
# percent favorable counts answers without naming their column
NOT_IN_FORMULA |= {("survey_scale", "response")}


def plain(words: str) -> str:
    return re.sub(r"\((\w+)\)", r"\1", words)


@pytest.mark.parametrize("name", TYPES)
def test_no_symbol_without_a_meaning(name: str) -> None:
    """Each letter that stands in an equation is in the legend, or on the page that says how to read the others."""
    measure = measures()[name]
    assert isinstance(measure, FormulaMeasure)
    for spec in specs(name):
        formula = measure.formula(spec)
        known = {"v", *(letter for symbol, words in formula.where for letter in letters(symbol) | indices(words))}
        left = {letter for line in formula.lines for letter in letters(line)} - known - SUMMED
        assert left <= EQUATIONS.get(name, set()), (left, formula)


# Indices that a sum runs over, and what an equation of the formula itself defines.
SUMMED = set("sijklh")
EQUATIONS = {
    "growth": set("p") | {"top"},
    "eblp": set("bkhV") | {"mu", "theta", "top"},
    "outlier": set("bdpI"),
    "progress": set("d"),
    "cohort_rate": set("C"),
    "distribution": set("t"),
    "gap": set("b"),
    "survey_scale": set("zdp") | {"bar", "sigma", "theta"},
}  # fmt: skip


def letters(latex: str) -> set[str]:
    """Letters and Greek names of LaTeX, without words and commands."""
    bare = re.sub(
        r"\\(text|left|right|sum|frac|bar|hat|limits|lceil|rceil|lfloor|rfloor|quad|ge|lt|in|cup|lor|cdot|log|int|prod|mid)(?![a-z])",
        " ",
        re.sub(r"\\text\{[^}]*\}", " ", latex),
    )
    return set(re.findall(r"\\([a-z]+|Phi)", bare)) - {""} | set(
        re.findall(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", re.sub(r"\\[A-Za-z]+", " ", bare))
    )


def indices(words: str) -> set[str]:
    return set(re.findall(r"\*(\w)\*", words))


def test_words_in_a_formula_stay_words() -> None:
    hostile = r"a_b {c} <script> \frac 100% $x^2$ & #1 ~"
    made = mathml(in_words(hostile))
    assert "<script" not in made
    shown = re.sub("<[^>]*>", "", made).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    said = re.sub(r"\s", "", shown.replace("\xa0", ""))
    assert said == hostile.replace(" ", "").replace("^", "∧")


def test_a_formula_is_lines_and_a_legend() -> None:
    assert Formula(("v = a",)).where == ()
