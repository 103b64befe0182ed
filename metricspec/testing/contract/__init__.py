"""The contract of measure types, for their authors: a fixture folder is read, and each law is a test.

import pytest
from pathlib import Path
from metricspec.testing.contract import LAWS, Fixture
from metricspec.registry import load_registry

@pytest.fixture(scope="module")
def fixture() -> Fixture:
    return Fixture.read(Path(__file__).parent / "fixture", load_registry())

@pytest.mark.parametrize("law", LAWS)
def test_contract(law, fixture):
    law(fixture)
"""

from metricspec.testing.contract.fixture import Fixture
from metricspec.testing.contract.laws import LAWS

__all__ = ["LAWS", "Fixture"]
