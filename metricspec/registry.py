"""What is there to work with: a value made once at the top and passed in."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from metricspec.measure import MeasureType, RowMeasure, TallyMeasure
from metricspec.model import Catalog, Indicator
from metricspec.model.words import NOTHING
from metricspec.offers import Check, Exporter, WarehouseType
from metricspec.plugins.asking import KINDS, Item, offered
from metricspec.plugins.importing import Source, imported, judged
from metricspec.plugins.installed import GROUP, installed_plugins
from metricspec.plugins.wanted import offering, wanted_plugins
from metricspec.plugins.working import US
from metricspec.problems import Place, Problem

__all__ = ["BUILT_IN", "GROUP", "MEASURES", "US", "Provided", "Registry", "load_registry"]

# What ships, as modules with hooks like those of any plugin. They are named and not imported here, since some lie above.
BUILT_IN = ("metricspec.builtin", "metricspec.exports.offered")
MEASURES = "metricspec_measure_types"
Told = tuple[str, Problem]


@dataclass(frozen=True)
class Provided:
    """What a package offers: names by hook. `hooks` is the version of the hooks that it was written for,
    `place` where the project names it."""

    package: str
    version: str
    hooks: int
    place: Place
    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Registry:
    """Measure types, warehouses (by scheme), checks and exporters by name, and folders of shipped specs.

    `problems` is what was wrong with the plugins that the project names; the rest works. `failed` are the packages
    of which something is left out; `provided` says who offers what.
    """

    measure_types: Mapping[str, MeasureType]
    spec_folders: tuple[Path, ...]
    warehouses: Mapping[str, WarehouseType] = field(default_factory=lambda: NOTHING)
    checks: Mapping[str, Check] = field(default_factory=lambda: NOTHING)
    exporters: Mapping[str, Exporter] = field(default_factory=lambda: NOTHING)
    problems: tuple[Problem, ...] = ()
    failed: tuple[str, ...] = ()
    provided: tuple[Provided, ...] = ()

    @cached_property
    def _tally_measures(self) -> Mapping[str, TallyMeasure]:
        return {name: one for name, one in self.measure_types.items() if isinstance(one, TallyMeasure)}

    @cached_property
    def _row_measures(self) -> Mapping[str, RowMeasure]:
        return {name: one for name, one in self.measure_types.items() if isinstance(one, RowMeasure)}

    def made_of(self, indicator: Indicator) -> tuple[str, ...]:
        """The indicators whose results one is made of; none where it counts for itself."""
        measure = self._tally_measures.get(indicator.measure_type)
        return tuple(measure.indicators(indicator.measure)) if measure else ()

    def rows_of(self, indicator: Indicator) -> str | None:
        """The dataset whose rows are an indicator's results already; None where there is no such."""
        measure = self._row_measures.get(indicator.measure_type)
        return measure.dataset(indicator.measure) if measure else None

    def involved(self, ids: Iterable[str], catalog: Catalog, years: Sequence[str] = ()) -> tuple[Indicator, ...]:
        """Some indicators and those that they are made of, in each version that is in force in some years (none: in any):
        each after what it needs. Raises KeyError for a name that is not there."""
        found: dict[str, Indicator] = {}

        def add(name: str) -> None:
            for version in catalog.in_force(name, years):
                if version.id not in found:
                    for other in self.made_of(version):
                        add(other)
                    found[version.id] = version

        for name in ids:
            add(name)
        return tuple(found.values())

    def package_of(self, hook: str, name: str) -> str:
        """Who offers something, for people."""
        return next((one.package for one in self.provided if name in one.names.get(hook, ())), US)

    def elsewhere(self, measure_type: str) -> str:
        """Which plugin would offer a measure type that is not there, and what to do; empty where nobody knows.

        By its entry point, which bears the name of the measure type, a package is known without being imported.
        """
        loaded = {one.package for one in self.provided} - set(
            self.failed
        )  # these do not offer it, whatever they are called
        for package in offering(measure_type, installed_plugins()):
            if package in self.failed:
                return f"the plugin {package} offers it, and could not be loaded whole"
            if package not in loaded:
                return f"the plugin {package} offers it, which is installed: name it in metricspec.yaml under plugins"
        return f"is it of {' or '.join(self.failed)}, which could not be loaded whole?" if self.failed else ""

    def home(self, indicator: str) -> str:
        """Which plugin may have an indicator that is not there; empty where nobody knows. Its id begins as the package is
        called, or a plugin was left out that may have it."""
        own = f"metricspec-{indicator.partition('.')[0].replace('_', '-')}"
        loaded = {one.package for one in self.provided} - set(self.failed)
        if "." in indicator and own not in loaded:
            if own in self.failed:
                return f"is it of {own}, which could not be loaded whole?"
            if any(one.package == own for one in installed_plugins()):
                return f"is it of {own}, which is installed? name it in metricspec.yaml under plugins"
        return f"is it of {' or '.join(self.failed)}, which could not be loaded whole?" if self.failed else ""


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
    found: list[Source] = []
    wrong: list[Told] = []
    for one in _sources(wanted or {}, tuple(plugins), places or {}):
        wrong.append(one) if isinstance(one, tuple) else found.append(one)
    taken: dict[tuple[str, str], Item] = {}
    for source in found:
        for item in offered(source):
            if isinstance(item, Problem):
                wrong.append((source.package, item))
            else:
                wrong.extend(_taken(item, taken))
    return _registry(found, taken, wrong)


def _sources(
    wanted: Mapping[str, str], plugins: tuple[object, ...], places: Mapping[str, Place]
) -> Iterator[Source | Told]:
    for name in BUILT_IN:
        yield Source(US, "", importlib.import_module(name))
    for package, plugin, place in wanted_plugins(wanted, places):
        for one in [plugin] if isinstance(plugin, Problem) else imported(plugin, place):
            yield (package, one) if isinstance(one, Problem) else one
    for module in plugins:
        package, version = getattr(module, "__name__", type(module).__name__), str(getattr(module, "__version__", ""))
        for one in judged(package, version, module, Place()):
            yield (package, one) if isinstance(one, Problem) else one


def _taken(item: Item, taken: dict[tuple[str, str], Item]) -> Iterator[Told]:
    """Whoever comes first has the name: what ships, then the plugins in the order in which the project names them."""
    for name in item.names:
        first = taken.setdefault((item.hook, name), item)
        if first is not item:
            kind, ours = KINDS[item.hook].title, first.source.package
            message = f"offers the {kind} '{name}', which {ours} offers already: that of {ours} is used"
            hint = f"take one of the two out of metricspec.yaml, or ask the authors of {item.source.package} for another name"
            yield item.source.package, item.source.problem("MS702", message, hint)


def _registry(sources: Iterable[Source], taken: Mapping[tuple[str, str], Item], wrong: Sequence[Told]) -> Registry:
    by_hook: dict[str, dict[str, Any]] = {hook: {} for hook in KINDS}
    for (hook, name), item in taken.items():
        by_hook[hook][name] = item.value
    return Registry(
        measure_types=MappingProxyType(by_hook["metricspec_measure_types"]),
        spec_folders=tuple(by_hook["metricspec_spec_folders"].values()),
        warehouses=MappingProxyType(by_hook["metricspec_warehouses"]),
        checks=MappingProxyType(by_hook["metricspec_checks"]),
        exporters=MappingProxyType(by_hook["metricspec_exporters"]),
        problems=tuple(problem for _, problem in wrong),
        failed=tuple(dict.fromkeys(package for package, problem in wrong if problem.severity == "error")),
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
        yield Provided(package, source.version, source.hooks, source.place, MappingProxyType(names))
