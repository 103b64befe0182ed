"""A plugin's modules, imported: whatever a stranger's code does then becomes a problem that names its package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from metricspec.hookspecs import SUPPORTED, VERSION, VERSIONS
from metricspec.plugins.installed import Installed
from metricspec.problems import Place, Problem


@dataclass(frozen=True)
class Source:
    """A module with hooks: its package, and where the project names that. `hooks` is the version it was written for."""

    package: str
    version: str
    module: Any
    hooks: int = VERSION
    place: Place = Place()

    def problem(self, code: str, message: str, hint: str = "") -> Problem:
        return Problem(code, f"the plugin {self.package} {message}", self.place, hint or told(self.package))


def told(package: str) -> str:
    return f"tell the authors of {package}, or take it out of metricspec.yaml"


def raised(error: BaseException) -> str:
    """An exception in one line, as a person may be shown it."""
    said = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def imported(plugin: Installed, place: Place) -> Iterator[Source | Problem]:
    """Each module with hooks of a package, or what went wrong; a warning stands before what it is about."""
    for entry in plugin.hooks:
        found = _imported(entry, plugin, place)
        if isinstance(found, Problem):
            yield found
        else:
            hooks = getattr(
                sys.modules.get(entry.module), "METRICSPEC_HOOKS", 1
            )  # the module's, where it names an object
            yield from judged(plugin.package, plugin.version, found, place, hooks)


def judged(package: str, version: str, module: Any, place: Place, default: Any = 1) -> Iterator[Source | Problem]:
    """A module as a source of hooks, if this metricspec knows the version of the hooks that it was written for."""
    hooks = getattr(module, "METRICSPEC_HOOKS", default)
    source = Source(package, version, module, hooks if isinstance(hooks, int) else 0, place)
    if source.hooks not in SUPPORTED or isinstance(hooks, bool):
        known = " and ".join(str(number) for number in SUPPORTED)
        newer = isinstance(hooks, int) and hooks > VERSION
        hint = "pip install --upgrade metricspec-edu" if newer else f"pip install --upgrade {package}"
        message = f"was written for version {hooks!r} of the hooks; this metricspec knows {known}"
        yield source.problem("MS707", message, hint)
        return
    if source.hooks < VERSION:
        yield _deprecated(source)
    yield source


def _imported(entry: EntryPoint, plugin: Installed, place: Place) -> Any:
    try:
        return entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's module: SystemExit too
        message = f"the plugin {plugin.package} cannot be imported ({entry.value}): {raised(error)}"
        return Problem("MS703", message, place, told(plugin.package))


def _deprecated(source: Source) -> Problem:
    ends = next(one.ends for one in VERSIONS if one.number == source.hooks)
    message = f"the plugin {source.package} was written for version {source.hooks} of the hooks, which ends with metricspec {ends}"
    hint = (
        f"its authors: say METRICSPEC_HOOKS = {VERSION} in {getattr(source.module, '__name__', 'the module')}, and give a measure of "
        "sums `estimates(spec)`, which returns a list, instead of `estimate(spec)`"
    )
    return Problem("MS710", message, source.place, hint, "warning")
