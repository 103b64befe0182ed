"""The measure type keeps metricspec's contract: between two groups by a condition, by student groups, and of several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from metricspec.registry import Registry
from metricspec.testing.contract import LAWS, Fixture

FOLDER = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module", params=["condition", "reference", "others", "several"])
def fixture(request: pytest.FixtureRequest, registry: Registry) -> Fixture:
    return Fixture.read(FOLDER / request.param, registry)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None], fixture: Fixture) -> None:
    law(fixture)
