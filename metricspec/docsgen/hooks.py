"""The page of hooks: what a plugin may offer, and the protocols of a measure type."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from metricspec import builtin, formula, hookspecs, measure
from metricspec.docsgen.markdown import code, listing, page, quoted
from metricspec.registry import GROUP

INTRO = f"""A plugin is a Python module named by an entry point of the group `{GROUP}`. It implements any of these hooks as
functions marked `@hookimpl` (from `metricspec.hookspecs`). Each takes nothing and returns a list. How to write one:
[Add a measure type](../how-to/add-a-measure-type.md)."""
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


def hook_names() -> list[str]:
    """The hooks in the order of their file."""
    return [name for name, _ in vars(hookspecs).items() if name.startswith("metricspec_")]


def signature(function: Callable[..., Any]) -> str:
    """A function's signature as it is written, without quotes around types."""
    return str(inspect.signature(function)).replace("'", "")


def _hook(name: str) -> str:
    function = getattr(hookspecs, name)
    used = "the built-in plugin (`metricspec.builtin`)" if hasattr(builtin, name) else "nobody yet"
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


def hooks_page() -> str:
    parts = ["## Hooks", *(_hook(name) for name in hook_names())]
    parts += ["## What a measure type is made of", inspect.cleandoc(measure.__doc__ or "")]
    return page("Hooks", INTRO, [*parts, *(_part(part) for part in PARTS)])
