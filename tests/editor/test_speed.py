"""How long an editor waits: from a change of one file to the problems of the whole shipped catalogue."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.editor.client import Editor
from tests.editor.conftest import Run

pytestmark = pytest.mark.bench
FILE = REPOSITORY / "specs" / "indicators" / "ca" / "chronic-absenteeism.yaml"


def test_a_change_is_judged_quickly(tmp_path: Path, run: Run) -> None:
    editor = Editor(tmp_path, options={"pause": 0.0})
    run(editor.start(sys.executable, "-m", "metricspec", "lsp", cwd=tmp_path))
    text = FILE.read_text(encoding="utf-8")

    def waited(change: str) -> float:
        start = time.perf_counter()
        editor.change(uri, change)
        run(editor.diagnostics(uri))
        return time.perf_counter() - start

    start = time.perf_counter()
    uri = editor.open(FILE, text)
    run(editor.diagnostics(uri))
    first = time.perf_counter() - start
    times = [waited(text.replace("digits: 1", f"digits: {1 + at % 2}")) for at in range(20)]
    run(editor.stop())
    print(
        f"\nfirst {first * 1000:.0f} ms; then median {statistics.median(times) * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms"
    )
    assert statistics.median(times) < first
