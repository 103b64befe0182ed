"""The chart as a page of its own: the picture, what it says, and its numbers as a table. No script, nothing fetched."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from metricspec_improvement.chart.drawing import svg
from metricspec_improvement.chart.series import Point, Series
from metricspec_improvement.chart.words import Labels, heading, number, sentences

LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"
ABOUT = (
    "A signal says that the points vary otherwise than chance would; it says neither why nor whether that is good. "
    "Points are held against the median by their exact values and shown rounded, so that one on the line may count as above or "
    "below it. Rules: Anhøj and Olesen 2014, Run charts revisited, PLoS ONE 9(11) e113825."
)


def page(series: Series, labels: Labels) -> str:
    title = heading(series, labels)
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences(series, labels))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(LOADS_NOTHING)}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<div class="answer">{said}</div>
<figure tabindex="0" role="region" aria-label="The chart">{svg(series, labels, titled=False)}</figure>
{_table(series, labels)}
<p class="about">{escape(ABOUT)}</p>
<p class="about">{escape(series.indicator)} {escape(series.version)}, drawn from released results: what is hidden in them is hidden here.</p>
</main>
</body>
</html>
"""


def _table(series: Series, labels: Labels) -> str:
    rows = "".join(f'<tr><th scope="row">{escape(p.period)}</th>{_cells(series, p)}</tr>' for p in series.points)
    value = escape(labels.unit or "value")
    return (
        f'<table><caption>The points of the chart</caption><thead><tr><th scope="col">period</th><th scope="col">{value}</th>'
        f'<th scope="col">students</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _cells(series: Series, point: Point) -> str:
    if point.value is None:
        return f'<td colspan="2" class="hidden">hidden: {escape(point.why)}</td>'
    return f"<td>{number(series, point.value)}</td><td>{point.n:,}</td>"
