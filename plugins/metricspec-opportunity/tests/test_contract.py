"""The measure type keeps metricspec's contract, over the rows in `fixture`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from metricspec.registry import Registry
from metricspec.testing.contract import LAWS, Fixture


@pytest.fixture(scope="module")
def fixture(registry: Registry) -> Fixture:
    return Fixture.read(Path(__file__).parent / "fixture", registry)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None], fixture: Fixture) -> None:
    law(fixture)
