"""The sections of the page, in order: each a question, its charts, its table, and how to read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from metricspec.reporting.growth_compare import charts, tables, words
from metricspec.reporting.growth_compare.drawing import draw
from metricspec.reporting.growth_compare.html import Html, element, joined, paragraphs, table
from metricspec.reporting.growth_compare.legends import model_legend, third_legend
from metricspec.reporting.growth_compare.numbers import Neutrality, by_third, first_prior, telling_share, told
from metricspec.reporting.growth_compare.terms import lowered, signed
from metricspec.running.growth_models import Comparison

if TYPE_CHECKING:
    import pandas as pd

MOVERS = 6  # orgs in each chart of movers: more names would lie over each other


def figure(
    chart: Any, name: str, title: str, says: str, caption: str | None = None, legend: Html | None = None
) -> Html:
    """A chart under its heading; `says` is its text for those who cannot see it."""
    drawn = Html(draw(chart, name, title, says))
    below = element("figcaption", caption) if caption else None
    return element("figure", element("h3", title), legend, drawn, below)


def models_section(found: Comparison) -> Html:
    rows = words.model_rows(found)
    headings = ("Model", "Prior scores", "Characteristics of the student", "Averages of the school")
    return joined(
        [
            *paragraphs_of(
                "Every model expects a score of each student this year, from what it knows of the student, by comparing "
                f"students of the same grade. What a {found.level}'s students score above or below that, on average, is "
                "its effect. The models differ only in what they hold equal; all are fitted to the same scores."
            ),
            table("What each model holds equal", headings, rows, words=4),
            element("p", words.errors_words(found), class_="quiet"),
        ]
    )


def paragraphs_of(*texts: str) -> list[Html]:
    return [paragraphs(texts)]


def neutrality_section(found: Comparison, rows: Sequence[Neutrality]) -> Html:
    """How each model's effects go with what students bring along."""
    says = (
        "Correlations of the effects with each trait, by model, with 95% intervals; the numbers are in the next table."
    )
    known = any(not math.isnan(one.r) for one in rows)
    dots = figure(
        charts.neutrality_chart(found, rows), "neutrality", "Correlation with what students bring along", says,
        "Bars are 95% intervals. At the line the model treats all intakes alike.", model_legend(found),
    ) if known else None  # fmt: skip
    told = words.furthest(found, rows)
    beside = [
        element("p", words.by_construction(found), class_="care"),
        element("p", told) if told else None,
        tables.neutrality_table(found, rows),
    ]
    return joined(
        [
            element("p", f"A model is neutral where its effects do not go with what a {found.level}'s students bring along: "
            f"where the points below lie level, and the correlation is near 0. Above 0, {found.level}s with more of it come "
            "out ahead; below 0, behind."),
            _intake(found, rows),
            element("div", dots, element("div", *beside, class_="beside"), class_="charts"),
        ]
    )  # fmt: skip


def _intake(found: Comparison, rows: Sequence[Neutrality]) -> Html:
    """Each model's effects by prior scores, or a sentence where these tell nothing."""
    trait = first_prior(found)
    if trait is None:
        return element("p", words.no_prior(found))
    drawn = []
    for model in found.models:
        one = next(r for r in rows if r.model is model and r.trait is trait)
        says = f"One point per {found.level}: effect against {trait.title}. Correlation {words.with_interval(one)}."
        title = f"{model.title}: r = {signed(one.r, 2)}"
        drawn.append(figure(charts.intake_chart(found, trait, model), f"intake-{model.key}", title, says))
    return element("div", *drawn, class_="charts small")


def effects_section(found: Comparison, rows: Sequence[Neutrality]) -> Html:
    """With peers against without, coloured by what students bring along."""
    import numpy as np

    drawn = []
    for trait in filter(None, (first_prior(found), telling_share(found, list(rows)))):
        untold = int(np.isnan(told(found, trait)).sum())
        left = f"Without {words.orgs(found, untold)} of which the share may not be told." if untold else None
        says = (
            f"One point per {found.level}: the effect in the first model (across) against the last (up), in three colours "
            f"and shapes by thirds of {trait.title}. The numbers are in the table of all {found.level}s."
        )
        title = f"By {'share: ' if trait.kind == 'share' else ''}{lowered(trait.title)}"
        drawn.append(
            figure(
                charts.effects_chart(found, trait),
                f"effects-{trait.key}",
                title,
                says,
                left,
                third_legend(found, trait),
            )
        )
    return joined(
        [
            element("p", f"Each point is a {found.level}. On the dashed line both models say the same; above it the last "
            "model sees more growth than the first, below it less. Where colours part, the models disagree about intakes "
            f"and not about single {found.level}s."),
            element("div", *drawn, class_="charts"),
            element("p", words.unit_words(found), class_="quiet"),
        ]
    )  # fmt: skip


def moves_section(found: Comparison, moves: pd.DataFrame) -> Html:
    """Which orgs change place."""
    shown = _thirds(found)
    for ink, title, part in (
        ("up", "Largest moves up", moves[moves["change"] > 0]),
        ("down", "Largest moves down", moves[moves["change"] < 0]),
    ):
        some = part.head(MOVERS)
        if len(some):
            says = f"Percentiles of {len(some)} {found.level}s in each model; the numbers are in the next table."
            shown.append(figure(charts.movers_chart(found, some, ink), f"movers-{ink}", title, says))
    both = moves[moves["change"] != 0].head(2 * MOVERS)
    return joined(
        [
            element("p", f"A percentile places a {found.level} among all schools in the same model, after small {found.level}s were drawn "
            "towards the middle (empirical Bayes). The index level is its tenth, 1 to 10."),
            element("div", *shown, class_="charts"),
            tables.moves_table(found, both.sort_values("change", ascending=False), f"The {len(both)} largest moves, from up to down"),
        ]
    )  # fmt: skip


def _thirds(found: Comparison) -> list[Html]:
    """Thirds of orgs by prior scores, from model to model; no chart where these tell nothing."""
    trait = first_prior(found)
    if trait is None:
        return []
    thirds = by_third(found, trait)
    told = "; ".join(
        f"{r.third} third {getattr(r, found.first.key):.0f} to {getattr(r, found.last.key):.0f}"
        for r in thirds.itertuples()
    )
    return [
        figure(charts.thirds_chart(found, thirds), "thirds", f"Thirds by {lowered(trait.title)}",
               f"Mean percentile from the first model to the last: {told}.", f"Mean percentiles of {words.orgs(found, len(found.orgs))} in three equal parts.",
               third_legend(found, trait, named=True))
    ]  # fmt: skip


def coefficients_section(found: Comparison) -> Html:
    """What each model holds equal, in points of the score, by cell."""
    drawn = []
    for at, (_, rows) in enumerate(found.coefficients.groupby("term", sort=False)):
        title = str(rows["title"].iloc[0])
        shown = rows[~rows["hidden"]]
        if shown.empty:
            continue
        fullest = [m for m in found.models if m.key in set(shown["model"])][-1]
        says = words.term_words(shown, fullest)
        chart = charts.coefficient_chart(found, shown)
        drawn.append(figure(chart, f"term-{at}", title, f"Coefficient by grade. {says}", says))
    return joined(
        [
            element("p", "Each model is fitted in each grade by itself. A coefficient says how many points of this year's "
            "score go with one more of something, all else in the model being equal. It describes; it does not say why."),
            element("p", "Averages of a school that go together share their part among them, and with few schools in a grade "
            "a single one of them jumps from grade to grade. What they say together is steadier."),
            model_legend(found),
            element("div", *drawn, class_="charts small"),
            tables.coefficients_table(found),
            element("p", words.few_words(found), class_="quiet") if found.coefficients["hidden"].any() else None,
        ]
    )  # fmt: skip


def all_section(found: Comparison, moves: pd.DataFrame) -> Html:
    """The table with every org that the policy shows, and the same as a file inside the page."""
    link = element(
        "a", "This table as a csv file", href="data:text/csv;charset=utf-8," + quote(tables.csv_text(found, moves)),
        download=f"{found.indicator.id}-{found.year}.csv",
    )  # fmt: skip
    return joined(
        [
            tables.all_table(found, moves),
            element("p", words.few_words(found), class_="quiet"),
            element("p", link, class_="screen"),
        ]
    )
