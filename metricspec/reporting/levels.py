"""Cut scores as people read them: bands in words, colours as a grid of coloured words."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from metricspec.model import BandSet, Dated, Grid, Indicator, LevelTable
from metricspec.reporting import words
from metricspec.reporting.figures import RATING_STYLES, rating_word
from metricspec.reporting.unverified import years_words

RenderablePart = Text | Table


def level_parts(levels: LevelTable, indicator: Indicator) -> list[RenderablePart]:
    """Status, change and colours in order; where several sets stand, the first that fits is used."""
    parts: list[RenderablePart] = []
    unit = "%" if indicator.unit == "percent" else ""
    for title, sets, mark in (("Status", levels.status, unit), ("Change", levels.change, "")):
        for one in sets:
            parts += [_heading(title, one.dated, one.when), _bands(one, mark)]
    for grid in levels.grids:
        parts += [_heading("Rating by status (rows) and change (columns)", grid.dated, grid.when), _grid(grid)]
    for override in levels.overrides:
        unless = f", unless it is {words.listed(override.unless, 'or')}" if override.unless else ""
        parts.append(_heading(f"The rating is {override.rating}{unless}", override.dated, override.when))
    return parts


def _heading(title: str, dated: Dated, when: str | None) -> Text:
    found = Text(title + years_words(dated), style="italic")
    if when:
        found.append(", where ")
        found.append(" ".join(when.split()), style="cyan")
    if dated.unverified:
        found.append("  NOT VERIFIED", style="bold yellow")
    return found


def _bands(one: BandSet, unit: str) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2), pad_edge=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for band in one.bands:
        table.add_row(Text(band.name), Text(words.band_words(band, unit)))
    return table


def _grid(grid: Grid) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    for column in grid.columns:
        table.add_column(Text(column), justify="center")
    for status, ratings in grid.rows:
        table.add_row(Text(f"  {status}"), *(_rating(rating) for rating in ratings))
    return table


def _rating(rating: str | None) -> Text:
    if rating is None:
        return Text("none", style="dim")
    return rating_word(rating) if rating.lower() in RATING_STYLES else Text(rating)
