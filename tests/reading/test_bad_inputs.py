"""Every file in tests/bad says in its first lines what is wrong with it, and exactly that is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from metricspec.reading.load import load, load_project
from metricspec.registry import load_registry

GOOD = Path(__file__).parent / "good"
FILES = sorted((Path(__file__).parent.parent / "bad").glob("*.yaml"))
# A metricspec.yaml is read by itself.
PROJECTS = [path for path in FILES if path.stem.startswith("project_")]
BAD = [path for path in FILES if path not in PROJECTS]
STATED = re.compile(r"^# finding: (MS\d{3}) (\d+):(\d+)$")


def stated(path: Path) -> set[tuple[str, int, int]]:
    findings = set()
    for line in path.read_bytes().decode("utf-8").split("\n"):
        match = STATED.match(line)
        if match is None:
            break
        findings.add((match[1], int(match[2]), int(match[3])))
    return findings


def test_good_documents_have_no_problems() -> None:
    loaded = load([GOOD], load_registry())
    assert loaded.problems == ()
    assert set(loaded.catalog.indicators) == {"good.chronic", "good.published"}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_input(path: Path, tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "a")
    (tmp_path / "b").mkdir()
    shutil.copy(path, tmp_path / "b")
    loaded = load([tmp_path / "a", tmp_path / "b"], load_registry())
    found = {(p.code, p.place.line, p.place.column) for p in loaded.problems}
    assert stated(path), "the file must state a finding"
    assert found == stated(path)
    assert {p.place.file for p in loaded.problems} == {str(tmp_path / "b" / path.name)}
    assert "good.chronic" in loaded.catalog.indicators


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.stem)
def test_bad_project(path: Path) -> None:
    opened = load_project(path)
    assert opened.project is None
    assert {(p.code, p.place.line, p.place.column) for p in opened.problems} == stated(path) != set()
    assert all(p.hint for p in opened.problems if p.code != "MS104")


def test_there_are_many() -> None:
    assert len(BAD) >= 45
