"""All indicators of the demo network in one run, against one run for each, interleaved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import metricspec
from metricspec.running.demo import write_project
from metricspec.synthetic import generate
from tests.bench.conftest import seconds

pytestmark = pytest.mark.bench
ROUNDS = 2


def test_all_indicators_in_one_run(tmp_path: Path, say: Callable[[str], None]) -> None:
    """Says the ratio; that both give the same numbers is tested with the compiler."""
    folder = tmp_path / "demo"
    generate(folder / "data", students=12_000, districts=8, years=4, seed=20_260)
    write_project(folder)
    project = metricspec.load(folder)
    names = sorted(set(project.run()["indicator"]))
    apart, together = [], []
    for _ in range(ROUNDS):
        apart.append(sum(seconds(lambda name=name: project.run(name)) for name in names))  # type: ignore[misc]
        together.append(seconds(lambda: project.run(*names)))
    ratio = min(together) / min(apart)
    say(f"{len(names)} indicators in one run {min(together):.1f} s, one by one {min(apart):.1f} s: {ratio:.2f}")
