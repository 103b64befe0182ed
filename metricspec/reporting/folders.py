"""A folder of texts is written whole or not at all: beside its place, then moved there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from metricspec.problems import UsageError

MARK = ".metricspec-export.json"


def write_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write texts by their relative path into a folder of their own.

    An earlier export in `path` is replaced: of its files those not written again vanish, and what else lies there (a
    database, what dbt keeps of its runs) stays. Raises UsageError where `path` is anything else that is not empty.
    """
    path = path.resolve()
    earlier = _earlier(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        _fill(part, files)
        if not path.exists():
            os.rename(part, path)
        else:
            _replace(path, part, earlier | {MARK})
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def check_folder(path: Path) -> None:
    """Raises UsageError before any work where `write_folder` would refuse `path`."""
    _earlier(path.resolve())


def _earlier(path: Path) -> frozenset[str]:
    """The files that an earlier export wrote to `path`."""
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
        return frozenset(str(name) for name in json.loads(mark.read_text(encoding="utf-8"))["files"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--out {path}: {MARK} there cannot be read; choose another folder") from None


def _fill(part: Path, files: Mapping[str, str]) -> None:
    mark = json.dumps({"made_by": "metricspec export", "files": sorted(files)}, indent=1)
    for name, text in {**files, MARK: mark + "\n"}.items():
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts:
            raise ValueError(f"{name} does not lie in the folder")
        file = part / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    mask = os.umask(0)
    os.umask(mask)
    part.chmod(0o777 & ~mask)


def _replace(path: Path, part: Path, ours: frozenset[str]) -> None:
    """Put `part` in the place of `path`, and into it what `path` held that no export wrote."""
    old = part.with_name(f"{part.name}.old")
    os.rename(path, old)
    try:
        os.rename(part, path)
    except BaseException:
        os.rename(old, path)
        raise
    for file in _others(old, ours):
        place = path / file.relative_to(old)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.rename(file, place)
    shutil.rmtree(old)


def _others(folder: Path, ours: frozenset[str]) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if (file.is_symlink() or not file.is_dir()) and file.relative_to(folder).as_posix() not in ours:
            yield file
