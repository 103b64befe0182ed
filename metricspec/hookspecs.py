"""The hooks that plugins implement. Each takes nothing and returns a list; a hook may import model and measure."""

from __future__ import annotations

from pathlib import Path

import pluggy

from metricspec.measure import MeasureType

hookspec = pluggy.HookspecMarker("metricspec")
hookimpl = pluggy.HookimplMarker("metricspec")


@hookspec
def metricspec_measure_types() -> list[MeasureType]:
    """Measure types that specs may name under `measure: type:`."""
    return []


@hookspec
def metricspec_spec_folders() -> list[Path]:
    """Folders of specs to read besides the project's own."""
    return []
