"""The Tally, and before it the results of indicators that are made of others' results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
    if not made:
        return [tally_stage(parts, slots)]
    counted = tally_stage(parts, slots)
    steps: list[Step] = [Stage(COUNTED, counted.says, counted.template, counted.slots, stored=True)]
    stages: dict[str, str] = {}
    sources: dict[str, Counted] = {}
    for at, indicator in enumerate(made, 1):
        measure = registry.measure_types[indicator.measure_type]
        assert isinstance(measure, TallyMeasure)
        others = registry.made_of(indicator)
        for other in others:
            if other not in sources:
                versions = [one for one in indicators if one.result_id == other]
                results = _results(f"results_{len(sources) + 1}", versions, stages)
                sources[other] = _counted(versions, catalog, results.name)
                steps.append(results)
        least = catalog.policies[indicator.policy].least_shown()
        given = {other: replace(sources[other], report_n=max(sources[other].report_n, least)) for other in others}
        steps += measure.stages(indicator.measure, given, f"made_{at}_")
        text, more = staged_part(indicator, steps[-1].name, at)
        says = f"The results of {indicator.id}, made of others."
        stages[indicator.id] = f"results_made_{at}"
        steps.append(Stage(stages[indicator.id], says, Template(("made", text), text), dict(more), stored=True))
    rows = [f"SELECT * FROM {stage}" for stage in (COUNTED, *stages.values())]
    return [*steps, tally_stage(rows, {})]


def _counted(versions: Sequence[Indicator], catalog: Catalog, stage: str) -> Counted:
    """What is said of an indicator's rows: by its newest version, and the strictest of their policies."""
    newest = versions[-1]
    return Counted(
        stage,
        scale_of(newest.unit),
        newest.digits,
        newest.better,
        catalog.groups[newest.groups].partitions,
        max(catalog.policies[one.policy].least_shown() for one in versions),
        catalog.groups[newest.groups].everyone or "ALL",
    )


def _results(name: str, versions: Sequence[Indicator], made: Mapping[str, str]) -> Stage:
    """One indicator's rows: counted, or those of a stage where it is `made` of others itself. Its ids are slots."""
    slots = {f"id{at}": lit(one.id) for at, one in enumerate(versions)}
    rows = [
        f"SELECT * FROM {made.get(one.id, COUNTED)} WHERE indicator = {slot(id_)}"
        for one, id_ in zip(versions, slots, strict=True)
    ]
    text = "\nUNION ALL\n".join(rows)
    return Stage(name, f"The results of {versions[-1].id}.", Template(("results", text), text), slots)
