"""Where the real data lie, and metricspec with the plugin as if installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from metricspec.registry import Registry, load_registry

import metricspec_sgp

REPOSITORY = Path(__file__).resolve().parents[3]


def _real_data_folder() -> Path:
    named = os.environ.get("METRICSPEC_REAL_DATA")
    return Path(named) if named else REPOSITORY.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked real_data are skipped, with the reason, where the public files are not there."""
    folder = _real_data_folder()
    if folder.is_dir():
        return
    skip = pytest.mark.skip(
        reason=f"the public data files are not in {folder}; set METRICSPEC_REAL_DATA to their folder"
    )
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public data files."""
    return _real_data_folder()


@pytest.fixture(scope="session")
def registry() -> Registry:
    """metricspec's own plugin and this one, whatever else is installed."""
    return load_registry(plugins=[metricspec_sgp])
