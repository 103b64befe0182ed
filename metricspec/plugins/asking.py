"""Asking a plugin's hooks: what they return is looked at before anything uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

import pluggy

from metricspec import hookspecs
from metricspec.plugins.earlier import adapted
from metricspec.plugins.importing import Source, raised
from metricspec.plugins.members import wrong_check, wrong_exporter, wrong_folder, wrong_measure, wrong_warehouse
from metricspec.problems import Problem

PROJECT = "metricspec"


@dataclass(frozen=True)
class Kind:
    """What a hook's items are called, which names an item takes, and what may be wrong with one (None: nothing)."""

    title: str
    names: Callable[[Any], tuple[str, ...]]
    wrong: Callable[[Any], str | None]


@dataclass(frozen=True)
class Item:
    """A thing that a plugin offers."""

    hook: str
    names: tuple[str, ...]
    value: Any
    source: Source


def _one(item: Any) -> tuple[str, ...]:
    return (item.name,)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "metricspec_measure_types": Kind("measure type", _one, wrong_measure),
        "metricspec_spec_folders": Kind("spec folder", lambda item: (str(item),), wrong_folder),
        "metricspec_warehouses": Kind("warehouse scheme", lambda item: item.schemes, wrong_warehouse),
        "metricspec_checks": Kind("check", _one, wrong_check),
        "metricspec_exporters": Kind("exporter", _one, wrong_exporter),
    }
)


def offered(source: Source) -> Iterator[Item | Problem]:
    """Everything that a module offers by its hooks, and what is wrong with them. Never raises for what the module does."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(source.module, source.package)
        yield from _unknown(source)
    except pluggy.PluginValidationError as error:
        yield source.problem("MS701", f"has a hook that takes what it is not given: {raised(error)}")
        return
    except Exception as error:
        yield source.problem("MS703", f"cannot be registered: {raised(error)}")
        return
    for hook, kind in KINDS.items():
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            yield from _asked(source, hook, kind, implementation.function)


def _unknown(source: Source) -> Iterator[Problem]:
    """Functions that look like a hook and are none: their names are misspelt, or they lack the mark."""
    for name, value in sorted(vars(source.module).items()):
        marked = hasattr(value, f"{PROJECT}_impl")
        if not callable(value) or isinstance(value, type) or not (marked or name.startswith("metricspec_")):
            continue
        if name not in KINDS:
            near = get_close_matches(name, KINDS, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            yield source.problem(
                "MS701", f"has a hook that does not exist: '{name}'", f"{hint}there are: {', '.join(KINDS)}"
            )
        elif not marked:
            yield source.problem(
                "MS701", f"has '{name}' without its mark, so it is no hook", "write @hookimpl above it"
            )


def _asked(source: Source, hook: str, kind: Kind, function: Callable[[], Any]) -> Iterator[Item | Problem]:
    try:
        found = function()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's code
        yield source.problem("MS708", f"fails when its hook {hook} is asked: {raised(error)}")
        return
    if not isinstance(found, list):
        yield source.problem("MS709", f"returns {_kind_of(found)} from its hook {hook}, not a list")
        return
    for value in found:
        item = adapted(value) if source.hooks == 1 and hook == "metricspec_measure_types" else value
        try:
            wrong = kind.wrong(item)
            names = () if wrong else kind.names(item)
        except Exception as error:  # a property of a stranger's class
            wrong, names = f"an object that cannot be read: {raised(error)}", ()
        if wrong:
            yield source.problem("MS709", f"returns from its hook {hook} {wrong}")
        else:
            yield Item(hook, names, item, source)


def _kind_of(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
