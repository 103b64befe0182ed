"""The Tally, and before it the results of indicators that are made of others' results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from metricspec.compiler.constants import scale_of
from metricspec.compiler.scores import staged_part
from metricspec.compiler.tally import tally_stage
from metricspec.measure import Counted, TallyMeasure
from metricspec.model import Catalog, Indicator
from metricspec.registry import Registry
from metricspec.sql.stage import Stage, Step, Template, lit, slot

COUNTED = "counted"


def tally_steps(
    made: Sequence[Indicator],
    indicators: Sequence[Indicator],
    catalog: Catalog,
    registry: Registry,
    parts: Sequence[str],
    slots: Mapping[str, str],
) -> list[Step]:
    """The Tally of the counted `parts`; `made` are the indicators made of others, each after those it needs."""
    shown = {indicator.id: partial(_counted, indicator, catalog) for indicator in indicators}
    if not made:
        return [tally_stage(parts, slots)]
    counted = tally_stage(parts, slots)
    steps: list[Step] = [Stage(COUNTED, counted.says, counted.template, counted.slots, stored=True)]
    rows = [f"SELECT * FROM {COUNTED}"]
    sources: dict[str, Counted] = {}
    for at, indicator in enumerate(made, 1):
        measure = registry.measure_types[indicator.measure_type]
        assert isinstance(measure, TallyMeasure)
        others = measure.indicators(indicator.measure)
        for other in others:
            if other not in sources:
                sources[other] = shown[other](f"results_{len(sources) + 1}")
                steps.append(_results(sources[other].stage, other))
        least = catalog.policies[indicator.policy].least_shown()
        given = {other: replace(sources[other], report_n=max(sources[other].report_n, least)) for other in others}
        steps += measure.stages(indicator.measure, given, f"made_{at}_")
        text, more = staged_part(indicator, steps[-1].name, at)
        own = sources[indicator.id] = shown[indicator.id](f"results_{len(sources) + 1}")
        says = f"The results of {indicator.id}, made of others."
        steps.append(Stage(own.stage, says, Template(("made", text), text), dict(more), stored=True))
        rows.append(f"SELECT * FROM {own.stage}")
    return [*steps, tally_stage(rows, {})]


def _counted(indicator: Indicator, catalog: Catalog, stage: str) -> Counted:
    return Counted(
        stage,
        scale_of(indicator.unit),
        indicator.digits,
        indicator.better,
        catalog.groups[indicator.groups].partitions,
        catalog.policies[indicator.policy].least_shown(),
        catalog.groups[indicator.groups].everyone or "ALL",
    )


def _results(name: str, indicator: str) -> Stage:
    """One indicator's counted rows; its id is a slot."""
    text = f"SELECT * FROM {COUNTED} WHERE indicator = {slot('id')}"
    return Stage(name, f"The results of {indicator}.", Template(("results", text), text), {"id": lit(indicator)})
