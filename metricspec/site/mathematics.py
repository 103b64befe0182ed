"""LaTeX as MathML, which browsers show without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from metricspec.formula import Formula
from metricspec.problems import UsageError
from metricspec.site.catalogue import Links
from metricspec.site.markup import Html, lines, pairs, tag

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

EXTRA = "the site needs two more packages: pip install 'metricspec-edu[site]'"
_REFERENCE = re.compile(r"&#x[0-9A-Fa-f]{2,6};")
_ATTRIBUTES = {
    "accent", "columnalign", "display", "displaystyle", "fence", "form", "linebreak", "mathvariant", "movablelimits",
    "scriptlevel", "stretchy", "width", "xmlns",
}  # fmt: skip


def formula_html(formula: Formula, links: Links) -> Html:
    """The equations, and what their symbols stand for."""
    shown = [tag("div", mathml(line, block=True), class_="formula", tabindex="0") for line in formula.lines]
    meanings = pairs((mathml(symbol), links.sentence(words)) for symbol, words in formula.where)
    return lines(*shown, tag("div", meanings, class_="legend") if meanings else Html(""))


def mathml(latex: str, *, block: bool = False) -> Html:
    """Raises UsageError naming the extra where the converter is not installed, and where it cannot read a formula. Whatever a
    plugin writes, the elements are those of mathematics and their attributes harmless."""
    from xml.etree.ElementTree import tostring

    try:
        from latex2mathml.converter import convert_to_element
    except ImportError:
        raise UsageError(EXTRA) from None
    try:
        tree = convert_to_element(latex, display="block" if block else "inline")
    except Exception as error:  # the converter has no exception of its own that all others are made of
        raise UsageError(
            f"a measure type's formula is no LaTeX ({latex}): {type(error).__name__} {error}".rstrip()
        ) from None
    for element in tree.iter():
        _cleaned(element)
    return Html(tostring(tree, encoding="unicode"))


def _cleaned(element: Element) -> None:
    """The converter leaves references in its text for somebody else to resolve; here each becomes its character."""
    if element.text:
        element.text = _REFERENCE.sub(lambda found: unescape(found[0]), element.text)
    for name in set(element.attrib) - _ATTRIBUTES:
        del element.attrib[name]
