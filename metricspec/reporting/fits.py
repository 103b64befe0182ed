"""A fit for people: the coefficients of each cell, what was dropped or refused, and what schools are measured by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from metricspec.measures.growth.fit import CellFit, Fit, Yardstick
from metricspec.reporting import figures
from metricspec.reporting.figures import plural
from metricspec.reporting.grids import GAP, Heading, fitted

LONGEST = 34  # letters of a term, beyond which it gives way to figures


def print_fit(fit: Fit, to: Console | None = None) -> None:
    """Show a fit: for each year a table of terms by cells, then the schools' variance components, then what was left out."""
    to = to or figures.console()
    whole = sum(cell.n for cell in fit.cells)
    to.print(Text.assemble((fit.indicator, "bold"), f"  {fit.version}"))
    about = [plural(len(fit.districts), "district"), plural(len(fit.cells), "cell"), plural(whole, "score")]
    to.print(Text("; ".join([*about, f"{_standardized(fit)}; coefficients in raw units"]), style="dim"))
    for year in sorted({cell.school_year for cell in fit.cells}):
        for part in _beside([cell for cell in fit.cells if cell.school_year == year], fit, to.width):
            _coefficients(to, fit, year, part)
    _yardsticks(to, fit)
    _notes(to, fit)


def _standardized(fit: Fit) -> str:
    words = {
        "population": "effects in standard deviations of the outcome over the population",
        "sample": "effects in standard deviations of the outcome over the scores fitted",
    }
    return words.get(fit.standardize, "effects in units of the outcome")


def _label(cell: CellFit) -> str:
    return " / ".join(cell.values) or "all"


def _beside(cells: Sequence[CellFit], fit: Fit, width: int) -> Iterator[Sequence[CellFit]]:
    """Cells that have room beside one another."""
    room = width - min(LONGEST, max([len(term) for term in fit.terms], default=12)) - GAP
    part: list[CellFit] = []
    used = 0
    for cell in cells:
        wide = max(len(text) for text in (_label(cell), *(_figure(b) for b in _column(cell)))) + GAP
        if part and used + wide > room:
            yield part
            part, used = [], 0
        part.append(cell)
        used += wide
    if part:
        yield part


def _column(cell: CellFit) -> tuple[float | None, ...]:
    return (*cell.coefficients, cell.intercept, cell.outcome_sd)


def _figure(value: float | None) -> str:
    """Four digits after the point; five that count where a number is small.

    >>> _figure(0.81726), _figure(-1234.5), _figure(0.000012345), _figure(0.0)
    ('0.8173', '-1,234.5000', '1.2345e-05', '0.0000')
    """
    if value is None:
        return "-"
    return f"{value:.4e}" if 0 < abs(value) < 0.0005 else f"{value:,.4f}"


def _coefficients(to: Console, fit: Fit, year: str, cells: Sequence[CellFit]) -> None:
    to.print()
    refused = [cell.intercept is None for cell in cells]
    rows = []
    for at, term in enumerate(fit.terms):
        found = [_coefficient(cell, at) for cell in cells]
        rows.append([Text(term), *found])
    rows.append([Text("intercept"), *(Text(_figure(cell.intercept)) for cell in cells)])
    if fit.standardize != "none":
        rows.append([Text("standard deviation"), *(Text(_figure(cell.outcome_sd)) for cell in cells)])
    counts = [Text(figures.count(cell.n), style="dim" if out else "") for cell, out in zip(cells, refused, strict=True)]
    rows.append([Text("scores", style="italic dim"), *counts])
    headings = [Heading(year, right=False), *(Heading(_label(cell)) for cell in cells)]
    to.print(fitted(headings, rows, to.width, wrap=True))


def _coefficient(cell: CellFit, at: int) -> Text:
    value = cell.coefficients[at]
    if value is None:
        return Text("refused" if cell.intercept is None else "dropped", style="yellow")
    return Text(_figure(value))


def _yardsticks(to: Console, fit: Fit) -> None:
    """Standard deviations between schools and within, and the spread of the effects that percentiles divide by."""
    if not fit.yardsticks:
        return
    rows = [_yardstick(one) for one in fit.yardsticks]
    names = ("schools", "scores", "between", "within", "effects", "others")
    headings = [Heading("School effects", right=False), *(Heading(name) for name in names)]
    to.print()
    to.print(fitted(headings, rows, to.width))
    says = "Standard deviations: of true effects between schools, of scores within them, and of the effects estimated."
    if any(one.left_out for one in fit.yardsticks):
        says += " Others: scores of schools that are too small to be named in a table of moments."
    to.print(Text(says, style="dim"))


def _yardstick(one: Yardstick) -> list[Text]:
    root = [None if value is None else value**0.5 for value in (one.between, one.within)]
    place = f"{one.school_year} {one.category}" if one.category is not None else one.school_year
    shown = [figures.count(one.schools), figures.count(one.n), *(_figure(v) for v in (*root, one.spread))]
    return [Text(text) for text in (place, *shown, figures.count(one.left_out) if one.left_out else "")]


def _notes(to: Console, fit: Fit) -> None:
    """Each note once, with the cells it is of."""
    said: dict[str, list[str]] = {}
    for cell in fit.cells:
        for note in cell.notes:
            said.setdefault(note, []).append(f"{cell.school_year} {_label(cell)}")
    if said:
        to.print()
    for note, where in said.items():
        cells = "every cell" if len(where) == len(fit.cells) > 1 else ", ".join(where)
        to.print(Text(f"{note}: {cells}", style="yellow"))
