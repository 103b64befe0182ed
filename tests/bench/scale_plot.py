"""The plot of docs/explanation/scale.md, from the figures of the benchmark.

`python -m tests.bench.scale_plot`, after tests/bench/test_scale.py was run with METRICSPEC_BENCH_FIGURES set to the file
scale_figures.json beside this. Any further argument is a file to write the plot to instead (.svg or .png).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import altair as alt
import pandas as pd

FIGURES = Path(__file__).parent / "scale_figures.json"
PLOT = Path(__file__).parents[2] / "docs" / "explanation" / "img" / "scale.svg"
BLUE, ORANGE, GREY = "#1b6ca8", "#c8553d", "#8a8f98"
PANELS = (
    ("student-years", "Student-years", "One rate, 15 groups"),
    ("indicators", "Indicators in one run", "5 million student-years, 15 groups"),
    ("groups", "Student groups", "One rate, 5 million student-years"),
)
WORK = {"daily_run": "whole run", "daily_tally": "plan to the counts", "daily_hand": "SQL by hand"}


def short(size: int) -> str:
    """A number as an axis says it: 3.6M, 100k, 20."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit:
            return f"{size / unit:g}{name}"
    return str(size)


def axes(frame: pd.DataFrame, title: str) -> tuple[alt.X, alt.Y]:
    sizes = sorted(int(size) for size in frame["size"].unique())
    names = ", ".join(f"'{size}': '{short(size)}'" for size in sizes)
    labels = alt.Axis(values=sizes, labelExpr=f"({{{names}}})['' + datum.value]", title=title, grid=False)
    x = alt.X("size:Q", scale=alt.Scale(zero=True, nice=False, domainMin=0), axis=labels)
    y = alt.Y("seconds:Q", scale=alt.Scale(zero=True), axis=alt.Axis(title="Seconds", tickCount=5, gridColor="#e6e8eb"))
    return x, y


def panel(figures: dict[str, dict[str, float]], title: str, subtitle: str) -> alt.LayerChart:
    frame = pd.DataFrame([{"size": int(size), **one} for size, one in figures.items()])
    frame["label"] = frame["seconds"].map("{:.1f} s".format)
    x, y = axes(frame, title)
    base = alt.Chart(frame).encode(x=x, y=y)
    lines = base.mark_line(color=BLUE, strokeWidth=2) + base.mark_point(color=BLUE, filled=True, size=55)
    last = frame["size"] == frame["size"].max()
    texts = [
        alt.Chart(frame[~last]).mark_text(align="left", dx=8, dy=9, color="#333").encode(x=x, y=y, text="label:N"),
        alt.Chart(frame[last]).mark_text(align="right", dx=-9, dy=-2, color="#333").encode(x=x, y=y, text="label:N"),
    ]
    return alt.layer(lines, *texts).properties(width=230, height=170, title=alt.TitleParams(subtitle, anchor="start"))


def daily(figures: dict[str, dict[str, dict[str, float]]]) -> alt.LayerChart:
    rows = [
        {"size": int(size), "seconds": one["seconds"], "work": name}
        for what, name in WORK.items()
        for size, one in figures[what].items()
    ]
    frame = pd.DataFrame(rows)
    last = frame[frame["size"] == frame["size"].max()].copy()
    last["label"] = last["work"] + last["seconds"].map(": {:.0f} s".format)
    x, y = axes(frame, "Days of attendance, one row each")
    color = alt.Color("work:N", scale=alt.Scale(domain=list(WORK.values()), range=[BLUE, ORANGE, GREY]), legend=None)
    base = alt.Chart(frame).encode(x=x, y=y, color=color)
    lines = base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=55)
    apart = dict(zip(WORK.values(), (0, -8, 8), strict=True))
    texts = [
        alt.Chart(last[last["work"] == name])
        .mark_text(align="left", dx=8, dy=dy)
        .encode(x=x, y=y, color=color, text="label:N")
        for name, dy in apart.items()
    ]
    subtitle = "Daily attendance of up to a million students, 4 GB of memory"
    return alt.layer(lines, *texts).properties(width=230, height=170, title=alt.TitleParams(subtitle, anchor="start"))


def chart() -> alt.VConcatChart:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rows, indicators, groups = (panel(figures[what], title, subtitle) for what, title, subtitle in PANELS)
    first, second = alt.hconcat(rows, indicators, spacing=40), alt.hconcat(groups, daily(figures), spacing=40)
    return alt.vconcat(first, second, spacing=30).configure(
        font="sans-serif", background="white", padding={"left": 10, "top": 10, "right": 10, "bottom": 10}
    ).configure_title(fontSize=12, fontWeight="bold", color="#222").configure_view(stroke=None)  # fmt: skip


if __name__ == "__main__":
    for file in sys.argv[1:] or [str(PLOT)]:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        chart().save(file, **({"scale_factor": 2} if file.endswith(".png") else {}))
