"""Legends as lists beside the charts: they wrap on a phone and can be read aloud."""

from __future__ import annotations

from metricspec.reporting.growth_compare.charts import MODEL_INKS, SHAPES, THIRD_INKS, marks
from metricspec.reporting.growth_compare.html import Html, element
from metricspec.reporting.growth_compare.numbers import THIRDS, third_of, told
from metricspec.reporting.growth_compare.terms import band_words
from metricspec.running.growth_models import Comparison, Trait

_PATHS = {
    "triangle-up": "M7 1.5 13 12.5H1z",
    "square": "M2 2h10v10H2z",
    "circle": "M7 1.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z",
}


def _entry(shape: str, ink: str, text: str) -> Html:
    path = element("path", d=_PATHS[shape], fill=f"var(--{ink})")
    glyph = element("svg", path, viewBox="0 0 14 14", aria_hidden="true")
    return element("li", glyph, text)


def model_legend(found: Comparison) -> Html:
    entries = zip(found.models, marks(found), strict=True)
    return element("ul", *(_entry(SHAPES[at], MODEL_INKS[at], m.title) for m, at in entries), class_="legend")


def third_legend(found: Comparison, trait: Trait, *, named: bool = False) -> Html:
    """The thirds by their limits; `named`: by which third it is, too."""
    values = told(found, trait)
    texts = band_words(trait, values, third_of(values))
    entries = [
        _entry(SHAPES[at], THIRD_INKS[at], f"{THIRDS[at]} third ({text})" if named else text)
        for at, text in texts.items()
    ]
    return element("ul", *entries, class_="legend")
