"""A project with the good documents of tests/reading, and one language server over it, spoken to by the protocol."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.editor.client import Editor

PROJECT = "metricspec: 1\nproject: edited\nspecs: [good, own]\n"
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edited")
    shutil.copytree(REPOSITORY / "tests" / "reading" / "good", folder / "good")
    (folder / "own").mkdir()
    (folder / "metricspec.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs what an editor does; between calls the server waits."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture(scope="module")
def editor(project: Path, run: Run) -> Iterator[Editor]:
    one = Editor(project, options={"pause": 0.0})
    run(one.start(sys.executable, "-m", "metricspec", "lsp", cwd=project))
    yield one
    assert run(one.stop()) == 0
