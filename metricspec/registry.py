"""What is installed: a value made once at the top and passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pluggy

from metricspec import hookspecs
from metricspec.measure import MeasureType
from metricspec.problems import Problem, SpecError

GROUP = "metricspec"


@dataclass(frozen=True)
class Registry:
    """Measure types by name, and folders of shipped specs."""

    measure_types: Mapping[str, MeasureType]
    spec_folders: tuple[Path, ...]


def _load_entry_points(manager: pluggy.PluginManager) -> None:
    """Register each installed plugin; one that cannot be imported is named with its package."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP):
        try:
            manager.register(entry.load(), entry.name)
        except Exception as error:  # whatever a stranger's module raises at import
            package = entry.dist.name if entry.dist else entry.value
            message = f"the plugin '{entry.name}' of the package {package} cannot be loaded: {error}"
            raise SpecError([Problem("MS703", message, hint=f"mend it, or: pip uninstall {package}")]) from None


def load_registry(*, entry_points: bool = True, plugins: Iterable[object] = ()) -> Registry:
    """Collect what plugins offer. Built-ins come by the entry point of this package, as any other plugin.

    Raises SpecError naming the package where a plugin misspells a hook or two offer one measure type.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    if entry_points:
        _load_entry_points(manager)
    for plugin in plugins:
        manager.register(plugin)
    if not any(name == "builtin" for name, _ in manager.list_name_plugin()):
        from metricspec import builtin

        manager.register(builtin, "builtin")
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise SpecError([Problem("MS701", f"a plugin offers a hook that does not exist: {error}")]) from None
    types: dict[str, MeasureType] = {}
    try:
        measures = [m for offered in manager.hook.metricspec_measure_types() for m in offered]
    except Exception as error:  # a plugin's own code
        raise SpecError([Problem("MS703", f"a plugin fails when asked for its measure types: {error}")]) from None
    for measure in measures:
        if measure.name in types:
            raise SpecError([Problem("MS702", f"two plugins offer the measure type '{measure.name}'")])
        types[measure.name] = measure
    folders = tuple(f for offered in reversed(manager.hook.metricspec_spec_folders()) for f in offered)
    return Registry(MappingProxyType(types), folders)
