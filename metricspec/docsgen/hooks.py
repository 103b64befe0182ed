"""The page of hooks: what a plugin may offer, and the protocols of a measure type."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, get_type_hints

from metricspec import formula, hookspecs, measure, offers
from metricspec.docsgen.markdown import code, listing, page, quoted, table
from metricspec.registry import BUILT_IN, GROUP

INTRO = f"""A plugin is a Python module named by an entry point of the group `{GROUP}`, best with the name of the measure type that it
offers: then a spec whose plugin is not named is told which one it lacks. It implements any of these hooks as functions marked
`@hookimpl` (from `metricspec.hookspecs`). Each takes nothing and returns a list. How to write one:
[Add a measure type](../how-to/add-a-measure-type.md); how a project uses one: [Use a plugin](../how-to/use-a-plugin.md)."""
PARTS = (
    measure.MeasureType,
    measure.MomentMeasure,
    measure.RowMeasure,
    measure.Use,
    measure.Moment,
    measure.Estimate,
    formula.FormulaMeasure,
    formula.Formula,
)
OFFERS = (
    offers.WarehouseType,
    offers.Check,
    offers.Exporter,
    offers.ExportOption,
    offers.ExportCall,
    offers.Exportable,
)
# Packages of this repository that implement a hook which nothing that ships does.
ELSEWHERE = {"metricspec_checks": "the packages `metricspec-opportunity` and `metricspec-segregation` (plugins/)"}
PUBLIC = """A plugin imports nothing of metricspec but {parts}. These change only with the version of the hooks; all else may change in
any release. Of them each hook needs those that it names; the plugins of this repository are tested to keep to it."""
VERSIONS = """A plugin's module says for which version of the hooks it was written: `METRICSPEC_HOOKS = {version}`; without that it is taken
for version 1. An earlier version works, with a warning, until the release that ends it. Of each version a frozen plugin is among
the tests, and gives its numbers through this metricspec."""


def hook_names() -> list[str]:
    """The hooks in the order of their file."""
    return [name for name, _ in vars(hookspecs).items() if name.startswith("metricspec_")]


def signature(function: Callable[..., Any]) -> str:
    """A function's signature as it is written, without quotes around types."""
    return str(inspect.signature(function)).replace("'", "")


def _hook(name: str) -> str:
    function = getattr(hookspecs, name)
    ours = [module for module in BUILT_IN if hasattr(import_module(module), name)]
    used = " and ".join(code(module) for module in ours) or ELSEWHERE[name]
    says = inspect.cleandoc(function.__doc__ or "")
    return "\n\n".join((f"### {name}", quoted(f"{name}{signature(function)}", "text"), says, f"Used by: {used}."))


def _part(part: type) -> str:
    lines = [f"### {part.__name__}", inspect.cleandoc(part.__doc__ or "")]
    if is_dataclass(part):
        hints = get_type_hints(part)
        lines.append(listing(f"{code(one.name)}: {code(_type(hints[one.name]))}" for one in fields(part)))
        return "\n\n".join(lines)
    members = [(name, value) for name, value in vars(part).items() if not name.startswith("_")]
    items = []
    for name, value in members:
        if isinstance(value, property):
            items.append(f"{code(name)}: an attribute, {code(_type(get_type_hints(value.fget)['return']))}")
        elif inspect.isfunction(value):
            says = inspect.cleandoc(value.__doc__ or "")
            items.append(f"{code(name + signature(value))}{': ' + says if says else ''}")
    return "\n\n".join([*lines, listing(items)])


def _type(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    return text.replace("typing.", "").replace("collections.abc.", "").replace("metricspec.measure.", "")


def _versions() -> str:
    """The table of compatibility."""
    rows = (
        (str(one.number), f"{one.since} and later", f"until {one.ends}" if one.ends else "current", one.changed)
        for one in hookspecs.VERSIONS
    )
    return table(("Version", "metricspec", "Works", "What is in it"), rows)


def _public() -> str:
    return ", ".join(code(f"metricspec.{one}" if one else "metricspec") for one in hookspecs.PUBLIC)


def hooks_page() -> str:
    parts = ["## Versions", VERSIONS.format(version=hookspecs.VERSION), _versions()]
    parts += ["## What a plugin may import", PUBLIC.format(parts=_public())]
    parts += ["## Hooks", *(_hook(name) for name in hook_names())]
    parts += ["## Commands", hookspecs.COMMANDS]
    parts += ["## What a measure type is made of", inspect.cleandoc(measure.__doc__ or "")]
    parts += [_part(part) for part in PARTS]
    parts += ["## What the other hooks return", *(_part(part) for part in OFFERS)]
    return page("Hooks", INTRO, parts)
