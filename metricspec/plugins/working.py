"""A plugin's code at its work: what it raises names its package, and no traceback reaches a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

from metricspec.plugins.importing import raised
from metricspec.plugins.installed import installed_plugins
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.warehouses.messages import without_secrets

US = "metricspec"
OURS = (SpecError, UsageError, BrokenPipeError, KeyboardInterrupt, GeneratorExit)


def blamed(error: BaseException) -> str | None:
    """The plugin whose code was running where an error came from, if it was one's."""
    plugins = {module: one.package for one in installed_plugins() for module in one.modules}
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    modules = (str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame in reversed(frames))
    return next((plugins[module] for module in modules if module in plugins), None)


@contextmanager
def blaming(package: str, what: str, *, url: str = "", passing: tuple[type[BaseException], ...] = ()) -> Iterator[None]:
    """Whatever the code of a plugin raises inside becomes MS715, without the secrets of `url`, except what is `passing`.

    What metricspec itself raises stays as it is, and with METRICSPEC_DEBUG everything does.
    """
    through: tuple[type[BaseException], ...] = (*OURS, *passing)
    try:
        yield
    except through:
        raise
    except BaseException as error:
        if package == US or os.environ.get("METRICSPEC_DEBUG"):
            raise
        message = f"{what} of the plugin {package} failed: {without_secrets(raised(error), url)}"
        hint = f"tell the authors of {package}; METRICSPEC_DEBUG=1 shows where it happened"
        raise SpecError([Problem("MS715", message, hint=hint)]) from None
