"""The contract of measure types, for their authors: a fixture folder is read, and each law is a test.

import pytest
from pathlib import Path
from metricspec.testing.contract import LAWS, Fixture
import metricspec_late_work

@pytest.fixture(scope="module")
def fixture() -> Fixture:
    return Fixture.of(Path(__file__).parent / "fixture", metricspec_late_work)

@pytest.mark.parametrize("law", LAWS)
def test_contract(law, fixture):
    law(fixture)

pip install 'metricspec-edu[testing]' brings pytest and the judges of SQL; a law whose judge is missing says so by a skip.
"""

from metricspec.testing.contract.fixture import Fixture
from metricspec.testing.contract.laws import LAWS

__all__ = ["LAWS", "Fixture"]
