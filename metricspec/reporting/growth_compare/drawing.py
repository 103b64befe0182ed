"""Charts as SVG inside the page: drawn by Vega-Lite in given inks, which the page's style sheet colours, light or dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metricspec.problems import UsageError

if TYPE_CHECKING:
    import altair as alt

WIDTH = 340  # of every chart: a phone's, so that the letters keep their size; wide screens set charts side by side
SVG = "http://www.w3.org/2000/svg"
# What a chart is drawn in, and the property of the style sheet that takes its place.
INKS: Mapping[str, str] = {
    "ink": "#000001",
    "quiet": "#000002",
    "rule": "#000003",
    "first": "#000011",
    "second": "#000012",
    "third": "#000013",
    "low": "#000021",
    "middle": "#000022",
    "high": "#000023",
    "up": "#000031",
    "down": "#000032",
}
_PLACES = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2")  # tenths of a pixel are enough
_DROPPED = ("aria-roledescription", "aria-label", "aria-hidden", "role", "class", "xlink")


def ready() -> None:
    """Raises UsageError, before any work, where the drawing packages are not installed."""
    try:
        import altair
        import vl_convert
    except ImportError as error:
        raise UsageError(
            f"the page needs {error.name} to draw: pip install altair vl-convert-python (in a checkout: pip install -e '.[plots]')"
        ) from None
    del altair, vl_convert


def inks(*names: str) -> list[str]:
    return [INKS[name] for name in names]


def configured(chart: Any) -> Any:
    """The look that all charts share: no frame, quiet axes, letters of 12 pixels."""
    ink, quiet, rule = inks("ink", "quiet", "rule")
    axis: dict[str, Any] = {
        "labelColor": quiet, "titleColor": ink, "gridColor": rule, "domainColor": rule, "tickColor": rule,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 200,
    }  # fmt: skip
    legend = {
        "labelColor": ink,
        "titleColor": ink,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return (
        chart.configure(background="transparent", font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_legend(**legend, orient="top", titleLimit=300, labelLimit=300, symbolStrokeWidth=2)
    )


def draw(chart: alt.TopLevelMixin, name: str, title: str, says: str) -> str:
    """The chart as one <svg>: `name` keeps its ids apart from other charts', `title` and `says` are read aloud.

    Marks that carry a description show it where the pointer rests.
    """
    import altair as alt
    import vl_convert

    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    text = vl_convert.vegalite_to_svg(configured(chart).to_dict(), vl_version=version)
    return _inlined(text, name, title, says)


def _inlined(text: str, name: str, title: str, says: str) -> str:
    from xml.etree import ElementTree

    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(text)
    properties = {value: f"var(--{ink})" for ink, value in INKS.items()}
    for element in root.iter():
        described = element.get("aria-label") if element.get("aria-roledescription") in _MARKS else None
        for key in [k for k in element.attrib if k in _DROPPED]:
            del element.attrib[key]
        for key, value in element.attrib.items():
            if value in properties:
                element.set(key, properties[value])
            elif key == "id":
                element.set(key, f"{name}-{value}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
            elif key in _PLACES:
                element.set(key, re.sub(r"(\d\.\d)\d+", r"\1", value))
        element.attrib.pop("font-family", None)
        if described:
            shown = ElementTree.SubElement(element, f"{{{SVG}}}title")
            shown.text = described
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for at, (kind, words) in enumerate((("title", title), ("desc", says))):
        child = ElementTree.Element(f"{{{SVG}}}{kind}", {"id": f"{name}-{kind}"})
        child.text = words
        root.insert(at, child)
    return ElementTree.tostring(root, encoding="unicode")


_MARKS = ("circle", "symbol", "point", "square", "line mark", "point mark")
