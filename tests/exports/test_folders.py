"""An export is written whole or not at all, over nothing but an earlier export."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from metricspec.problems import UsageError
from metricspec.reporting.folders import MARK, check_folder, write_folder


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_holds_what_was_given(tmp_path: Path) -> None:
    write_folder(tmp_path / "a" / "out", {"x.sql": "1", "models/y.sql": "é"})
    assert listed(tmp_path / "a") == {"out/x.sql", "out/models/y.sql", f"out/{MARK}"}
    assert (tmp_path / "a" / "out" / "models" / "y.sql").read_text(encoding="utf-8") == "é"
    assert (tmp_path / "a" / "out").stat().st_mode & 0o700 == 0o700


def test_an_earlier_export_is_replaced_and_what_others_put_there_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_folder(out, {"x.sql": "1", "models/stale.sql": "2"})
    (out / "x.sql").write_text("changed by hand", encoding="utf-8")
    (out / "models" / "mine.sql").write_text("mine", encoding="utf-8")
    (out / "target").mkdir()
    (out / "target" / "run.json").write_text("{}", encoding="utf-8")
    write_folder(out, {"x.sql": "3", "tests/z.sql": "4"})
    assert listed(out) == {"x.sql", "tests/z.sql", "models/mine.sql", "target/run.json", MARK}
    assert (out / "x.sql").read_text(encoding="utf-8") == "3"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_any_other_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    check_folder(mine)  # empty: nothing is lost
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="no export of metricspec wrote it"):
        write_folder(mine, {"x.sql": "1"})
    assert listed(mine) == {"thesis.txt"}
    with pytest.raises(UsageError, match="this is a file"):
        write_folder(mine / "thesis.txt", {"x.sql": "1"})
    write_folder(tmp_path / "out", {"x.sql": "1"})
    (tmp_path / "out" / MARK).write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        check_folder(tmp_path / "out")
    write_folder(tmp_path / "here", {"x.sql": "1"})
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="run this outside it"):
        write_folder(Path(), {"x.sql": "2"})


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_folder(out, {"x.sql": "1"})
    write = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if self.name == "late.sql":
            raise OSError(28, "No space left on device", str(self))
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    for folder in (out, tmp_path / "new"):
        with pytest.raises(OSError, match="No space left"):
            write_folder(folder, {"x.sql": "2", "late.sql": "3"})
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    assert (out / "x.sql").read_text(encoding="utf-8") == "1"


def _fails(monkeypatch: pytest.MonkeyPatch, *fails: Callable[[Path, Path], bool]) -> None:
    """Renaming meets a full disk where one of `fails` says so."""
    rename = os.rename

    def full(source: Path, to: Path) -> None:
        if any(one(Path(source), Path(to)) for one in fails):
            raise OSError(28, "No space left on device", str(to))
        rename(source, to)

    monkeypatch.setattr(os, "rename", full)


@pytest.mark.parametrize("at", ["second.txt", "out"])
def test_what_others_put_there_is_back_where_a_move_fails(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_folder(out, {"x.sql": "1"})
    for name in ("first.txt", "target/second.txt"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text(name, encoding="utf-8")
    before = listed(tmp_path)
    with monkeypatch.context() as patched:
        _fails(patched, lambda source, to: to.name == at and source.suffix != ".old")
        with pytest.raises(OSError, match="No space left"):
            write_folder(out, {"x.sql": "2", "new.sql": "2"})
    assert listed(tmp_path) == before
    assert (out / "x.sql").read_text(encoding="utf-8") == "1"
    assert (out / "target" / "second.txt").read_text(encoding="utf-8") == "target/second.txt"
    write_folder(out, {"x.sql": "2"})
    assert listed(tmp_path) == before


def test_files_that_cannot_be_moved_back_are_kept_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_folder(out, {"x.sql": "1"})
    for name in ("first.txt", "second.txt"):
        (out / name).write_text(name, encoding="utf-8")
    with monkeypatch.context() as patched:
        _fails(patched, lambda _, to: to.name == "second.txt", lambda _, to: to == out / "first.txt")
        with pytest.raises(UsageError, match="files that lay there are now in") as told:
            write_folder(out, {"x.sql": "2"})
    assert (Path(str(told.value).rpartition(" ")[2]) / "first.txt").read_text(encoding="utf-8") == "first.txt"
    assert {"x.sql", "second.txt"} <= listed(out)


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    for name in ("../x.sql", "/tmp/x.sql", "a/../../x.sql"):
        with pytest.raises(ValueError, match="does not lie in the folder"):
            write_folder(tmp_path / "out", {name: "1"})
    assert list(tmp_path.iterdir()) == []
