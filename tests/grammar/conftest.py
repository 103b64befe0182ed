"""The texts of each dialect, compiled once in a run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

import metricspec
from metricspec.testing.grammar.texts import Texts


@pytest.fixture(scope="session")
def texts() -> Callable[[str], Texts]:
    project = metricspec.load()
    return cache(lambda dialect: Texts(project.compiler(dialect), tuple(project.catalog.indicators)))
