"""The page of measure types: each class's docstring and the keys of its schema."""

from __future__ import annotations

import inspect

from metricspec.docsgen.keys import keys_table
from metricspec.docsgen.markdown import page
from metricspec.measure import MeasureType, RowMeasure, StagedMeasure, TallyMeasure
from metricspec.registry import Registry

INTRO = """How a value is computed: what an indicator writes under `measure: type:`. Plugins add others:
[Add a measure type](../how-to/add-a-measure-type.md)."""


def _type(measure: MeasureType) -> str:
    takes = "It counts students."
    if isinstance(measure, RowMeasure):
        takes = "It takes rows of results that exist already."
    elif isinstance(measure, TallyMeasure):
        takes = "It is made of the results of other indicators."
    elif isinstance(measure, StagedMeasure):
        takes = (
            "It sees the scores of all schools together; a score counts at one school: that of the student's last row, "
            "where nothing else is said."
        )
    says = inspect.cleandoc(type(measure).__doc__ or "")
    return "\n\n".join((f"## {measure.name}", f"{says}", takes, keys_table(measure.schema, "language.md")))


def measure_types_page(registry: Registry) -> str:
    return page("Measure types", INTRO, [_type(measure) for measure in registry.measure_types.values()])
