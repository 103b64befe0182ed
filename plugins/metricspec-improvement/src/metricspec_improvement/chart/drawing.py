"""The run chart as a picture: points in time, the centre line, the baseline, a change, and gaps where points are hidden."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from metricspec.problems import UsageError

from metricspec_improvement.chart.series import Series
from metricspec_improvement.chart.verdict import Verdict
from metricspec_improvement.chart.words import Labels, description, heading, number

if TYPE_CHECKING:
    import altair as alt

WIDTH, HEIGHT = 760, 320
SVG = "http://www.w3.org/2000/svg"
# Each at least 4.5 to 1 on white, the shade but for what is written on it.
INK, QUIET, POINT, CENTRE, CHANGE, SHADE = "#1a1a1a", "#595959", "#1f4e79", "#9a4a00", "#6a1b5d", "#e9eef4"
MOST_LABELS = 13
LINE = 100  # letters of the title and of the verdict that fit above the picture


def ready() -> None:
    """Raises UsageError, before any work, where the drawing packages are not installed."""
    try:
        import altair
        import vl_convert
    except ImportError as error:
        raise UsageError(
            f"to draw, {error.name} is needed: pip install altair vl-convert-python, or 'metricspec-improvement[plots]'"
        ) from None
    del altair, vl_convert


def svg(series: Series, labels: Labels, told: Verdict, *, titled: bool = True) -> str:
    """The picture as one <svg> element that names and describes itself; `titled`: title and verdict are drawn too."""
    import vl_convert

    chart = _chart(series, labels, told if titled else None)
    text = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=_version())
    return _told(text, heading(series, labels), description(series, told.sentences))


def png(series: Series, labels: Labels, told: Verdict) -> bytes:
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_chart(series, labels, told).to_dict(), vl_version=_version(), scale=2))


def _version() -> str:
    import altair as alt

    return "_".join(alt.SCHEMA_VERSION.split(".")[:2])


def _told(text: str, title: str, says: str) -> str:
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(text)
    for element in root.iter():
        for key in [k for k in element.attrib if k.startswith("aria-") or k == "role"]:
            del element.attrib[key]
    root.set("role", "img")
    root.set("aria-labelledby", "run-chart-title run-chart-desc")
    for at, (kind, words) in enumerate((("title", title), ("desc", says))):
        child = ElementTree.Element(f"{{{SVG}}}{kind}", {"id": f"run-chart-{kind}"})
        child.text = words
        root.insert(at, child)
    return ElementTree.tostring(root, encoding="unicode")


def _chart(series: Series, labels: Labels, told: Verdict | None) -> Any:
    import altair as alt

    layers = [*_shade(series), *_change(series, labels), *_centre(series), *_points(series, labels), *_hidden(series)]
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, background="white")
    if told is not None:
        title = alt.TitleParams(
            wrap(heading(series, labels), LINE), subtitle=wrap(told.verdict, LINE), anchor="start", fontSize=15, fontWeight="bold",
            color=INK, subtitleColor=INK, subtitleFontSize=13, subtitlePadding=6, offset=12,
        )  # fmt: skip
        chart = chart.properties(title=title)
    return chart.configure(font="sans-serif").configure_view(stroke=None).configure_axis(
        labelColor=QUIET, titleColor=INK, labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titlePadding=14, gridColor="#e3e3e3",
        domainColor=QUIET, tickColor=QUIET,
    )  # fmt: skip


def _x(series: Series) -> alt.X:
    """Points stand by their place, so that a change lies between two of them; labels are the periods."""
    import altair as alt

    every = -(-len(series.points) // MOST_LABELS)
    places = list(range(1, len(series.points) + 1, every))
    names = json.dumps(["", *(point.period for point in series.points)])
    axis = alt.Axis(values=places, labelExpr=f"{names}[datum.value]", labelAngle=-40, grid=False, labelOverlap=False)
    return alt.X("place:Q", title=None, axis=axis, scale=alt.Scale(domain=[0.5, len(series.points) + 0.5], nice=False))


def _y(labels: Labels) -> alt.Y:
    import altair as alt

    return alt.Y(
        "value:Q", title=labels.unit or None, scale=alt.Scale(zero=False, padding=14), axis=alt.Axis(tickCount=6)
    )


def _frame(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.InlineData(values=rows)


def _points(series: Series, labels: Labels) -> list[Any]:
    """A line that breaks where a point is hidden."""
    import altair as alt

    parts, part = [], 0
    for place, point in enumerate(series.points, 1):
        if point.value is None:
            part += 1
        else:
            parts.append({"place": place, "value": point.value, "part": part})
    base = alt.Chart(_frame(parts)).encode(x=_x(series), y=_y(labels))
    return [
        base.mark_line(color=POINT, strokeWidth=2, strokeJoin="round").encode(detail="part:N"),
        base.mark_point(color=POINT, filled=True, size=55, opacity=1),
    ]


def _centre(series: Series) -> list[Any]:
    """Solid where it is the median of the points, dashed where it is carried on; with its figure at the right."""
    import altair as alt

    if series.centre is None:
        return []
    last = len(series.points) + 0.5
    end = series.baseline + 0.5
    rows = [{"from": 0.5, "to": end, "value": series.centre}]
    base = alt.Chart(_frame(rows)).mark_rule(color=CENTRE, strokeWidth=2)
    found = [base.encode(x="from:Q", x2="to:Q", y="value:Q")]
    if end < last:
        carried = alt.Chart(_frame([{"from": end, "to": last, "value": series.centre}]))
        dashed = carried.mark_rule(color=CENTRE, strokeWidth=2, strokeDash=[6, 4])
        found.append(dashed.encode(x="from:Q", x2="to:Q", y="value:Q"))
    name = alt.Chart(
        _frame([{"place": last, "value": series.centre, "says": f"median {number(series, series.centre)}"}])
    )
    text = name.mark_text(align="left", dx=6, color=CENTRE, fontSize=12, fontWeight="bold")
    return [*found, text.encode(x="place:Q", y="value:Q", text="says:N")]


def _shade(series: Series) -> list[Any]:
    import altair as alt

    if series.centre is None or series.baseline >= len(series.points):
        return []
    rows = [{"from": 0.5, "to": series.baseline + 0.5, "says": "baseline"}]
    box = alt.Chart(_frame(rows)).mark_rect(color=SHADE).encode(x="from:Q", x2="to:Q")
    name = alt.Chart(_frame(rows)).mark_text(align="left", baseline="top", dx=6, dy=5, color=QUIET, fontSize=12)
    return [box, name.encode(x="from:Q", y=alt.value(0), text="says:N")]


def _change(series: Series, labels: Labels) -> list[Any]:
    import altair as alt

    if not series.changed or series.centre is None or series.baseline >= len(series.points):
        return []
    rows = [{"place": series.baseline + 0.5, "says": labels.change or "change"}]
    line = alt.Chart(_frame(rows)).mark_rule(color=CHANGE, strokeWidth=2, strokeDash=[2, 3]).encode(x="place:Q")
    name = alt.Chart(_frame(rows)).mark_text(
        align="left", baseline="top", dx=6, dy=5, color=CHANGE, fontSize=12, fontWeight="bold"
    )
    return [line, name.encode(x="place:Q", y=alt.value(0), text="says:N")]


def _hidden(series: Series) -> list[Any]:
    """The word stands upright in the gap."""
    import altair as alt

    rows = [{"place": place, "says": "hidden"} for place, point in enumerate(series.points, 1) if point.value is None]
    if not rows:
        return []
    text = alt.Chart(_frame(rows)).mark_text(
        angle=270, align="left", baseline="middle", color=QUIET, fontSize=12, fontStyle="italic"
    )
    return [text.encode(x=_x(series), y=alt.value(HEIGHT - 6), text="says:N")]
