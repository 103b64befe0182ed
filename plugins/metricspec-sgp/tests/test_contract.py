"""The measure type keeps metricspec's contract; its fit is a step in Python, so every dialect refuses it and judges its SQL stages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from metricspec.testing.contract import LAWS, Fixture

import metricspec_sgp


@cache
def fixture() -> Fixture:
    return Fixture.of(Path(__file__).parent / "fixture", metricspec_sgp)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None]) -> None:
    law(fixture())
