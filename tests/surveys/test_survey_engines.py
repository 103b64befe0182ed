"""The same numbers on every engine, as one statement and as a script."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from metricspec.sql.stage import Form
from tests.growth.rig import Duck, Engine
from tests.growth.test_growth_engines import same

from .rig import KEYS, SPECS, answers, tally

pytestmark = pytest.mark.slow


@cache
def usual(name: str) -> pd.DataFrame:
    return tally(SPECS[name], answers())


@pytest.mark.parametrize("form", ["statement", "script"])
@pytest.mark.parametrize("name", SPECS)
def test_the_same_numbers(name: str, form: Form, engine: Engine) -> None:
    if (engine, form) == (Duck(), "script"):
        assert usual(name).value.notna().sum() > 40
        return
    same(tally(SPECS[name], answers(), engine, form), usual(name), KEYS)
