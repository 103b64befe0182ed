"""A command in a folder that is no project: what ships is worked with, and said to be so; inside of one it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Command


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nspecs: [specs]\n", encoding="utf-8")
    (tmp_path / "specs" / "indicators").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "specs" / "indicators")
    return tmp_path


@pytest.mark.parametrize(
    "words", [["check"], ["list"], ["test"], ["diff", "HEAD"], ["changelog"], ["verify", "x.csv"], ["plugins"]]
)
def test_below_a_project(command: Command, inside: Path, words: list[str]) -> None:
    code, out, err = command(*words)
    assert (code, out) == (2, "") and f"go to {inside}, or add --project {inside}" in err


def test_a_project_that_is_named(command: Command, inside: Path) -> None:
    code, _, err = command("check", "--project", inside)
    assert code == 0 and "there is no project" not in err


def test_no_project_anywhere(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = command("check")
    assert code == 0 and err.startswith("there is no project here (metricspec.yaml): these are the specs that ship")


def test_a_binding_that_is_nowhere(command: Command, tmp_path: Path) -> None:
    text = "metricspec: 1\nproject: ours\nbinding: dmo\nspecs: []\n"
    (tmp_path / "metricspec.yaml").write_text(text, encoding="utf-8")
    code, out, _ = command("check", "--project", tmp_path)
    assert code == 1 and "metricspec.yaml:3:10: MS201 there is no binding 'dmo'" in out and "did you mean 'demo'" in out
