"""The contract of measure types, over the rows of two folders beside this file.

School A has three students on fourteen days, of whom 0 0 1 1 0 0 0 1 2 3 2 3 2 3 are absent. The median is 1 of 3; eleven
points are off it, five below and then six above: one crossing where chance mostly gives two or more. In run_chart_changed the
change is on the seventh day. The median before it is 0, the least of all points, on which five of them lie: too many for a verdict,
though seven above it follow. The district has one. School B has no day from
the change on, school C none before it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from metricspec.registry import Registry, load_registry
from metricspec.testing.contract import LAWS, Fixture

import metricspec_improvement


@cache
def fixture(folder: str) -> Fixture:
    registry: Registry = load_registry(plugins=[metricspec_improvement])
    return Fixture.read(Path(__file__).parent / folder, registry)


@pytest.mark.parametrize("folder", ["run_chart", "run_chart_changed"])
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None], folder: str) -> None:
    law(fixture(folder))
