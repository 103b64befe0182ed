"""How far a value is from the next index levels: the change needed to reach each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from metricspec.frameworks.released import Seen, within
from metricspec.model import Band, Indicator, LevelTable
from metricspec.model.framework import Input
from metricspec.reading.level_checks import band_steps

STEPS = (1, 2, 3)


def needed(
    one: Input, seen: Seen, indicator: Indicator, tables: dict[str, LevelTable], year: str
) -> tuple[float | None, ...]:
    """The change of the value to rise by one, two and three levels; None beyond the highest or where it cannot be told.

    Which cut scores hold for an org can depend on its type, which a Result does not say: where those that fit the value
    and its level differ, nothing is said.
    """
    nothing = (None,) * len(STEPS)
    if seen.row is None or seen.row.value is None or seen.rating is None or indicator.better not in ("higher", "lower"):
        return nothing
    value = Decimal(repr(float(seen.row.value)))
    table = tables.get(indicator.rating or "")
    sets: Iterable[tuple[Band, ...]]
    if one.levels:
        sets, digits = (one.levels,), indicator.digits
    elif table is not None:
        sets, digits = (entry.bands for entry in table.status if year in entry.dated.years), table.digits
    else:
        return nothing
    fitting = [bands for bands in sets if any(b.name == seen.rating and within(b, value) for b in bands)]
    answers = {_changes(bands, value, int(seen.rating), indicator.better, digits) for bands in fitting}
    return answers.pop() if len(answers) == 1 else nothing


def _changes(bands: tuple[Band, ...], value: Decimal, level: int, better: str, digits: int) -> tuple[float | None, ...]:
    by_name = {band.name: band for band in bands}
    found: list[float | None] = []
    for step in STEPS:
        band = by_name.get(str(level + step))
        if band is None:
            found.append(None)
            continue
        nearest = band_steps(band, digits)[0 if better == "higher" else 1]
        found.append(float(nearest.scaleb(-digits) - value) if nearest.is_finite() else None)
    return tuple(found)
