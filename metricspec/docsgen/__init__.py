"""The reference pages, made from the code itself: `python -m metricspec.docsgen [--check] [DIR]`.

It stands at the top, beside the command line: it reads everything and nothing imports it.
"""

from __future__ import annotations

from collections.abc import Mapping

from metricspec.docsgen.bindings import bindings_page
from metricspec.docsgen.commands import commands_page
from metricspec.docsgen.datasets import datasets_page
from metricspec.docsgen.dialects import dialects_page
from metricspec.docsgen.frameworks import frameworks_page
from metricspec.docsgen.hooks import hooks_page
from metricspec.docsgen.indicators import indicators_page
from metricspec.docsgen.language import language_page
from metricspec.docsgen.measure_types import measure_types_page
from metricspec.docsgen.result import result_page
from metricspec.reading.load import load
from metricspec.reading.problem_codes import as_markdown
from metricspec.registry import load_registry

__all__ = ["pages"]


def pages() -> Mapping[str, str]:
    """Every page by file name. Plugins that happen to be installed are left out, so that the pages are always the same."""
    registry = load_registry()
    catalog = load(registry.spec_folders, registry).catalog
    return {
        "bindings.md": bindings_page(catalog),
        "commands.md": commands_page(),
        "datasets.md": datasets_page(catalog),
        "dialects.md": dialects_page(),
        "frameworks.md": frameworks_page(catalog),
        "hooks.md": hooks_page(),
        "indicators.md": indicators_page(catalog, registry),
        "language.md": language_page(),
        "measure-types.md": measure_types_page(registry),
        "problems.md": as_markdown().rstrip() + "\n",
        "result.md": result_page(),
    }
