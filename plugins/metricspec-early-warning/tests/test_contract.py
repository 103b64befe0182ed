"""The contract of measure types, over the rows beside this file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from metricspec.registry import load_registry
from metricspec.testing.contract import LAWS, Fixture

import metricspec_early_warning


@cache
def fixture() -> Fixture:
    return Fixture.read(Path(__file__).parent / "early_warning", load_registry(plugins=[metricspec_early_warning]))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_contract(law: Callable[[Fixture], None]) -> None:
    law(fixture())
