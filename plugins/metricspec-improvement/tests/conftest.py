"""metricspec with the plugin as if installed."""

from __future__ import annotations

import pytest
from metricspec.registry import Registry, load_registry

import metricspec_improvement


@pytest.fixture(scope="session")
def registry() -> Registry:
    """metricspec's own plugin and this one, whatever else is installed."""
    return load_registry(plugins=[metricspec_improvement])
