"""Whatever stands in a file, reading it gives problems and never an exception."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metricspec.reading.formats import render
from metricspec.reading.load import load
from metricspec.registry import load_registry

GOOD = Path(__file__).parent / "good"
TEXTS = [path.read_bytes() for path in sorted(GOOD.glob("*.yaml"))]
REGISTRY = load_registry()
WORDS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"-1",
    b"1e9",
    b"''",
    b"[[1]]",
    b"{a: 1}",
    b"true",
    b"2024",
    b"x y",
    b"- ",
    b"*a",
    b"\t",
]


def survives(content: bytes) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        shutil.copytree(GOOD, folder / "good")
        (folder / "b.yaml").write_bytes(content)
        loaded = load([folder], REGISTRY)
        for form in ("text", "github", "json", "sarif"):
            assert isinstance(render(loaded.problems, form), str)
    finally:
        shutil.rmtree(folder)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(content: bytes) -> None:
    survives(content)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_arbitrary_text_behind_a_heading(text: str) -> None:
    survives(b"metricspec: 1\nindicator: x\n" + text.encode("utf-8", errors="replace"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_values_replaced(data: st.DataObject) -> None:
    """A value of a good document gives way to something else, under a new id."""
    text = data.draw(st.sampled_from(TEXTS))
    lines = text.replace(b"good.", b"new.").split(b"\n")
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(1, len(lines) - 1))
        parts = lines[number].split(b" ")
        at = data.draw(st.integers(0, len(parts) - 1))
        parts[at] = data.draw(st.sampled_from(WORDS) | st.binary(max_size=4))
        lines[number] = b" ".join(parts)
    survives(b"\n".join(lines))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_lines_lost(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(TEXTS)).replace(b"good.", b"new.").split(b"\n")
    lost = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1))
    survives(b"\n".join(line for number, line in enumerate(lines) if number not in lost))
