"""The charts of the comparison, as Altair charts. They draw the rounded numbers that the tables show."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from metricspec.reporting.growth_compare.drawing import INKS, WIDTH, inks
from metricspec.reporting.growth_compare.numbers import THIRDS, Neutrality, third_of, told
from metricspec.reporting.growth_compare.terms import rounded, trait_axis
from metricspec.running.growth_models import Comparison, Model, Trait

if TYPE_CHECKING:
    import pandas as pd

SHAPES = ("triangle-up", "square", "circle")
MODEL_INKS = ("first", "second", "third")
THIRD_INKS = ("low", "middle", "high")
APART = 15  # pixels between two labels beside a slope chart
MOVERS_HEIGHT = 315
NAME = 22  # letters of a school's name beside a slope chart


def _frame(height: int) -> dict[str, Any]:
    """The size of a chart, axes included."""
    return {"width": WIDTH, "height": height, "autosize": {"type": "fit", "contains": "padding"}}


def marks(found: Comparison) -> tuple[int, ...]:
    """The place of each model's ink and shape: the last model always has the last."""
    return (0, 1, 2) if len(found.models) == 3 else (0, 2)


def _models(found: Comparison) -> dict[str, Any]:
    """Colour and shape by model; the legends stand beside the charts, where they wrap on a phone."""
    import altair as alt

    names, at = [m.title for m in found.models], marks(found)
    ink, shape = inks(*(MODEL_INKS[i] for i in at)), [SHAPES[i] for i in at]
    return {
        "color": alt.Color("model:N", scale=alt.Scale(domain=names, range=ink), legend=None),
        "shape": alt.Shape("model:N", scale=alt.Scale(domain=names, range=shape), legend=None),
    }


def _thirds() -> dict[str, Any]:
    import altair as alt

    return {
        "color": alt.Color("third:N", scale=alt.Scale(domain=list(THIRDS), range=inks(*THIRD_INKS)), legend=None),
        "shape": alt.Shape("third:N", scale=alt.Scale(domain=list(THIRDS), range=list(SHAPES)), legend=None),
    }


def _zero(field: str, value: float = 0.0) -> Any:
    """A line through a chart where nothing goes with nothing."""
    import altair as alt
    import pandas as pd

    line = alt.Chart(pd.DataFrame({"at": [value]})).mark_rule(color=INKS["quiet"], strokeWidth=1.5)
    return line.encode(x=alt.X("at:Q")) if field == "x" else line.encode(y=alt.Y("at:Q"))


def neutrality_chart(found: Comparison, rows: Sequence[Neutrality]) -> Any:
    """Each model's correlation with each trait, with its interval; a model is neutral at 0."""
    import altair as alt
    import pandas as pd

    known = [one for one in rows if not math.isnan(one.r)]
    data = pd.DataFrame(
        {
            "trait": [wrapped(one.trait.title) for one in known],
            "model": [one.model.title for one in known],
            "r": [round(one.r, 2) for one in known],
            "low": [round(one.low, 2) for one in known],
            "high": [round(one.high, 2) for one in known],
        }
    )
    data["says"] = [f"{o.trait.title}, {o.model.title}: {o.r:.2f} ({o.low:.2f} to {o.high:.2f})" for o in known]
    order = [m.title for m in found.models]
    y = alt.Y(
        "trait:N",
        sort=list(dict.fromkeys(data["trait"])),
        title=None,
        axis=alt.Axis(labelExpr="split(datum.label, '\\n')", ticks=False, domain=False),
        scale=alt.Scale(paddingInner=0.35),
    )
    offset = alt.YOffset("model:N", sort=order)
    x = alt.X(
        "low:Q",
        title="correlation with the effect",
        scale=alt.Scale(domain=[-1, 1]),
        axis=alt.Axis(values=[-1, -0.5, 0, 0.5, 1]),
    )
    base, colour = alt.Chart(data), _models(found)
    bars = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x=x, x2="high:Q", y=y, yOffset=offset, color=colour["color"]
    )
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        x="r:Q", y=y, yOffset=offset, description="says:N", **colour
    )
    return alt.layer(_zero("x"), bars, dots).properties(
        **_frame(70 + 44 * data["trait"].nunique()), padding={"left": 14, "right": 5, "top": 5, "bottom": 5}
    )


def wrapped(title: str, letters: int = 17) -> str:
    return "\n".join(textwrap.wrap(title, letters, break_long_words=False))


def intake_chart(found: Comparison, trait: Trait, model: Model) -> Any:
    """One model's effects by what the students came with, one point per org, with the least-squares line."""
    import altair as alt
    import numpy as np
    import pandas as pd

    x, y = told(found, trait), found.wide("effect")[model.key].to_numpy(float)
    scale = 100 if trait.kind == "share" else 1
    known = np.isfinite(x) & np.isfinite(y)
    data = pd.DataFrame({"x": np.round(x[known] * scale, 2 if scale == 1 else 0), "y": rounded(found, y[known])})
    data["model"] = model.title
    data["says"] = found.orgs["name"].to_numpy()[known]
    slope, start = np.polyfit(x[known] * scale, y[known], 1) if np.ptp(x[known]) > 0 else (0.0, float(y[known].mean()))
    ends = pd.DataFrame({"x": [data["x"].min(), data["x"].max()]})
    ends["y"] = start + slope * ends["x"]
    axis = alt.Y("y:Q", title=None, scale=alt.Scale(domain=effect_domain(found)))
    across = alt.X(
        "x:Q", title=wrapped(trait_axis(trait), 44).split("\n"), scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6)
    )
    dots = alt.Chart(data).mark_point(filled=True, size=36, opacity=0.65)
    line = alt.Chart(ends).mark_line(strokeWidth=2.5, color=INKS["ink"]).encode(x=across, y=axis)
    points = dots.encode(x=across, y=axis, description="says:N", **_models(found))
    return alt.layer(_zero("y"), points, line).properties(**_frame(260))


def effect_domain(found: Comparison) -> list[float]:
    """The same scale of effects for every model."""
    values = found.effects["effect"].to_numpy(float)
    reach = float(abs(values[values == values]).max()) * 1.05
    return [-reach, reach]


def effects_chart(found: Comparison, trait: Trait) -> Any:
    """The effect in the first model against that in the last, one point per org, by thirds of a trait."""
    import altair as alt
    import pandas as pd

    third, effect = third_of(told(found, trait)), found.wide("effect")
    drawn = {
        m: rounded(found, effect[key].to_numpy(float)) for m, key in (("x", found.first.key), ("y", found.last.key))
    }
    data = pd.DataFrame(
        {**drawn, "third": [THIRDS[at] if at >= 0 else None for at in third], "says": found.orgs["name"]}
    )
    domain = alt.Scale(domain=effect_domain(found))
    x = alt.X("x:Q", title=f"effect: {found.first.title.lower()}", scale=domain, axis=alt.Axis(tickCount=5))
    y = alt.Y("y:Q", title=f"effect: {found.last.title.lower()}", scale=domain, axis=alt.Axis(tickCount=5))
    ends = pd.DataFrame({"x": effect_domain(found), "y": effect_domain(found)})
    same = alt.Chart(ends).mark_line(color=INKS["quiet"], strokeWidth=1.5, strokeDash=[5, 4]).encode(x=x, y=y)
    dots = alt.Chart(data[data["third"].notna()]).mark_point(filled=True, size=46, opacity=0.8)
    return alt.layer(same, dots.encode(x=x, y=y, description="says:N", **_thirds())).properties(**_frame(WIDTH))


def thirds_chart(found: Comparison, thirds: pd.DataFrame) -> Any:
    """The mean percentile of each third of orgs, from model to model."""
    import altair as alt

    data = thirds.melt(["third"], [m.key for m in found.models], "model", "percentile").round({"percentile": 0})
    data["model"] = data["model"].map(dict(zip([m.key for m in found.models], _step_titles(found), strict=True)))
    data["says"] = data["third"] + " third: " + data["percentile"].astype(int).astype(str)
    base, look = alt.Chart(data).encode(x=_steps(found, 0.3), y=_percentiles("mean percentile")), _thirds()
    lines = base.mark_line(strokeWidth=2.5).encode(color=look["color"])
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(description="says:N", **look)
    return alt.layer(lines, dots).properties(**_frame(300))


def _steps(found: Comparison, padding: float) -> Any:
    """The models from left to right."""
    import altair as alt

    axis = alt.Axis(labelAngle=0, labelFontSize=11, labelExpr="split(datum.label, '\\n')")
    scale = alt.Scale(padding=padding)
    return alt.X("model:N", sort=_step_titles(found), title=None, axis=axis, scale=scale)


def _step_titles(found: Comparison) -> list[str]:
    """The models' titles in two lines, so that three fit beside each other."""
    return [wrapped(m.title, 10) for m in found.models]


def _percentiles(title: str) -> Any:
    import altair as alt

    axis = alt.Axis(values=[0, 25, 50, 75, 100])
    return alt.Y("percentile:Q", title=title, scale=alt.Scale(domain=[0, 100]), axis=axis)


def movers_chart(found: Comparison, movers: pd.DataFrame, ink: str) -> Any:
    """The percentiles of some orgs, from model to model, each with its name at the end of its line."""
    import altair as alt

    titles = _step_titles(found)
    keys = {f"percentile_{m.key}": title for m, title in zip(found.models, titles, strict=True)}
    data = movers.melt(["org_id", "name"], list(keys), "model", "percentile").round({"percentile": 0})
    data["model"] = data["model"].map(keys)
    ends = movers[["org_id", "name"]].assign(model=titles[-1])
    ends["place"] = spread(list(movers[f"percentile_{found.last.key}"]), APART * 100 / (MOVERS_HEIGHT - 65))
    ends["label"] = [name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…" for name in ends["name"]]
    x = _steps(found, 0.15)
    base = alt.Chart(data).encode(x=x, y=_percentiles("percentile"), detail="org_id:N")
    lines = base.mark_line(strokeWidth=2, color=INKS[ink]).encode(description="name:N")
    dots = base.mark_point(filled=True, size=45, opacity=1, color=INKS[ink]).encode(description="name:N")
    names = alt.Chart(ends).mark_text(align="left", dx=8, fontSize=11, color=INKS["ink"])
    labels = names.encode(x=x, y=alt.Y("place:Q"), text="label:N")
    room = {"left": 45, "top": 10, "bottom": 55, "right": 138}  # for the axes, and at the right for the names
    size = {"width": WIDTH - room["left"] - room["right"], "height": MOVERS_HEIGHT - room["top"] - room["bottom"]}
    return alt.layer(lines, dots, labels).properties(**size, autosize="none", padding=room)


def spread(places: Sequence[float], apart: float) -> list[float]:
    """The places moved as little as keeps them `apart` from each other, between 0 and 100, in their order.

    >>> spread([50.0, 50.0], 10.0)
    [45.0, 55.0]
    """
    order = sorted(range(len(places)), key=lambda at: places[at])
    groups: list[list[int]] = []  # labels that touch

    def first(members: list[int]) -> float:
        """The place of a group's first label: its middle where the middle of its places is, but inside."""
        length = apart * (len(members) - 1)
        start = sum(places[at] for at in members) / len(members) - length / 2
        return min(max(start, 0.0), 100 - length)

    for at in order:
        members = [at]
        while groups and first(members) - (first(groups[-1]) + apart * (len(groups[-1]) - 1)) < apart:
            members = groups.pop() + members
        groups.append(members)
    found = [0.0] * len(places)
    for members in groups:
        for number, at in enumerate(members):
            found[at] = first(members) + apart * number
    return found


def coefficient_chart(found: Comparison, rows: pd.DataFrame) -> Any:
    """One term's coefficient in each cell, in each model that has the term."""
    import altair as alt

    data = rows[["model", "cell"]].assign(estimate=[float(f"{value:.3g}") for value in rows["estimate"]])
    titles = {m.key: m.title for m in found.models}
    data["model"] = data["model"].map(titles)
    data["says"] = data["cell"] + ", " + data["model"] + ": " + data["estimate"].astype(str)
    order = list(dict.fromkeys(sorted(data["cell"])))
    x = alt.X("cell:N", sort=order, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("estimate:Q", title=None, axis=alt.Axis(tickCount=5))
    base, colour = alt.Chart(data), _models(found)
    lines = base.mark_line(strokeWidth=1.5, opacity=0.6).encode(x=x, y=y, color=colour["color"])
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, description="says:N", **colour)
    return alt.layer(_zero("y"), lines, dots).properties(**_frame(170))
