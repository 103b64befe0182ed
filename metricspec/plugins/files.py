"""A plugin's files, found without importing it, and the one number that stands for all of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from metricspec.plugins.installed import Installed

CACHE = "__pycache__"


def fingerprint(plugin: Installed) -> str | None:
    """sha256 over the path and content of every file of the top-level packages that a plugin's entry points lie in, so that it
    is the same for a wheel and for an editable install. None where one of them cannot be found or read.

    What Python compiles (__pycache__) is left out; what the plugin itself imports from other packages is not looked at.
    """
    whole = hashlib.sha256()
    try:
        for module in plugin.modules:
            files = sorted(_files(module))
            if not files:
                return None
            for name, path in files:
                whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    except (OSError, ImportError, ValueError):
        return None
    return whole.hexdigest()


def written_in(plugin: Installed, project: Path) -> bool:
    """Whether a plugin's source is the project's own: it lies in the folder `src` of it, so who writes the one writes the other."""
    source = (project / "src").resolve()
    try:
        files = [path for module in plugin.modules for _, path in _files(module)]
    except (OSError, ImportError, ValueError):
        return False
    return bool(files) and all(path.resolve().is_relative_to(source) for path in files)


def _files(module: str) -> Iterator[tuple[str, Path]]:
    """The files of a top-level package or module: each by its path below the folder that the package lies in."""
    spec = find_spec(module)
    if spec is None:
        return
    if spec.submodule_search_locations is not None:
        for folder in spec.submodule_search_locations:
            yield from ((f"{module}/{name}", path) for name, path in _below(Path(folder)))
    elif spec.origin is not None:
        path = Path(spec.origin)
        yield path.name, path


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if name != CACHE)
        for name in files:
            path = Path(here, name)
            yield path.relative_to(folder).as_posix(), path
