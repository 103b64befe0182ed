"""Paths in files of a project: they lead to one place inside of it, since other people may have written them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

# Folders outside of a project that its links may lead to: said by whoever runs, never by a file of the project.
FOLDERS = "METRICSPEC_DATA"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PATTERN = re.compile(r"[*?\[\]{}]")


def path_fault(text: str) -> str | None:
    """What is wrong with a path, or None: below the project's folder, and of one file."""
    parts = PurePosixPath(text.replace("\\", "/")).parts
    if PureWindowsPath(text).anchor or PurePosixPath(text).is_absolute() or text.startswith("~"):
        return "a path of this machine is not read from a file of the project"
    if _URL.match(text):
        return "an address is not read: this is a path in the project's folder"
    if ".." in parts:
        return "a path must not lead out of the project's folder"
    if _PATTERN.search(text):
        return "one file is named, without * ? [ ] { }"
    return None if text.strip() and text.isprintable() else "a path is expected here"


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path, its links followed, lies neither in a folder nor in one that METRICSPEC_DATA names."""
    place = path.resolve()
    return not any(place.is_relative_to(one) for one in (folder.resolve(), *_allowed()))


def _allowed() -> Iterable[Path]:
    return (Path(one).resolve() for one in os.environ.get(FOLDERS, "").split(os.pathsep) if one.strip())
