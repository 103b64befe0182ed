"""The plugins that a project names, as far as they are there in a version that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from metricspec.plugins.installed import COMMANDS, GROUP, Installed, installed, installed_plugins
from metricspec.problems import Place, Problem


def wanted_plugins(
    wanted: Mapping[str, str], places: Mapping[str, Place]
) -> Iterator[tuple[str, Installed | Problem, Place]]:
    """Each package, with what is installed of it or what stands against that, and where it is named; in the order of naming."""
    for name, versions in wanted.items():
        package = canonicalize_name(name)
        found = installed(package)
        place = places.get(name, Place())
        problem = _against(package, found, versions, place)
        if problem is not None:
            yield package, problem, place
        elif found is not None:
            yield package, found, place


def in_range(version: str, versions: str) -> bool:
    """Whether a version, a pre-release too, lies in a range. A version or range that is none: False."""
    try:
        return SpecifierSet(versions).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def range_from(version: str) -> str:
    """A range to propose for what is installed, that takes it: up to the next version that may break something, which before
    1.0 is the next minor one. Of what is no version, every one."""
    try:
        found = Version(version)
    except InvalidVersion:
        return ">=0"
    lowest = found.public if found.is_prerelease else f"{found.major}.{found.minor}"
    return f">={lowest},<{found.major + 1}" if found.major else f">={lowest},<0.{found.minor + 1}"


def offering(measure_type: str, packages: Iterable[Installed]) -> list[str]:
    """The packages that have an entry point of this name: by convention, that of the measure type it offers."""
    return [one.package for one in packages if any(entry.name == measure_type for entry in one.hooks)]


def _against(package: str, found: Installed | None, versions: str, place: Place) -> Problem | None:
    if package == "metricspec-edu":
        return Problem("MS706", "metricspec itself is no plugin: what it ships is always there", place, "take it out")
    if found is None:
        message = f"the plugin {package} is not installed, so nothing of it is there"
        return Problem("MS704", message, place, _install(package, versions))
    if not in_range(found.version, versions):
        message = f"the plugin {package} is installed in version {found.version}, and the project takes {versions}"
        hint = f"install {package}{versions} from where you had it, or change the range after reading what changed"
        return Problem("MS705", message, place, hint)
    if not found.is_plugin:
        message = (
            f"the package {package} is no plugin of metricspec: it has no entry point of '{GROUP}' or '{COMMANDS}'"
        )
        return Problem("MS706", message, place, "take it out, or name the package that has one")
    return None


def _install(package: str, versions: str) -> str:
    near = get_close_matches(package, [one.package for one in installed_plugins()], n=1, cutoff=0.8)
    if near:  # a ready command would fetch whatever somebody else has published under the misspelt name
        return f"did you mean {near[0]}, which is installed?"
    return f"install {package}{versions} from where you trust it, or take it out"
