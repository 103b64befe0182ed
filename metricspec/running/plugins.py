"""The plugins of a project: held against its lock, then loaded; and their checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from metricspec.model import Catalog, Project
from metricspec.plugins.files import written_in
from metricspec.plugins.importing import raised
from metricspec.plugins.installed import installed
from metricspec.plugins.lock import FILE, lock_problems
from metricspec.problems import Place, Problem, SpecError
from metricspec.registry import Registry, load_registry

CHECKS = "metricspec_checks"


def project_registry(project: Project | None) -> Registry:
    """What ships, and what the plugins offer that a project names; without a project what ships.

    Raises SpecError, before anything of a plugin is imported, where the project's lock does not fit what is installed.
    """
    if project is None or not project.plugins:
        return load_registry()
    demand_lock(project)
    wanted = {one.package: one.versions for one in project.plugins}
    return load_registry(wanted, places={one.package: one.place for one in project.plugins})


def lock_file(project: Project) -> Path:
    return Path(project.folder) / FILE


def demand_lock(project: Project) -> None:
    """Raises SpecError where the project has a lock that does not fit the plugins that are installed."""
    wrong = list(lock_problems(lock_file(project), [one.package for one in project.plugins]))
    if wrong:
        raise SpecError(wrong)


def unlocked(project: Project) -> Iterator[Problem]:
    """A warning where a project names plugins and has no lock. A plugin that is written in the project itself needs none."""
    if lock_file(project).is_file():
        return
    folder = Path(project.folder)
    others = [one for one in project.plugins if not ((own := installed(one.package)) and written_in(own, folder))]
    if others:
        message = f"the project's plugins are not locked: there is no {FILE} beside metricspec.yaml"
        hint = "look at what they are, then: metricspec plugins lock"
        yield Problem("MS714", message, others[0].place, hint, "warning")


def check_problems(registry: Registry, catalog: Catalog) -> Iterator[Problem]:
    """What the checks that are offered find in the whole catalogue. One that fails is a problem that names its package."""
    for name, check in registry.checks.items():
        package = registry.package_of(CHECKS, name)
        place = next((one.place for one in registry.provided if one.package == package), Place())
        try:
            found = list(check.find(catalog))
            wrong = [one for one in found if not _is_problem(one)]
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin's own code
            message = f"the check '{name}' of the plugin {package} failed: {raised(error)}"
            yield Problem("MS715", message, place, f"tell the authors of {package}")
            continue
        yield from (one for one in found if _is_problem(one))
        if wrong:
            message = f"the check '{name}' of the plugin {package} yields {wrong[0]!r:.200}, not a Problem"
            yield Problem("MS709", message, place, f"tell the authors of {package}")


def _is_problem(one: object) -> bool:
    """Whether a check has made a Problem as this program makes them."""
    texts = isinstance(one, Problem) and all(isinstance(text, str) for text in (one.code, one.message, one.hint))
    return isinstance(one, Problem) and texts and isinstance(one.place, Place) and one.severity in ("error", "warning")
