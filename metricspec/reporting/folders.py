"""A folder of files is written whole or not at all: beside its place, then moved there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from metricspec.problems import UsageError

MARK = ".metricspec-export.json"
EXPORT = "metricspec export"


def write_folder(path: Path, files: Mapping[str, str | bytes], made_by: str = EXPORT) -> None:
    """Write files by their relative path into a folder of their own.

    What `made_by` wrote to `path` earlier is replaced: of its files those not written again vanish, and what else lies
    there (a database, what dbt keeps of its runs) stays. Raises UsageError where `path` is anything else that is not empty.
    """
    path = path.resolve()
    earlier = _earlier(path, made_by)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    old = part.with_name(f"{part.name}.old")
    moved: list[tuple[Path, Path]] = []
    try:
        _fill(part, files, made_by)
        if path.exists():
            _carry(path, part, earlier | {MARK}, moved)
        _swap(path, part, old)
    except BaseException as error:
        if _moved_back(moved):
            shutil.rmtree(part, ignore_errors=True)
            raise
        raise UsageError(f"--out {path}: not replaced ({error}); files that lay there are now in {part}") from error
    if old.exists():
        shutil.rmtree(old)


def write_new_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write texts by their relative path into a folder that is not there yet. Raises UsageError where it is."""
    path = path.resolve()
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already and is left as it is")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        _write(part, files)
        os.rename(part, path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def check_folder(path: Path, made_by: str = EXPORT) -> None:
    """Raises UsageError before any work where `write_folder` would refuse `path`."""
    _earlier(path.resolve(), made_by)


def _earlier(path: Path, made_by: str) -> frozenset[str]:
    """The files that `made_by` wrote to `path` earlier."""
    if not path.exists():
        return frozenset()
    if not path.is_dir():
        raise UsageError(f"--out {path}: this is a file; a folder is written")
    if Path.cwd().is_relative_to(path):
        raise UsageError(f"--out {path}: the folder is replaced whole, so run this outside it")
    mark = path / MARK
    if not mark.is_file():
        if any(path.iterdir()):
            raise UsageError(f"--out {path}: the folder is not empty, and no export of metricspec wrote it")
        return frozenset()
    try:
        written = json.loads(mark.read_text(encoding="utf-8"))
        files, by = frozenset(str(name) for name in written["files"]), str(written["made_by"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--out {path}: {MARK} there cannot be read; choose another folder") from None
    if by != made_by:
        raise UsageError(f"--out {path}: '{by}' wrote this folder, so '{made_by}' does not replace it; choose another")
    return files


def _fill(part: Path, files: Mapping[str, str | bytes], made_by: str) -> None:
    mark = json.dumps({"made_by": made_by, "files": sorted(files)}, indent=1)
    _write(part, {**files, MARK: mark + "\n"})


def _write(part: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise ValueError(f"{name} does not lie in the folder")
        file = part / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    mask = os.umask(0)
    os.umask(mask)
    part.chmod(0o777 & ~mask)


def _carry(path: Path, part: Path, ours: frozenset[str], moved: list[tuple[Path, Path]]) -> None:
    """Move into `part` what `path` holds that no export wrote; each file is noted in `moved`, from where and to where."""
    for file in list(_others(path, ours)):
        place = part / file.relative_to(path)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            moved.append((file, place))
            os.rename(file, place)


def _swap(path: Path, part: Path, old: Path) -> None:
    """Put `part` in the place of `path`, and what lay there aside as `old`."""
    if path.exists():
        os.rename(path, old)
    try:
        os.rename(part, path)
    except BaseException:
        if old.exists():
            os.rename(old, path)
        raise


def _moved_back(moved: Iterable[tuple[Path, Path]]) -> bool:
    """Whether every file lies where it came from again."""
    for file, place in moved:
        with suppress(OSError):
            if os.path.lexists(place):
                os.rename(place, file)
    return not any(os.path.lexists(place) for _, place in moved)


def _others(folder: Path, ours: frozenset[str]) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if (file.is_symlink() or not file.is_dir()) and file.relative_to(folder).as_posix() not in ours:
            yield file
