"""The comparison in the terminal: the correlations by model, and how many orgs move."""

from __future__ import annotations

import math

from rich.console import Console
from rich.text import Text

from metricspec.reporting import figures
from metricspec.reporting.grids import Heading, fitted
from metricspec.reporting.growth_compare.numbers import moves, neutrality
from metricspec.reporting.growth_compare.terms import signed
from metricspec.reporting.growth_compare.words import orgs, trait_note
from metricspec.running.growth_models import Comparison


def print_comparison(found: Comparison, to: Console | None = None) -> None:
    """A row for each trait: its correlation with each model's effects, and what the indicator's own model holds equal."""
    to = to or figures.console()
    rows = neutrality(found)
    headings = [Heading("correlation with", right=False), *(Heading(m.title) for m in found.models)]
    headings.append(Heading("own model holds equal", right=False))
    body = []
    for trait in found.traits:
        own = {one.model.key: one for one in rows if one.trait is trait}
        cells = [Text(signed(own[m.key].r, 2), style=_style(own[m.key].r)) for m in found.models]
        body.append([Text(trait.title), *cells, Text(trait_note(trait, found), style="dim")])
    to.print()
    to.print(Text.assemble((str(found.indicator.title), "bold"), f"  {found.indicator.id} {found.indicator.version}"))
    about = f"{found.year}; {orgs(found, len(found.orgs))}, each counting once; a model is neutral near 0"
    to.print(Text(about, style="dim"))
    to.print(fitted(headings, body, to.width, least=20, wrap=True))
    moved = moves(found)
    changed, apart = int((moved["steps"].abs() >= 1).sum()), int((~moved["overlap"]).sum())
    to.print()
    to.print(
        Text(
            f"{changed} of {orgs(found, len(moved))} change their index level from the first model to the last; of {apart} "
            "the intervals are apart"
        )
    )
    if found.left_out:
        hidden = f"{orgs(found, found.left_out)} with fewer than {found.least} scores left out"
        to.print(Text(hidden, style="dim"))


def _style(r: float) -> str:
    return "" if math.isnan(r) or abs(r) < 0.2 else "bold"
