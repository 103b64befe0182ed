"""An environment of made-up plugins, and projects that name them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import command
from tests.plugins.site import Site

__all__ = ["command"]
Named = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder in front of the path; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Site(folder)
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """A project that names plugins, with an indicator of a measure type if one is given."""

    def make(*plugins: str, measure: str | None = None) -> Path:
        folder = tmp_path / "project"
        (folder / "specs").mkdir(parents=True, exist_ok=True)
        lines = ["metricspec: 1", "project: trial", "specs: [specs]", *(["plugins:"] if plugins else [])]
        (folder / "metricspec.yaml").write_text("\n".join([*lines, *(f"  {one}" for one in plugins), ""]))
        if measure:
            (folder / "specs" / "ours.yaml").write_text(INDICATOR.format(measure=measure))
        return folder

    return make


INDICATOR = """\
metricspec: 1
indicator: ours.trial
version: "1.0.0"
title: A trial
better: lower
unit: ratio
digits: 1
students: enrollment
measure:
  type: {measure}
orgs: plain
groups: all_students
policy: ca_dashboard
compare: none
"""
