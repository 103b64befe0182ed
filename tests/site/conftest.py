"""The site of the whole shipped catalogue, built once for all workers, and command lines in process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from metricspec.cli import main

Command = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Site:
    """`seconds` of processor time that the build took."""

    folder: Path
    seconds: float

    @property
    def pages(self) -> list[Path]:
        return sorted(self.folder.rglob("*.html"))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Site:
    """As `metricspec docs` builds it outside any project, SQL in three dialects among it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder, taken = shared / "whole-site", shared / "whole-site.seconds"
    with (shared / "whole-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not taken.exists():
            began = time.process_time()
            with pytest.raises(SystemExit) as stopped:
                main(["docs", "--out", str(folder)])
            assert stopped.value.code == 0
            taken.write_text(str(time.process_time() - began), encoding="utf-8")
    return Site(folder, float(taken.read_text(encoding="utf-8")))


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Exit code, standard output and standard error of a command line."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(str(stopped.value.code)), out, err

    return call
