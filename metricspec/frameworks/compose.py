"""A framework over a Result: indexes with their parts, and designations with their reasons, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from metricspec.frameworks.designations import Designations
from metricspec.frameworks.given import Given, Place
from metricspec.frameworks.index import Made, Metric, Part, make_index
from metricspec.frameworks.needed import STEPS, needed
from metricspec.frameworks.released import Released
from metricspec.model import Catalog
from metricspec.model.framework import Framework, Index

if TYPE_CHECKING:
    import pandas as pd

NEEDED = tuple(f"needed_{step}" for step in STEPS)
FRAME = (
    "framework", "school_year", "org_level", "org_id", "part", "name", "metric", "student_group", "indicator", "value", "level",
    "band", "weight", "points", *NEEDED, "kind", "holds", "why", "undecided",
)  # fmt: skip
NUMBERS = ("value", "level", "weight", "points", *NEEDED)


def compose(framework: Framework, catalog: Catalog, given: Given) -> pd.DataFrame:
    """One row for each index, domain, metric, share of a metric and designation of each org and school year.

    `part` says which; `holds` is empty where a designation cannot be decided, and `undecided` then says why. All of it
    follows from released rows: the same Result with other numbers behind its hidden rows gives the same table.
    """
    released = Released(framework, catalog, given)
    indexes = {}
    for place in released.places:
        index = framework.index_in(place.year)
        if index is not None and index.org_level == place.level:
            indexes[place] = make_index(index, released, place)
    records = list(_index_rows(framework, catalog, released, indexes))
    designations = Designations(released, given, indexes)
    for place in released.places:
        for one in framework.designations:
            if one.org_level != place.level or place.year not in one.dated.years:
                continue
            decision = designations.decide(one, place)
            if decision.about is not False:
                answer = decision.answer
                records.append(
                    _record(
                        framework, place, part="designation", name=one.name, kind=one.kind, holds=answer.holds,
                        student_group=", ".join(decision.groups), why="; ".join(answer.why),
                        undecided="; ".join(answer.undecided) if answer.holds is None else "",
                    )
                )  # fmt: skip
    return _frame(records)


def _record(framework: Framework, place: Place, **values: object) -> dict[str, object]:
    where = {"framework": framework.id, "school_year": place.year, "org_level": place.level, "org_id": place.org}
    return {**where, **{name: value for name, value in values.items() if value != ""}}


def _index_rows(
    framework: Framework, catalog: Catalog, released: Released, indexes: dict[Place, Made]
) -> Iterator[dict[str, object]]:
    for place, made in indexes.items():
        index = framework.index_in(place.year)
        assert index is not None
        known = not made.undecided
        value = None if made.value is None else float(made.value)
        yield _record(
            framework, place, part="index", name="index", value=value, points=value, undecided="; ".join(made.undecided)
        )
        for domain, weight, points, metrics in made.domains:
            shown: dict[str, object] = {"weight": _float(weight, known), "points": _float(points, known)}
            yield _record(framework, place, part="domain", name=domain.name, **shown)
            for metric in metrics:
                yield from _metric_rows(framework, catalog, released, place, index, metric, known)


def _metric_rows(
    framework: Framework,
    catalog: Catalog,
    released: Released,
    place: Place,
    index: Index,
    metric: Metric,
    known: bool,
) -> Iterator[dict[str, object]]:
    """The metric by its first share (all students), then each share."""
    one = framework.input(metric.name)
    head = metric.parts[0]
    about: dict[str, object] = {"indicator": head.seen.indicator, **_level(index, head)}
    if head.seen.indicator:
        indicator = released.rules(head.seen.indicator, place.year)
        changes = needed(one, head.seen, indicator, dict(catalog.levels), place.year)
        about.update(zip(NEEDED, changes, strict=True))
    weights: dict[str, object] = {"weight": _float(metric.weight, known), "points": _float(metric.points, known)}
    undecided = "; ".join(metric.undecided)
    yield _record(framework, place, part="metric", name=metric.name, **about, **weights, undecided=undecided)
    for part in metric.parts:
        weights = {"weight": _float(part.weight, known), "points": _float(part.points, known)}
        yield _record(
            framework, place, part="share", name=part.share.name, metric=metric.name, student_group=part.group,
            indicator=part.seen.indicator, **_level(index, part), **weights, undecided=part.seen.undecided,
        )  # fmt: skip


def _level(index: Index, part: Part) -> dict[str, object]:
    if part.level is None or part.seen.row is None:
        return {}
    band = next((band.name for band in index.bands if band.first <= part.level <= band.last), "")
    return {"value": part.seen.row.value, "level": float(part.level), "band": band}


def _float(value: Fraction, known: bool) -> float | None:
    return float(value) if known else None


def _frame(records: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in FRAME:
        values = [record.get(name) for record in records]
        kind = "float64" if name in NUMBERS else "boolean" if name == "holds" else "object"
        columns[name] = pd.Series(values, dtype=kind)
    return pd.DataFrame(columns)
