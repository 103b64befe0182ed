"""The plugins that a project names: names of packages, and ranges of versions as PEP 440 writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from metricspec.model.catalog import NamedPlugin
from metricspec.problems import Problem
from metricspec.reading.document import Document

RANGE = "write a range such as '>=0.2,<0.3'; '>=0' takes every version"


def plugin_problems(document: Document) -> Iterator[Problem]:
    """What is no package name, no range, or named twice."""
    named = document.data.get("plugins")
    seen: dict[str, str] = {}
    for name, versions in named.items() if isinstance(named, Mapping) else ():
        path = ("plugins", name)
        try:
            package = canonicalize_name(name, validate=True)
        except InvalidName:
            hint = "write it as pip installs it, e.g. metricspec-sgp"
            yield Problem("MS106", f"'{name}' is not the name of a package", document.key(*path), hint)
            continue
        if package in seen:
            message = f"'{name}' is the package '{seen[package]}', which is named already"
            yield Problem("MS107", message, document.key(*path), "keep one of them")
        seen[package] = name
        if isinstance(versions, str) and not _is_range(versions):
            yield document.problem("MS106", f"'{versions}' is not a range of versions", *path, hint=RANGE)


def build_plugins(document: Document) -> tuple[NamedPlugin, ...]:
    named = document.data.get("plugins", {})
    return tuple(
        NamedPlugin(canonicalize_name(name), versions.strip(), document.key("plugins", name))
        for name, versions in named.items()
    )


def _is_range(text: str) -> bool:
    try:
        return len(SpecifierSet(text)) > 0
    except InvalidSpecifier:
        return False
