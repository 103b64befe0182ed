"""Bands cover every published value once, and grids name every pair of bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from metricspec.model import Band, BandSet, Grid, LevelTable, Years
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus, unknown_name
from metricspec.reading.document import Document
from metricspec.reading.yaml_nodes import Path

ENDS = (("from", "above"), ("to", "below"))


def level_problems(corpus: Corpus) -> Iterator[Problem]:
    for document in corpus.of_kind("levels"):
        table = corpus.catalog.levels[document.id]
        for key, sets in (("status", table.status), ("change", table.change)):
            for number, band_set in enumerate(sets):
                yield from band_problems(document, table.digits, band_set, (key, number, "bands"))
        if table.grids and not table.change:
            yield document.problem("MS410", "grids need bands of the change", "grids", hint="write 'change:'")
        for number, grid in enumerate(table.grids):
            yield from _grid(document, table, grid, number)
        yield from _overrides(document, table)


def band_problems(document: Document, digits: int, band_set: BandSet, path: Path) -> Iterator[Problem]:
    """On the grid of published values, 2.5 to 2.6 is a step and no gap where there is one decimal place."""
    spans: list[tuple[Decimal, Decimal, Band]] = []
    for band in band_set.bands:
        here = (*path, band.name)
        wrong = list(_ends(document, digits, here))
        yield from wrong
        low, high = band_steps(band, digits)
        if low > high and not wrong:
            message = f"the band '{band.name}' holds no value"
            yield Problem("MS407", message, document.key(*here), "its lower end is above its upper end")
        elif low <= high:
            spans.append((low, high, band))
    spans.sort(key=lambda span: span[:2])
    for (_, high, before), (low, _, after) in pairwise(spans):
        place = document.key(*path, after.name)
        if low <= high:
            both = _value(low, digits)
            message = f"'{after.name}' overlaps with '{before.name}': {both} lies in both"
            yield Problem("MS406", message, place, "end one with 'below:' or start the other with 'above:'")
        elif low > high + 1:
            gap = (
                _value(high + 1, digits)
                if low == high + 2
                else f"{_value(high + 1, digits)} to {_value(low - 1, digits)}"
            )
            yield Problem("MS406", f"no band holds {gap}", place, f"it lies between '{before.name}' and '{after.name}'")
    yield from _open_ends(document, digits, spans, path)


def _open_ends(
    document: Document, digits: int, spans: Sequence[tuple[Decimal, Decimal, Band]], path: Path
) -> Iterator[Problem]:
    if not spans:
        return
    low, high = spans[0][0], max(span[1] for span in spans)
    if low.is_finite():
        hint = f"remove 'from' or 'above' of '{spans[0][2].name}': the outermost bands are open"
        yield document.problem("MS406", f"no band holds values below {_value(low, digits)}", *path, hint=hint)
    if high.is_finite():
        name = max(spans, key=lambda span: span[1])[2].name
        hint = f"remove 'to' or 'below' of '{name}': the outermost bands are open"
        yield document.problem("MS406", f"no band holds values above {_value(high, digits)}", *path, hint=hint)


def _ends(document: Document, digits: int, path: Path) -> Iterator[Problem]:
    for closed, open_ in ENDS:
        if document.written(*path, closed) and document.written(*path, open_):
            message = f"the band '{path[-1]}' has both '{closed}' and '{open_}'"
            yield Problem(
                "MS408",
                message,
                document.key(*path, open_),
                f"'{closed}' holds its value, '{open_}' does not",
            )
        for key in (closed, open_):
            written = document.written(*path, key)
            if written and (Decimal(written).scaleb(digits) % 1):
                message = f"{written} is finer than the {digits} decimal places of the table"
                yield document.problem("MS409", message, *path, key, hint="raise 'digits' or round the cut score")


def band_steps(band: Band, digits: int) -> tuple[Decimal, Decimal]:
    """The first and last published value of a band, counted in units of the last decimal place."""
    low, high = Decimal("-Infinity"), Decimal("Infinity")
    if band.low is not None:
        exact = band.low.scaleb(digits)
        low = exact.to_integral_value(ROUND_CEILING) if band.low_closed else exact.to_integral_value(ROUND_FLOOR) + 1
    if band.high is not None:
        exact = band.high.scaleb(digits)
        high = exact.to_integral_value(ROUND_FLOOR) if band.high_closed else exact.to_integral_value(ROUND_CEILING) - 1
    return low, high


def _value(steps: Decimal, digits: int) -> str:
    return f"{steps.scaleb(-digits):f}" if steps.is_finite() else "everything"


def _grid(document: Document, table: LevelTable, grid: Grid, number: int) -> Iterator[Problem]:
    here = ("grids", number)
    statuses = tuple({band.name: 0 for band_set in table.status for band in band_set.bands})
    changes = tuple({band.name: 0 for band_set in table.change for band in band_set.bands})
    for index, name in enumerate(grid.columns if table.change else ()):
        yield from unknown_name(document, "change band", name, changes, *here, "columns", index)
    for name, cells in grid.rows:
        for problem in unknown_name(document, "status band", name, statuses):
            yield Problem(problem.code, problem.message, document.key(*here, "rows", name), problem.hint)
        if len(cells) != len(grid.columns):
            message = f"the row '{name}' has {len(cells)} cells for {len(grid.columns)} columns"
            yield Problem("MS411", message, document.key(*here, "rows", name), "write none where there is no rating")
    rows = tuple(name for name, _ in grid.rows)
    for what, needed, given in (
        ("rows", _needed(table.status, table.grids, grid), rows),
        ("columns", _needed(table.change, table.grids, grid), grid.columns),
    ):
        absent = [name for name in needed if name not in given]
        misspelt = any(name not in (statuses if what == "rows" else changes) for name in given)
        if absent and not misspelt:
            message = f"the grid has no {what[:-1]} for: {', '.join(absent)}"
            yield Problem(
                "MS411",
                message,
                document.key(*here, what),
                "name every band; write none where there is no rating",
            )


def _needed(sets: Sequence[BandSet], grids: Sequence[Grid], grid: Grid) -> dict[str, None]:
    """The bands that a grid can meet: of sets in the same years and under the same condition."""
    conditions, others = {s.when for s in sets}, {g.when for g in grids}
    return {
        band.name: None
        for band_set in sets
        if _overlap(band_set.dated.years, grid.dated.years)
        and (
            band_set.when == grid.when
            or (grid.when is None and band_set.when not in others)
            or (band_set.when is None and grid.when not in conditions)
        )
        for band in band_set.bands
    }


def _overlap(one: Years, other: Years) -> bool:
    return (one.first or "") <= (other.last or "9999") and (other.first or "") <= (one.last or "9999")


def _overrides(document: Document, table: LevelTable) -> Iterator[Problem]:
    ratings = tuple({cell: 0 for grid in table.grids for _, cells in grid.rows for cell in cells if cell})
    for number, override in enumerate(table.overrides if ratings else ()):
        yield from unknown_name(document, "rating", override.rating, ratings, "overrides", number, "rating", warn=True)
        for index, name in enumerate(override.unless):
            yield from unknown_name(document, "rating", name, ratings, "overrides", number, "unless", index)
