"""The hooks that plugins implement. Each takes nothing and returns a list.

A plugin's module says for which version of the hooks it was written: `METRICSPEC_HOOKS = 2`. It may import only the parts of
metricspec that are named in PUBLIC; each hook says which of them it needs. All else may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pluggy

from metricspec.measure import MeasureType
from metricspec.offers import (
    ANY_SCHEME,
    Check,
    Exportable,
    ExportCall,
    Exporter,
    ExportOption,
    WarehouseType,
)

__all__ = [
    "ANY_SCHEME",
    "COMMANDS",
    "PUBLIC",
    "SUPPORTED",
    "VERSION",
    "VERSIONS",
    "Check",
    "ExportCall",
    "ExportOption",
    "Exportable",
    "Exporter",
    "HookVersion",
    "WarehouseType",
    "hookimpl",
    "hookspec",
]

hookspec = pluggy.HookspecMarker("metricspec")
hookimpl = pluggy.HookimplMarker("metricspec")

# What plugins may import of metricspec; `metricspec` itself is what its `__all__` names.
PUBLIC = (
    "",
    "problems",
    "schoolyear",
    "model",
    "sql",
    "measure",
    "formula",
    "warehouse",
    "offers",
    "hookspecs",
    "testing",
)


COMMANDS = """Commands of the command line are no hook: they are entry points of the group `metricspec.commands`, named as the
command, whose value leads to a click command (`module:function`). So `metricspec --help` lists them without importing
anything. One runs where the project (in this folder, or of `--project`) names its package and the lock fits.

`metricspec.org_names` and `metricspec.org_id` read the orgs that a person names, as the option `--org` of our own commands does.

May import: `metricspec` itself (all that it offers), `model`, `measure`, `sql`, `warehouse`, `offers`, `schoolyear`, `problems`."""


@dataclass(frozen=True)
class HookVersion:
    """A version of the hooks: with which release of metricspec it came, what changed, and the release that ends it."""

    number: int
    since: str
    changed: str
    ends: str | None = None


VERSIONS = (
    HookVersion(
        1,
        "0.1",
        "The first: measure types and folders of specs. A measure of sums had one estimate, `estimate(spec) -> Estimate`. "
        "Every plugin that was installed was loaded.",
        "0.4",
    ),
    HookVersion(
        2,
        "0.2",
        "A measure of sums has `estimates(spec) -> Sequence[Estimate]`: one, or one for each category of a whole. Warehouses, "
        "checks, exporters and commands can be offered too. A project names the plugins that are loaded.",
    ),
)
VERSION = 2
SUPPORTED = (1, 2)


@hookspec
def metricspec_measure_types() -> list[MeasureType]:
    """Measure types that specs may name under `measure: type:`.

    May import: `measure`, `formula`, `sql`, `schoolyear`, `problems`.
    """
    return []


@hookspec
def metricspec_spec_folders() -> list[Path]:
    """Folders of specs to read besides the project's own. They must exist.

    May import: nothing of metricspec.
    """
    return []


@hookspec
def metricspec_warehouses() -> list[WarehouseType]:
    """Engines that run plans, chosen by the scheme of the URL that `--warehouse` or the project names.

    May import: `offers`, `warehouse`, `sql`, `problems`.
    """
    return []


@hookspec
def metricspec_checks() -> list[Check]:
    """Rules that `metricspec check` holds the whole catalogue against.

    May import: `offers`, `model`, `measure`, `schoolyear`, `problems`.
    """
    return []


@hookspec
def metricspec_exporters() -> list[Exporter]:
    """Ways to write indicators as files of other tools, under `metricspec export NAME`.

    May import: `offers`, `model`, `measure`, `sql`, `schoolyear`, `problems`.
    """
    return []
