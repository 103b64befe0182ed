"""The page of conformance says what the suite does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import pytest

from metricspec.warehouse import Warehouse

from .conftest import PARAMS
from .engines import Engine
from .page import PAGE, conformance_page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == conformance_page(), "run: python -m tests.engines.page"


@pytest.mark.parametrize("engine", PARAMS.values())
def test_the_version_is_the_one_on_the_page(engine: Engine, session: Callable[[Engine], Warehouse]) -> None:
    """As far as its first number goes: within it engines keep what they do."""
    asked = engine.version
    found = str(session(engine).rows(asked)[0][0]) if " " in asked else version(asked)
    assert found.split(".")[0] == engine.tested.split(".")[0]
