"""The chart as a page of its own: the picture, what it says, and its numbers as a table. No script, nothing fetched."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from metricspec_improvement.chart.drawing import svg
from metricspec_improvement.chart.series import Point, Series
from metricspec_improvement.chart.verdict import Verdict
from metricspec_improvement.chart.words import Labels, heading, number

LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"
ABOUT = (
    "How often chance alone gives a verdict is counted in 20,000 simulated series of as many independent normal values; points "
    "that go together (a flu, a holiday) give one oftener. {two}Points are held against the median by their exact values and "
    "shown rounded, so that one on the line may count as above or below it. Rules: Anhøj and Olesen 2014, Run charts revisited, PLoS "
    "ONE 9(11) e113825."
)
TWO = "Who takes the verdict or the remark below it, whichever suits, is wrong oftener than either. "


def page(series: Series, labels: Labels, told: Verdict) -> str:
    title = heading(series, labels)
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    about = ABOUT.format(two=TWO if told.apart else "")
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
{_answer(told)}
<figure tabindex="0" role="region" aria-label="The chart">{svg(series, labels, told, titled=False)}</figure>
{_table(series, labels)}
<p class="about">{escape(about)}</p>
<p class="about">{escape(series.indicator)} {escape(series.version)}, drawn from released results: what is hidden in them is hidden here.</p>
</main>
</body>
</html>
"""


def _answer(told: Verdict) -> str:
    """The verdict, what explains it below, and what is apart from it in a smaller type."""
    because = "".join(f"<p>{escape(sentence)}</p>" for sentence in told.because)
    apart = f'<p class="about">{escape(told.apart)}</p>' if told.apart else ""
    return f'<div class="answer"><p class="verdict">{escape(told.verdict)}</p>{because}{apart}</div>'


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
