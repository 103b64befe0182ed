"""metricspec.lock: version and files of each plugin that a project names, as they were when somebody looked at them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metricspec.plugins.files import fingerprint
from metricspec.plugins.installed import Installed, installed
from metricspec.problems import Place, Problem

FILE = "metricspec.lock"
FORM = 1
HEAD = "# Written by `metricspec plugins lock`: the plugins of this project, and sha256 over the files of each. Keep it under\n# version control; a plugin that differs from it stops every command.\n"
AGAIN = "look at what changed; if it is as it should be: metricspec plugins lock"


@dataclass(frozen=True)
class Locked:
    """A plugin as it was locked."""

    package: str
    version: str
    sha256: str


def read_lock(path: Path) -> Mapping[str, Locked] | Problem | None:
    """What a lock holds by package, what is wrong with it, or None where there is none."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return _unreadable(path, f"it cannot be read ({' '.join(str(error).split())})")
    if data.get("lock") != FORM:
        return _unreadable(path, f"its first key is not 'lock = {FORM}', so another version of metricspec wrote it")
    found: dict[str, Locked] = {}
    entries = data.get("plugin", [])
    for entry in entries if isinstance(entries, list) else [entries]:
        one = _entry(entry)
        if one is None or one.package in found:
            return _unreadable(path, "an entry has other keys than package, version and sha256, or stands there twice")
        found[one.package] = one
    return found


def lock_problems(path: Path, packages: Iterable[str]) -> Iterator[Problem]:
    """Where the plugins that are installed are not those of the lock. Nothing, where there is no lock.

    A plugin that is not installed cannot differ; that it is missing is said elsewhere.
    """
    lock = read_lock(path)
    if isinstance(lock, Problem):
        yield lock
    elif lock is not None:
        for package in packages:
            found = installed(package)
            if found is not None:
                yield from _differs(path, found, lock.get(package))


def locked(plugin: Installed) -> Locked | Problem:
    """An installed plugin as the lock describes one."""
    files = fingerprint(plugin)
    if files is None:
        message = f"the files of the plugin {plugin.package} cannot be found or read: {', '.join(plugin.modules)}"
        return Problem("MS712", message, hint=f"install it again: pip install --force-reinstall {plugin.package}")
    return Locked(plugin.package, plugin.version, files)


def lock_text(entries: Iterable[Locked]) -> str:
    """A lock as it is written: sorted, so that it changes only where a plugin does."""
    parts = [f"{HEAD}lock = {FORM}\n"]
    for one in sorted(entries, key=lambda each: each.package):
        lines = (f"{key} = {json.dumps(getattr(one, key))}" for key in ("package", "version", "sha256"))
        parts.append("\n".join(["[[plugin]]", *lines, ""]))
    return "\n".join(parts)


def _entry(entry: Any) -> Locked | None:
    keys = {"package", "version", "sha256"}
    if not isinstance(entry, dict) or set(entry) != keys or not all(isinstance(value, str) for value in entry.values()):
        return None
    return Locked(**entry)


def _unreadable(path: Path, why: str) -> Problem:
    hint = "take the lock out of version control again, or write it anew: metricspec plugins lock"
    return Problem("MS711", f"the lock of the project's plugins is of no use: {why}", Place(str(path)), hint)


def _differs(path: Path, plugin: Installed, entry: Locked | None) -> Iterator[Problem]:
    place = Place(str(path))
    if entry is None:
        message = f"the plugin {plugin.package} is not in the lock, so nobody has looked at it; nothing of it was run"
        yield Problem("MS713", message, place, "if it is what you want: metricspec plugins lock")
        return
    if plugin.version != entry.version:
        message = f"the plugin {plugin.package} is locked in version {entry.version}, and {plugin.version} is installed"
        hint = f"install version {entry.version} again from where you had it, or {AGAIN}"
        yield Problem("MS712", f"{message}; nothing of it was run", place, hint)
        return
    now = locked(plugin)
    if isinstance(now, Problem):
        yield Problem(now.code, now.message, place, now.hint)
    elif now.sha256 != entry.sha256:
        message = f"the files of the plugin {plugin.package} {plugin.version} are not those that were locked"
        hint = f"install version {entry.version} again from where you had it, or {AGAIN}"
        yield Problem("MS712", f"{message}; nothing of it was run", place, hint)
