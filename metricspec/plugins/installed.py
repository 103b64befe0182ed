"""What is installed, by its metadata alone: nothing here imports a plugin."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution, distributions

from packaging.utils import canonicalize_name

GROUP = "metricspec"
COMMANDS = "metricspec.commands"


@dataclass(frozen=True)
class Installed:
    """A package with its entry points: `hooks` are modules with hooks, `commands` are click commands by name."""

    package: str
    version: str
    summary: str
    hooks: tuple[EntryPoint, ...]
    commands: tuple[EntryPoint, ...]

    @property
    def is_plugin(self) -> bool:
        return bool(self.hooks or self.commands)

    @property
    def modules(self) -> tuple[str, ...]:
        """The top-level packages or modules that its entry points lie in."""
        entries = (*self.hooks, *self.commands)
        return tuple(sorted({entry.value.partition(":")[0].strip().partition(".")[0] for entry in entries}))


def installed(package: str) -> Installed | None:
    """A package by its name in any spelling, or None."""
    try:
        return _described(distribution(package))
    except (PackageNotFoundError, ValueError):
        return None


def installed_plugins() -> tuple[Installed, ...]:
    """Every installed package that offers something to metricspec, by name; metricspec itself is none."""
    found: dict[str, Installed] = {}
    for one in distributions():
        if _entries(one):
            described = _described(one)
            found.setdefault(described.package, described)
    found.pop("metricspec-edu", None)
    return tuple(found[name] for name in sorted(found))


def _described(one: Distribution) -> Installed:
    entries, meta = _entries(one), one.metadata
    return Installed(
        canonicalize_name(meta["Name"] or ""),
        one.version or "",
        (meta["Summary"] or "") if "Summary" in meta else "",
        tuple(sorted(entry for entry in entries if entry.group == GROUP)),
        tuple(sorted(entry for entry in entries if entry.group == COMMANDS)),
    )


def _entries(one: Distribution) -> tuple[EntryPoint, ...]:
    """The entry points that are for metricspec; none, where a package's metadata cannot be read."""
    try:
        found = tuple(entry for entry in one.entry_points if entry.group in (GROUP, COMMANDS))
    except Exception:  # broken metadata of any package, which must not stop what has nothing to do with it
        return ()
    return tuple(entry for entry in found if entry.name and entry.value)
