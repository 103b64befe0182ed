"""What is there to work with: a value made once at the top and passed in."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from metricspec.hookspecs import VERSION
from metricspec.measure import MeasureType
from metricspec.model.words import NOTHING
from metricspec.offers import Check, Exporter, WarehouseType
from metricspec.plugins.asking import KINDS, Item, offered
from metricspec.plugins.importing import Source, imported, judged
from metricspec.plugins.installed import GROUP
from metricspec.plugins.wanted import wanted_plugins
from metricspec.problems import Place, Problem

__all__ = ["BUILT_IN", "GROUP", "Provided", "Registry", "load_registry"]

# What ships, as modules with hooks like those of any plugin. They are named and not imported here, since some lie above.
BUILT_IN = ("metricspec.builtin", "metricspec.exports.offered")
US = "metricspec"


@dataclass(frozen=True)
class Provided:
    """What a package offers: names by hook. `hooks` is the version of the hooks that it was written for."""

    package: str
    version: str
    hooks: int
    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Registry:
    """Measure types, warehouses (by scheme), checks and exporters by name, and folders of shipped specs.

    `problems` is what was wrong with the plugins that the project names; the rest works. `provided` says who offers what.
    """

    measure_types: Mapping[str, MeasureType]
    spec_folders: tuple[Path, ...]
    warehouses: Mapping[str, WarehouseType] = field(default_factory=lambda: NOTHING)
    checks: Mapping[str, Check] = field(default_factory=lambda: NOTHING)
    exporters: Mapping[str, Exporter] = field(default_factory=lambda: NOTHING)
    problems: tuple[Problem, ...] = ()
    provided: tuple[Provided, ...] = ()

    def package_of(self, hook: str, name: str) -> str:
        """Who offers something, for people."""
        return next((one.package for one in self.provided if name in one.names.get(hook, ())), US)


def load_registry(
    wanted: Mapping[str, str] | None = None,
    *,
    plugins: Iterable[object] = (),
    places: Mapping[str, Place] | None = None,
) -> Registry:
    """What ships, the plugins that `wanted` names (a package and the range of its versions), and modules given as `plugins`.

    Never raises for what a plugin is or does: `Registry.problems` names the package, and `places` where the project names it.
    An installed plugin that is not named is not imported. The lock of a project is not looked at here.
    """
    problems: list[Problem] = []
    found = list(_sources(wanted or {}, tuple(plugins), places or {}, problems))
    taken: dict[tuple[str, str], Item] = {}
    for source in found:
        for item in offered(source):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                _take(item, taken, problems)
    return _registry(found, taken, problems)


def _sources(
    wanted: Mapping[str, str], plugins: tuple[object, ...], places: Mapping[str, Place], problems: list[Problem]
) -> Iterator[Source]:
    for name in BUILT_IN:
        yield Source(US, "", importlib.import_module(name))
    judgements: list[Source | Problem] = []
    for plugin, place in wanted_plugins(wanted, places):
        judgements.extend([plugin] if isinstance(plugin, Problem) else imported(plugin, place))
    for module in plugins:
        version = str(getattr(module, "__version__", ""))
        judgements.extend(judged(getattr(module, "__name__", type(module).__name__), version, module, Place()))
    for one in judgements:
        if isinstance(one, Problem):
            problems.append(one)
        else:
            yield one


def _take(item: Item, taken: dict[tuple[str, str], Item], problems: list[Problem]) -> None:
    """Whoever comes first has the name: what ships, then the plugins in the order in which the project names them."""
    for name in item.names:
        first = taken.setdefault((item.hook, name), item)
        if first is not item:
            kind, ours = KINDS[item.hook].title, first.source.package
            message = f"offers the {kind} '{name}', which {ours} offers already: that of {ours} is used"
            hint = f"take one of the two out of metricspec.yaml, or ask the authors of {item.source.package} for another name"
            problems.append(item.source.problem("MS702", message, hint))


def _registry(
    sources: Iterable[Source], taken: Mapping[tuple[str, str], Item], problems: Iterable[Problem]
) -> Registry:
    by_hook: dict[str, dict[str, Any]] = {hook: {} for hook in KINDS}
    for (hook, name), item in taken.items():
        by_hook[hook][name] = item.value
    return Registry(
        measure_types=MappingProxyType(by_hook["metricspec_measure_types"]),
        spec_folders=tuple(by_hook["metricspec_spec_folders"].values()),
        warehouses=MappingProxyType(by_hook["metricspec_warehouses"]),
        checks=MappingProxyType(by_hook["metricspec_checks"]),
        exporters=MappingProxyType(by_hook["metricspec_exporters"]),
        problems=tuple(problems),
        provided=tuple(_provided(sources, taken)),
    )


def _provided(sources: Iterable[Source], taken: Mapping[tuple[str, str], Item]) -> Iterator[Provided]:
    """Of each package once, whether it has one module with hooks or several."""
    versions = {source.package: source for source in sources}
    for package, source in versions.items():
        names: dict[str, tuple[str, ...]] = {}
        for (hook, name), item in taken.items():
            if item.source.package == package:
                names[hook] = (*names.get(hook, ()), name)
        yield Provided(package, source.version, source.hooks if package != US else VERSION, MappingProxyType(names))
