"""Reading, checking and compiling specs in one process, beside a peer's ratio metrics in the same run."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

import metricspec
from tests.bench.conftest import seconds, write_project

pytestmark = pytest.mark.bench
SIZES = (100, 1_000, 5_000)


def _ours(folder: Path, rates: int) -> float:
    write_project(folder, rates)

    def work() -> None:
        project = metricspec.load(folder)
        assert not project.problems
        compiler = project.compiler()
        for at in range(rates):
            assert "WITH" in compiler.compile(f"bench.rate_{at}")

    return seconds(work) / rates * 1e3


def _peer(folder: Path, metrics: int) -> float:
    """sidemantic 0.13: one model with a count and a ratio per metric, each compiled on its own."""
    from sidemantic import SemanticLayer
    from sidemantic.loaders import load_from_directory

    folder.mkdir()
    items = "".join(
        f"      - {{name: met_{at}, agg: sum, sql: is_met_{at}}}\n"
        f"      - {{name: rate_{at}, type: ratio, numerator: met_{at}, denominator: enrolled}}\n"
        for at in range(metrics)
    )
    (folder / "model.yml").write_text(
        "version: 1\nmodels:\n  - name: student_year\n    table: student_year\n    primary_key: row_id\n"
        "    dimensions: [{name: school_id, type: categorical}, {name: school_year, type: categorical}]\n"
        f"    metrics:\n      - {{name: enrolled, agg: count}}\n{items}"
    )

    def work() -> None:
        layer = SemanticLayer()
        load_from_directory(layer, str(folder))
        for at in range(metrics):
            assert layer.compile(metrics=[f"student_year.rate_{at}"], dimensions=["student_year.school_id"])

    return seconds(work) / metrics * 1e3


def test_specs_per_millisecond(tmp_path: Path, say: Callable[[str], None]) -> None:
    metricspec.load()  # imports and the shipped catalogue, once
    figures = {size: _ours(tmp_path / str(size), size) for size in SIZES}
    text = ", ".join(f"{size:,}: {ms:.2f} ms each" for size, ms in figures.items())
    say(f"read, check and compile rate specs: {text}")
    if importlib.util.find_spec("sidemantic"):
        say(f"sidemantic, 1,000 ratio metrics loaded and compiled: {_peer(tmp_path / 'peer', 1_000):.2f} ms each")
    else:
        say("sidemantic is not installed (extra: bench)")


def test_help_is_quick(say: Callable[[str], None]) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "metricspec", "--help"]
    assert b"explain" in subprocess.run(command, check=True, capture_output=True).stdout
    times = sorted(seconds(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(7))
    bare = sorted(seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(7))
    say(f"metricspec --help: {times[3]:.3f} s (python alone {bare[3]:.3f} s)")
