"""Cut scores: bands as tables, and the grid of status and change in the names of its colours."""

from __future__ import annotations

from metricspec.model import BandSet, Dated, Grid, LevelTable, Override
from metricspec.reporting import words
from metricspec.reporting.unverified import years_words
from metricspec.site.markup import Html, joined, lines, paragraph, sentence, table, tag, text
from metricspec.site.people import dated_note, expression

# The Dashboard's colours from worst to best. The word always stands there, and so many of five marks beside it.
STEPS = {"red": 1, "orange": 2, "yellow": 3, "green": 4, "blue": 5}

SMALL = "`small` are results with so few in the denominator that the policy's rules for small numbers hold."


def level_table(levels: LevelTable, unit: str) -> Html:
    """Status, change, colours and exceptions; of several sets the first that fits is used. `unit` as in model.Indicator."""
    mark = "%" if unit == "percent" else ""
    parts = []
    for title, sets, sign in (("Status", levels.status, mark), ("Change", levels.change, "")):
        parts += [_bands(title, one, sign) for one in sets]
    parts += [_grid(one) for one in levels.grids]
    parts += [_override(one) for one in levels.overrides]
    conditions = [one.when or "" for part in (levels.status, levels.change, levels.grids) for one in part]
    if any("small" in when.split() for when in conditions):
        parts.insert(0, paragraph(sentence(SMALL)))
    return lines(*parts)


def _caption(title: str, dated: Dated, when: str | None) -> Html:
    found = text(f"{title}{years_words(dated)}")
    return Html(f"{found}, where {expression(when)}") if when else found


def _about(dated: Dated) -> Html:
    return paragraph(dated_note(dated), class_="about")


def _bands(title: str, one: BandSet, unit: str) -> Html:
    rows = [[text(band.name), text(words.band_words(band, unit))] for band in one.bands]
    caption = _caption(title, one.dated, one.when)
    return lines(table([text("Level"), text("Value")], rows, caption, class_="bands"), _about(one.dated))


def _grid(grid: Grid) -> Html:
    if not any(cell for _, cells in grid.rows for cell in cells):
        return lines(tag("p", Html(f"{_caption('No rating', grid.dated, grid.when)}.")), _about(grid.dated))
    rows = [[text(status), *(rating(cell) for cell in cells)] for status, cells in grid.rows]
    caption = _caption("Rating by status (rows) and change (columns)", grid.dated, grid.when)
    headings = [text("Status"), *(text(column) for column in grid.columns)]
    return lines(table(headings, rows, caption, class_="grid"), _about(grid.dated))


def rating(name: str | None) -> Html:
    """A rating as a word; one of the Dashboard's colours on that colour, with its place among the five."""
    if name is None:
        return text("none")
    step = STEPS.get(name.lower())
    if step is None:
        return text(name)
    marks = tag("span", text("●" * step + "○" * (5 - step)), class_="marks", aria_hidden="true")
    return tag("span", joined([text(name), marks]), class_=f"rating {name.lower()}")


def _override(one: Override) -> Html:
    unless = f", unless it is {words.listed(one.unless, 'or')}" if one.unless else ""
    said = joined([text("Where"), expression(one.when), text("the rating is"), rating(one.rating)])
    return lines(paragraph(Html(f"{said}{text(unless + years_words(one.dated))}.")), _about(one.dated))


def legend() -> Html:
    """The colours, worst first."""
    rows = [[text(name.capitalize()), rating(name.capitalize()), text(f"{step} of 5")] for name, step in STEPS.items()]
    return table(
        [text("Colour"), text("Shown as"), text("Marks")], rows, text("The Dashboard's colours, from worst to best")
    )
